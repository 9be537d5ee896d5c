import FleetModel
import FoundationEssentials
import Gateway
import NIOCore
import NIOHPACK
import NIOHTTP2
import TestCertificates
import Testing

@Suite("HTTP/2 for clients", .timeLimit(.minutes(2)))
struct StreamTests {
    private static let firstEvent =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "b\r\ndata: one\n\n\r\n"

    @Test("is agreed on in the TLS handshake, and serves")
    func overTLS() async throws {
        let authority = try TestAuthority()
        let files = try authority.issue("api.test")
        let transport = try ClientTransport(
            GatewayTLS(certificates: [.init(certificateFile: files.certificate, keyFile: files.key)]))
        let upstream = try await ScriptedUpstream.answering("near")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], transport: transport) { fleet in
            let client = try await StreamClient(fleet.address, trusting: authority)
            let (exchange, body) = try await client.ask()
            #expect(exchange.status == "200" && body == "near" && exchange.endedWhole)
            #expect(exchange.headers.first(name: "x-tradewind-plane") == "near")
            #expect(!exchange.headers.contains(name: "connection"))
            let sent = upstream.requests[0].text
            #expect(sent.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n") && sent.contains("x-forwarded-proto: https\r\n"))
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("is served in the clear to whoever knows of it, beside HTTP/1.1")
    func priorKnowledge() async throws {
        let upstream = try await ScriptedUpstream.answering("near")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            for _ in 0..<3 { #expect(try await client.ask().body == "near") }
            #expect(try await fleet.ask(TestFleet.post()).body == "near")
            #expect(upstream.connectionCount == 1, "one kept connection carries what all clients ask")
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("a hundred streams are answered on one connection, each with its own")
    func concurrent() async throws {
        let upstream = try await ScriptedUpstream { request in
            let number = request.text.split(separator: ":").last.map { String($0.dropLast()) } ?? ""
            return [.send(ScriptedUpstream.ok("answer \(number)"))]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<100 {
                    tasks.addTask {
                        let (exchange, body) = try await client.ask("{\"model\":\"chat\",\"n\":\(number)}")
                        #expect(exchange.status == "200" && body == "answer \(number)")
                    }
                }
                try await tasks.waitForAll()
            }
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("events of a stream come as they are sent, and a client that resets it cancels the replica's work")
    func streamingAndCancel() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [.send(Self.firstEvent)]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            let exchange = try await client.open(StreamClient.post())
            try await exchange.send("{\"model\":\"chat\"}", ends: true)
            _ = try await exchange.received.wait("the first event") { $0.text == "data: one\n\n" }
            try await upstream.send("b\r\ndata: two\n\n\r\n")
            _ = try await exchange.received.wait("the second event") { $0.text == "data: one\n\ndata: two\n\n" }
            try? await exchange.channel.close()
            try await upstream.waitForClosures(1)
            #expect(try await client.open(StreamClient.get("/healthz"), ends: true).body() == "ok\n")
            #expect(try await fleet.counters().requestsInFlight == 0)
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("a response cut short is reset, never ended as if it were whole")
    func cutShort() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [.send(Self.firstEvent)]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            let exchange = try await client.open(StreamClient.post())
            try await exchange.send("{\"model\":\"chat\"}", ends: true)
            _ = try await exchange.received.wait("the first event") { $0.text == "data: one\n\n" }
            try await upstream.closeConnections()
            _ = try await exchange.body()
            #expect(!exchange.endedWhole && exchange.resetCode == .internalError)
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("a body without a length arrives whole, with one and with many frames", arguments: [1, 7])
    func bodies(_ frames: Int) async throws {
        let upstream = try await ScriptedUpstream.answering("near")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            let body = "{\"model\":\"chat\",\"text\":\"\(String(repeating: "x", count: 4_000))\"}"
            let exchange = try await client.open(StreamClient.post())
            let size = body.utf8.count / frames
            for frame in 0..<frames {
                let start = body.index(body.startIndex, offsetBy: frame * size)
                let end = frame == frames - 1 ? body.endIndex : body.index(start, offsetBy: size)
                try await exchange.send(String(body[start..<end]), ends: frame == frames - 1)
            }
            #expect(try await exchange.body() == "near")
            #expect(upstream.requests[0].text.hasSuffix("\r\n\r\n" + body))
            #expect(upstream.requests[0].text.contains("content-length: \(body.utf8.count)\r\n"))
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("an upload far larger than a window passes, and so does its answer")
    func largeBodies() async throws {
        let answer = String(repeating: "y", count: 3 << 20)
        let upstream = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.ok(answer))] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], firstByteMilliseconds: 20_000) { fleet in
            let client = try await StreamClient(fleet.address)
            let body = "{\"model\":\"chat\",\"text\":\"\(String(repeating: "x", count: 3 << 20))\"}"
            let exchange = try await client.open(StreamClient.post(extra: [("content-length", "\(body.utf8.count)")]))
            try await exchange.send(body, ends: true)
            let received = try await exchange.body()
            #expect(received.utf8.count == answer.utf8.count && exchange.endedWhole)
            #expect(upstream.requests[0].text.hasSuffix(body))
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("a refusal before the body was read ends the stream without an error")
    func earlyRefusal() async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await StreamClient(fleet.address)
            let exchange = try await client.open(StreamClient.post(path: "/nowhere"))
            let body = try await exchange.body()
            #expect(exchange.status == "404" && body.contains("\"error\"") && exchange.endedWhole)
            #expect(exchange.resetCode == nil || exchange.resetCode == .noError)
            #expect(try await client.open(StreamClient.get("/healthz"), ends: true).body() == "ok\n")
            try await client.close()
        }
    }

    @Test("HEAD is answered with the length of what is left out")
    func headRequest() async throws {
        try await TestFleet.with([]) { fleet in
            let client = try await StreamClient(fleet.address)
            var fields = StreamClient.get("/healthz")
            fields.replaceOrAdd(name: ":method", value: "HEAD")
            let exchange = try await client.open(fields, ends: true)
            let body = try await exchange.body()
            #expect(body.isEmpty && exchange.status == "200" && exchange.endedWhole)
            #expect(exchange.headers.first(name: "content-length") == "3")
            try await client.close()
        }
    }

    @Test("a client that waits for 100 is told to go on")
    func expectation() async throws {
        let upstream = try await ScriptedUpstream.answering("near")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            let exchange = try await client.open(StreamClient.post(extra: [("expect", "100-continue")]))
            try await exchange.send("{\"model\":\"chat\"}", ends: true)
            #expect(try await exchange.body() == "near")
            #expect(exchange.status == "200")
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("when the gateway ends, open streams are finished and the connection is closed")
    func drain() async throws {
        let upstream = try await ScriptedUpstream { _ in [] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await StreamClient(fleet.address)
            let exchange = try await client.open(StreamClient.post())
            try await exchange.send("{\"model\":\"chat\"}", ends: true)
            try await upstream.waitForRequests(1)
            let drained = fleet.plane.workers[0].drain()
            try await upstream.send(ScriptedUpstream.ok("late"))
            #expect(try await exchange.body() == "late")
            try await drained.get()
            _ = try await client.ending.waitForClose()
        }
        try await upstream.stop()
    }
}
