import FleetModel
import Gateway
import NIOCore
import Testing

@Suite("WebSocket", .timeLimit(.minutes(2)))
struct WebSocketTests {
    private static let agreed =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

    /// The example of RFC 6455 section 1.3.
    private static func request(
        path: String = "/fixed/socket", connection: String = "keep-alive, Upgrade", upgrade: String = "websocket"
    ) -> String {
        "GET \(path) HTTP/1.1\r\nHost: gateway\r\nUpgrade: \(upgrade)\r\nConnection: \(connection)\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    }

    private static let allowed = TestFleet.Adjustment { $0.routes[0].upgrades = [.websocket] }

    /// Answers the handshake, and then everything that ends with an empty line with itself.
    private static func echo() async throws -> ScriptedUpstream {
        try await ScriptedUpstream { request in [.send(request.text.hasPrefix("GET ") ? agreed : request.text)] }
    }

    private static func open(_ fleet: TestFleet) async throws -> RawClient {
        let client = try await fleet.client()
        try await client.send(request())
        _ = try await client.transcript.wait("the handshake") { $0.text.contains("\r\n\r\n") }
        return client
    }

    @Test("a route that allows it passes the handshake and bytes both ways, in flight until one side ends")
    func tunnel() async throws {
        let upstream = try await Self.echo()
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: Self.allowed) { fleet in
            let client = try await Self.open(fleet)
            let head = client.transcript.content.text.lowercased()
            #expect(head.hasPrefix("http/1.1 101 ") && head.contains("\r\nupgrade: websocket\r\nconnection: ") == false)
            #expect(head.contains("\r\nconnection: upgrade\r\nupgrade: websocket\r\n"))
            #expect(head.contains("\r\nsec-websocket-accept: ") && head.contains("\r\nx-tradewind-plane: near\r\n"))
            let asked = upstream.requests[0].text
            #expect(asked.contains("\r\nconnection: upgrade\r\nupgrade: websocket\r\n"))
            #expect(asked.contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
            try await client.send("ping\r\n\r\n")
            _ = try await client.transcript.wait("the echo") { $0.text.hasSuffix("ping\r\n\r\n") }
            try await upstream.send("unasked")
            _ = try await client.transcript.wait("what was not asked for") { $0.text.hasSuffix("unasked") }
            #expect(try await fleet.counters().requestsInFlight == 1)
            try await client.close()
            try await upstream.waitForClosures(1)
            #expect(try await fleet.counters().requestsInFlight == 0)
            #expect(try await fleet.counters().clientDisconnects == 0)
            #expect(try await fleet.upstreamFailures().isEmpty)
        }
        try await upstream.stop()
    }

    @Test("the replica's end is the client's")
    func upstreamEnds() async throws {
        let upstream = try await Self.echo()
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: Self.allowed) { fleet in
            let client = try await Self.open(fleet)
            try await upstream.send("bye")
            try await upstream.closeConnections()
            let heard = try await client.transcript.waitForClose()
            #expect(heard.text.hasSuffix("bye") && !heard.isBroken)
            #expect(try await fleet.counters().requestsInFlight == 0)
        }
        try await upstream.stop()
    }

    @Test("what is sent before the replica agreed arrives, and large messages pass both ways")
    func earlyAndLarge() async throws {
        let upstream = try await Self.echo()
        let large = String(repeating: "z", count: 2 << 20)
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: Self.allowed) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.request() + "early\r\n\r\n")
            _ = try await client.transcript.wait("the early echo") { $0.text.hasSuffix("early\r\n\r\n") }
            try await client.send(large + "\r\n\r\n")
            let heard = try await client.transcript.wait("the large echo") { $0.bytes.count > large.utf8.count }
            #expect(heard.text.contains("early"))
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("two sides that are silent are parted, and nobody is blamed")
    func idle() async throws {
        let upstream = try await Self.echo()
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], idleMilliseconds: 200, adjust: Self.allowed
        ) { fleet in
            let client = try await Self.open(fleet)
            _ = try await client.transcript.waitForClose()
            try await upstream.waitForClosures(1)
            #expect(try await fleet.upstreamFailures().isEmpty)
            #expect(try await fleet.counters().requestsInFlight == 0)
        }
        try await upstream.stop()
    }

    @Test("when the gateway ends it waits for open ones, and cuts them at its deadline")
    func drain() async throws {
        let upstream = try await Self.echo()
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: Self.allowed) { fleet in
            let client = try await Self.open(fleet)
            let drained = fleet.plane.workers[0].drain()
            try await client.send("still\r\n\r\n")
            _ = try await client.transcript.wait("the echo") { $0.text.hasSuffix("still\r\n\r\n") }
            await fleet.plane.stop(deadline: .zero)
            try await drained.get()
            _ = try await client.transcript.waitForClose()
        }
        try await upstream.stop()
    }

    @Test("elsewhere, and in other words, the upgrade is removed and the request an ordinary one")
    func removed() async throws {
        let upstream = try await ScriptedUpstream.answering("plain")
        let badly = [
            Self.request(connection: "keep-alive"), Self.request(upgrade: "h2c"), Self.request(upgrade: "websocket, h2c"),
            Self.request().replacing("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", with: ""),
            Self.request().replacing("GET ", with: "DELETE "),
            Self.request(connection: "Upgrade, Sec-WebSocket-Key"),
        ]
        for (requests, adjust) in [(badly, Self.allowed), ([Self.request()], .none)] {
            try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: adjust) { fleet in
                for request in requests {
                    let response = try await fleet.ask(request)
                    #expect(response.status == 200 && response.body == "plain", "\(request)")
                    let sent = upstream.requests.last?.text.lowercased() ?? ""
                    #expect(!sent.contains("\r\nupgrade:") && !sent.contains("\r\nconnection:"))
                }
            }
        }
        try await upstream.stop()
    }

    @Test("a replica that does not agree answers as it does to any request")
    func declined() async throws {
        let upstream = try await ScriptedUpstream { _ in [.send(ScriptedUpstream.response(403, "no"))] }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: Self.allowed) { fleet in
            let client = try await fleet.client()
            try await client.send(Self.request())
            try await client.send(Self.request())
            #expect(try await client.responses(2).map(\.status) == [403, 403])
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("a replica that changes to another protocol has broken its answer")
    func otherProtocol() async throws {
        let upstream = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")]
        }
        var limits = ProxyLimits.patient
        limits.retryWindow = .milliseconds(200)
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], limits: limits, adjust: Self.allowed
        ) { fleet in
            let response = try await fleet.ask(Self.request())
            #expect(response.status == 502)
        }
        try await upstream.stop()
    }
}
