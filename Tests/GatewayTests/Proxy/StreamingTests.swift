import FleetModel
import Gateway
import NIOCore
import Testing

@Suite("Streaming", .timeLimit(.minutes(5)))
struct StreamingTests {
    static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test("passes events on as they come")
    func passesOn() async throws {
        let upstream = try await ScriptedUpstream { _ in [.send(Self.head + "5\r\ndata1\r\n")] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post(extra: ",\"stream\":true"))
            let first = try await client.transcript.wait("the first event") { $0.text.hasSuffix("5\r\ndata1\r\n") }
            #expect(first.text.contains("x-tradewind-plane: near\r\n") && first.text.contains("Transfer-Encoding: chunked\r\n"))
            try await upstream.send("5\r\ndata2\r\n")
            _ = try await client.transcript.wait("the second event") { $0.text.hasSuffix("data2\r\n") }
            try await upstream.send("0\r\n\r\n")
            _ = try await client.transcript.wait("the end") { $0.text.hasSuffix("0\r\n\r\n") }
            try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.transcript.wait("the next answer") { $0.text.hasSuffix("ok\n") }
            try await client.close()
        }
    }

    @Test("repeats a stream cut before its first event")
    func cutBefore() async throws {
        let near = try await ScriptedUpstream { _ in [.send(Self.head), .reset] }
        let far = try await ScriptedUpstream { _ in [.send(Self.head + "3\r\nfar\r\n0\r\n\r\n")] }
        try await TestFleet.with([.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)]) {
            fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            let content = try await client.transcript.wait("the far stream") { $0.text.hasSuffix("3\r\nfar\r\n0\r\n\r\n") }
            #expect(content.text.contains("x-tradewind-plane: far\r\n"))
            try await client.close()
        }
    }

    @Test("ends a stream cut after its first event without its terminator, and closes")
    func cutAfter() async throws {
        let near = try await ScriptedUpstream { _ in [.send(Self.head + "5\r\ndata1\r\n")] }
        let far = try await ScriptedUpstream.answering("far")
        try await TestFleet.with([.init(plane: "near", address: near.address), .init(plane: "far", address: far.address)]) {
            fleet in
            let client = try await fleet.client()
            try await client.send(TestFleet.post())
            _ = try await client.transcript.wait("the first event") { $0.text.hasSuffix("data1\r\n") }
            try await near.closeConnections()
            let content = try await client.transcript.waitForClose()
            #expect(content.text.hasSuffix("5\r\ndata1\r\n"))
        }
        #expect(far.requests.isEmpty)
    }

    @Test("closes the upstream connection when the client leaves")
    func clientLeaves() async throws {
        let upstream = try await ScriptedUpstream { $0.number == 0 ? [] : [.send(Self.head + "5\r\ndata1\r\n")] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let waiting = try await fleet.client()
            try await waiting.send(TestFleet.post())
            try await upstream.waitForRequests(1)
            try await waiting.close()
            try await upstream.waitForClosures(1)
            let streaming = try await fleet.client()
            try await streaming.send(TestFleet.post())
            _ = try await streaming.transcript.wait("the first event") { $0.text.hasSuffix("data1\r\n") }
            try await streaming.close()
            try await upstream.waitForClosures(2)
            let counters = try await fleet.counters()
            #expect(counters.clientDisconnects == 2 && counters.requestsInFlight == 0)
        }
    }

    @Test("holds the replica back while the client does not read, and loses nothing")
    func backPressure() async throws {
        let event = "10000\r\n" + String(repeating: "e", count: 0x10000) + "\r\n"
        let upstream = try await ScriptedUpstream { _ in
            [.send(Self.head)] + (0..<40).map { _ in .send(event) } + [.send("0\r\n\r\n")]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let client = try await fleet.client()
            try await client.channel.setOption(.autoRead, value: false).get()
            try await client.send(TestFleet.post())
            try await upstream.waitForRequests(1)
            try await client.channel.setOption(.autoRead, value: true).get()
            let content = try await client.transcript.wait("the whole stream") { $0.bytes.suffix(5) == [48, 13, 10, 13, 10] }
            #expect(content.bytes.count > 40 * 0x10000)
            try await client.close()
        }
    }

    @Test("closes connections to an incarnation that is gone, busy and idle ones")
    func goneIncarnation() async throws {
        let old = try await ScriptedUpstream { $0.number == 0 ? [.send(ScriptedUpstream.ok("old"))] : [] }
        let new = try await ScriptedUpstream.answering("new")
        try await TestFleet.with([.init(plane: "near", address: old.address)]) { fleet in
            #expect(try await fleet.ask(TestFleet.post()).body == "old")
            let busy = try await fleet.client()
            try await busy.send(TestFleet.post())
            try await old.waitForRequests(2)
            try await fleet.report([.init(plane: "near", incarnation: 2, address: new.address)])
            #expect(try await busy.response().body == "new")
            try await old.waitForClosures(1)
            try await busy.close()
        }
        #expect(old.connectionCount == 1)
    }

    @Test("lets requests in flight finish when it is stopped")
    func drains() async throws {
        let upstream = try await ScriptedUpstream { _ in [] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let idle = try await fleet.client()
            try await idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await idle.response()
            let busy = try await fleet.client()
            try await busy.send(TestFleet.post())
            try await upstream.waitForRequests(1)
            async let stopped: Void = fleet.plane.stop(deadline: .seconds(10))
            _ = try await idle.transcript.waitForClose()
            try await upstream.send(ScriptedUpstream.ok("done"))
            let content = try await busy.transcript.waitForClose()
            #expect(RawResponse.all(in: content.text).first?.body == "done")
            await stopped
        }
    }
}
