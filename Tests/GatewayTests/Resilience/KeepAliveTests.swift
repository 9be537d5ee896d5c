import FleetModel
import FleetRouting
import Foundation
import Gateway
import Testing

@Suite("Comments while a stream waits", .timeLimit(.minutes(5)))
struct KeepAliveTests {
    private static func with(
        _ replicas: [TestFleet.Replica], maxAttempts: Int = 1, fallback: [Fallback] = [],
        _ body: @Sendable (TestFleet) async throws -> Void
    ) async throws {
        try await TestFleet.with(
            replicas, maxAttempts: maxAttempts,
            adjust: .init { snapshot in
                for index in snapshot.routes.indices {
                    snapshot.routes[index].resilience = RouteResilience(fallback: fallback, keepAliveMilliseconds: 50)
                }
            }
        ) { fleet in
            try await body(fleet)
            #expect(try await fleet.statistics().inFlight == 0)
        }
    }

    private static let streaming = TestFleet.post(extra: ",\"stream\":true")

    /// The data of the chunks after the head.
    private static func data(_ text: String) -> String {
        var bytes = Substring(text.components(after: "\r\n\r\n"))
        var data = ""
        while let end = bytes.range(of: "\r\n"), let count = Int(bytes[..<end.lowerBound], radix: 16), count > 0 {
            let chunk = bytes[end.upperBound...].utf8.prefix(count)
            data += String(chunk) ?? ""
            bytes = bytes[chunk.endIndex...].dropFirst(1)
        }
        return data
    }

    @Test(
        "the client gets a head and comments, then the replica's own events",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "9\r\ndata: hi\n\r\n1\r\n\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 10\r\n\r\ndata: hi\n\n",
        ])
    func goesOn(_ answer: String) async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.with([.init(plane: "near", address: near.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.streaming)
            try await near.waitForRequests(1)
            _ = try await client.transcript.wait("two comments") { $0.text.components(separatedBy: ": keep-alive").count > 2 }
            try await near.send(answer)
            let text = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"))
            #expect(text.components(separatedBy: "HTTP/1.1").count == 2)
            #expect(Self.data(text).hasPrefix(": keep-alive\n\n: keep-alive\n\n"))
            #expect(Self.data(text).hasSuffix("data: hi\n\n"))
            // The connection is good for another request.
            try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.transcript.wait("another answer") { $0.text.components(separatedBy: "HTTP/1.1 200").count == 3 }
            try await client.close()
        }
    }

    @Test("a failure after the head is told as an error event")
    func failure() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.with([.init(plane: "near", address: near.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.streaming)
            try await near.waitForRequests(1)
            _ = try await client.transcript.wait("a comment") { $0.text.contains(": keep-alive") }
            try await near.resetConnections()
            let text = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(Self.data(text).contains("event: error\ndata: {\"error\":{\"message\":\"no replica answered"))
            #expect(Self.data(text).hasSuffix("\"code\":\"upstream_failed\"}}\n\n"))
            try await client.close()
        }
    }

    @Test("a refusal of the replica's after the head is told as an error event with its words")
    func refusal() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.with([.init(plane: "near", address: near.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.streaming)
            try await near.waitForRequests(1)
            _ = try await client.transcript.wait("a comment") { $0.text.contains(": keep-alive") }
            try await near.send(ScriptedUpstream.response(400, "{\"error\":{\n\"message\":\"too long\"}}"))
            let text = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(Self.data(text).hasSuffix("event: error\ndata: {\"error\":{\ndata: \"message\":\"too long\"}}\n\n"))
            try await client.close()
        }
    }

    @Test("attempts and fallbacks go on behind the head")
    func goesElsewhere() async throws {
        let near = try await ScriptedUpstream { _ in [] }
        let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 11\r\n\r\ndata: phi\n\n"
        let phi = try await ScriptedUpstream { _ in [.send(events)] }
        let replicas = [
            TestFleet.Replica(plane: "near", address: near.address), .init(plane: "near", workload: "phi", address: phi.address),
        ]
        try await Self.with(replicas, fallback: [Fallback(workload: "phi")]) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.streaming)
            try await near.waitForRequests(1)
            _ = try await client.transcript.wait("a comment") { $0.text.contains(": keep-alive") }
            try await near.resetConnections()
            let text = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }.text
            #expect(Self.data(text).hasSuffix("data: phi\n\n"))
            try await client.close()
        }
    }

    @Test("who asked for no stream gets none", arguments: [TestFleet.post(), TestFleet.post(extra: ",\"stream\":false")])
    func notForOthers(_ request: String) async throws {
        let near = try await ScriptedUpstream { _ in [] }
        try await Self.with([.init(plane: "near", address: near.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(request)
            try await near.waitForRequests(1)
            // A stream that began later was told several times: the other would have been told by now.
            let stream = try await fleet.client()
            try await stream.send(Self.streaming)
            _ = try await stream.transcript.wait("comments") { $0.text.components(separatedBy: ": keep-alive").count > 4 }
            #expect(client.transcript.content.bytes.isEmpty)
            try await client.close()
            try await stream.close()
            try await near.waitForClosures(2)
        }
    }
}

extension String {
    fileprivate func components(after separator: String) -> String {
        components(separatedBy: separator).dropFirst().joined(separator: separator)
    }
}
