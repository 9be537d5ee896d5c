import FleetModel
import Gateway
import NIOCore
import NIOSSL
import TestCertificates
import Testing

/// Connections of trusted proxies through the whole data path.
@Suite("PROXY protocol", .timeLimit(.minutes(2)))
struct ProxyProtocolTests {
    private static let line = "PROXY TCP4 203.0.113.9 198.51.100.1 56324 443\r\n"

    private static func with(
        from networks: [String] = ["127.0.0.0/8"], addressHeader: String? = nil, limits: ProxyLimits = .patient,
        transport: ClientTransport = .plain, _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        let place = ClientPlace(trustedProxies: networks, addressHeader: addressHeader, proxyProtocol: .required)
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], limits: limits, adjust: .init { $0.clientPlace = place },
            transport: transport
        ) { try await body($0, upstream) }
        try await upstream.stop()
    }

    /// The address that replicas were told last.
    private static func told(_ upstream: ScriptedUpstream) -> String? {
        upstream.requests.last?.text.split(separator: "\r\n").first { $0.hasPrefix("x-forwarded-for: ") }
            .map { String($0.dropFirst(17)) }
    }

    @Test(
        "the client is who the header says, in either version, and in as many pieces as it comes",
        arguments: [
            (Array(line.utf8), "203.0.113.9"), (ProxyHeaderTests.binary(), "203.0.113.9"),
            (ProxyHeaderTests.binary(0x21, 0x21, ProxyHeaderTests.version6), "2001:db8::1"),
            (ProxyHeaderTests.binary(0x20, 0, []), "127.0.0.1"), (Array("PROXY UNKNOWN\r\n".utf8), "unknown"),
        ])
    func clients(_ header: [UInt8], _ client: String) async throws {
        try await Self.with { fleet, upstream in
            let whole = try await fleet.client()
            try await whole.send(header + Array(TestFleet.post().utf8))
            #expect(try await whole.response().status == 200)
            #expect(Self.told(upstream) == client)
            // The header holds for the connection's next requests too.
            try await whole.send(TestFleet.post())
            #expect(try await whole.responses(2)[1].status == 200)
            #expect(Self.told(upstream) == client)
            try await whole.close()
            let pieces = try await fleet.client()
            for byte in header { try await pieces.send([byte]) }
            try await pieces.send(TestFleet.post())
            #expect(try await pieces.response().status == 200)
            #expect(Self.told(upstream) == client)
            try await pieces.close()
        }
    }

    @Test("headers of HTTP count from the client the header names, not from the proxy")
    func trust() async throws {
        try await Self.with(from: ["127.0.0.0/8", "10.0.0.0/8"], addressHeader: "x-forwarded-for") { fleet, upstream in
            for (source, client) in [("203.0.113.9", "203.0.113.9"), ("10.0.0.7", "198.51.100.77")] {
                let connection = try await fleet.client()
                try await connection.send(
                    "PROXY TCP4 \(source) 198.51.100.1 1 443\r\n"
                        + TestFleet.post(headers: "x-forwarded-for: 198.51.100.77\r\n"))
                #expect(try await connection.response().status == 200)
                #expect(Self.told(upstream) == client)
                try await connection.close()
            }
        }
    }

    @Test(
        "a trusted proxy's connection without a right header is closed without a word, and counted",
        arguments: [
            Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8), Array("PROXY TCP4 1.1.1.1\r\n".utf8),
            ProxyHeaderTests.binary(length: 65_535), Array(String(repeating: "PROXY TCP4 1.1.1.1", count: 100).utf8),
            [0x16, 3, 1],
        ])
    func refused(_ bytes: [UInt8]) async throws {
        try await Self.with { fleet, upstream in
            let client = try await fleet.client()
            try await client.send(bytes)
            #expect(try await client.transcript.waitForClose().bytes.isEmpty)
            #expect(try await fleet.counters().malformedProxyHeaders == 1)
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("a header that does not come in time ends the connection")
    func slow() async throws {
        var limits = ProxyLimits.patient
        limits.proxyHeaderTimeout = .milliseconds(50)
        try await Self.with(limits: limits) { fleet, _ in
            let client = try await fleet.client()
            try await client.send("PROXY TCP4 203")
            #expect(try await client.transcript.waitForClose().bytes.isEmpty)
            #expect(try await fleet.counters().malformedProxyHeaders == 1)
        }
    }

    @Test("nobody else may name another client: what looks like a header is a bad request")
    func strangers() async throws {
        try await Self.with(from: ["10.0.0.0/8"]) { fleet, upstream in
            let client = try await fleet.client()
            try await client.send(Self.line + TestFleet.post())
            #expect(try await client.response().status == 400)
            #expect(upstream.requests.isEmpty)
            let plain = try await fleet.ask(TestFleet.post())
            #expect(plain.status == 200 && Self.told(upstream) == "127.0.0.1")
        }
    }

    @Test("TLS and HTTP/2 begin behind the header")
    func behind() async throws {
        let authority = try TestAuthority()
        let files = try authority.issue("api.test")
        let transport = try ClientTransport(
            GatewayTLS(certificates: [.init(certificateFile: files.certificate, keyFile: files.key)]))
        try await Self.with(transport: transport) { fleet, upstream in
            let client = try await SecureClient(
                fleet.address, try SecureClient.configuration(trusting: authority), serverName: "api.test", preamble: Self.line)
            try await client.send(TestFleet.post())
            #expect(try await client.response().status == 200)
            #expect(Self.told(upstream) == "203.0.113.9")
            try await client.close()
        }
        try await Self.with { fleet, upstream in
            let client = try await fleet.client()
            let fields = [
                (":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/fixed/x"),
            ]
            let request =
                RawFrames.preface + RawFrames.Frame(type: RawFrames.Frame.settings).bytes + RawFrames.headers(fields).bytes
            try await client.send(Array(Self.line.utf8) + request)
            _ = try await client.transcript.wait("an answer") { content in
                content.isClosed || RawFrames.frames(in: content.bytes).contains { $0.type == RawFrames.Frame.data }
            }
            #expect(Self.told(upstream) == "203.0.113.9")
            try await client.close()
        }
    }
}
