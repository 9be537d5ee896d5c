import FleetModel
import Gateway
import Testing

/// Responses that are passed on before they are whole.
@Suite("Unbuffered responses", .timeLimit(.minutes(2)))
struct UnbufferedTests {
    private static func with(
        buffers: Bool?, _ upstream: ScriptedUpstream, _ body: @Sendable (TestFleet) async throws -> Void
    ) async throws {
        let adjust = TestFleet.Adjustment { snapshot in
            for index in snapshot.routes.indices { snapshot.routes[index].buffersResponses = buffers }
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: adjust, body)
    }

    @Test("pass head and pieces of any kind on as they come")
    func passes() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\n")]
        }
        try await Self.with(buffers: false, upstream) { fleet in
            let client = try await fleet.client()
            try await client.send("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.transcript.wait("the head alone") { $0.text.hasSuffix("\r\n\r\n") }
            try await upstream.send("one,")
            _ = try await client.transcript.wait("the first piece") { $0.text.hasSuffix("one,") }
            try await upstream.send("two.")
            #expect(try await client.response().body == "one,two.")
            try await client.close()
        }
    }

    @Test("sound of unknown length passes as it comes on every route, and other answers wait until they are whole")
    func media() async throws {
        let upstream = try await ScriptedUpstream { request in
            let type = request.text.contains("/speech") ? "audio/mpeg" : "text/plain"
            return [.send("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
        }
        try await Self.with(buffers: nil, upstream) { fleet in
            let listener = try await fleet.client()
            try await listener.send(TestFleet.post(path: "/v1/audio/speech"))
            _ = try await listener.transcript.wait("the first sound") { $0.text.hasSuffix("3\r\nabc\r\n") }
            let reader = try await fleet.client()
            try await reader.send("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n")
            try await upstream.waitForRequests(2)
            #expect(reader.transcript.content.bytes.isEmpty)
            try await upstream.send("0\r\n\r\n")
            let content = try await reader.transcript.wait("the whole answer") { $0.text.hasSuffix("0\r\n\r\n") }
            #expect(content.text.contains("3\r\nabc\r\n"))
            try await listener.close()
            try await reader.close()
        }
    }

    @Test("an answer with 503 is still replaced by another replica's")
    func replaced() async throws {
        let bad = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(503, "no"))] }
        let good = try await ScriptedUpstream.answering("yes")
        let adjust = TestFleet.Adjustment { snapshot in
            for index in snapshot.routes.indices { snapshot.routes[index].buffersResponses = false }
        }
        try await TestFleet.with(
            [.init(plane: "near", address: bad.address), .init(plane: "far", incarnation: 2, address: good.address)],
            adjust: adjust
        ) { fleet async throws in
            #expect(try await fleet.ask("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n").body == "yes")
        }
    }
}
