import FleetModel
import FoundationEssentials
import Gateway
import Logging
import NIOCore
import NIOSSL
import TestCertificates
import Testing

@Suite("TLS to replicas", .timeLimit(.minutes(2)))
struct UpstreamTLSTests {
    private static func upstream(_ files: (certificate: String, key: String), _ body: String) async throws -> ScriptedUpstream {
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
        return try await ScriptedUpstream(tls: context) { _ in [.send(ScriptedUpstream.ok(body))] }
    }

    /// The snapshot of a fleet whose engine is recognised so.
    private static func declaring(_ tls: ReplicaTLS, forwarders: PlaneName? = nil) -> TestFleet.Adjustment {
        TestFleet.Adjustment { snapshot in
            for index in snapshot.workloads.indices { snapshot.workloads[index].tls = tls }
            for index in snapshot.planes.indices where snapshot.planes[index].name == forwarders {
                snapshot.planes[index].hasForwarders = true
            }
        }
    }

    @Test("a replica that proves itself is served from, on kept connections, by its name")
    func verified() async throws {
        let authority = try TestAuthority()
        defer { withExtendedLifetime(authority) {} }
        let upstream = try await Self.upstream(try authority.issue("engine.test"), "secure")
        let tls = ReplicaTLS(serverName: "engine.test", caFile: authority.certificateFile)
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: Self.declaring(tls)) { fleet in
            for _ in 0..<3 {
                let response = try await fleet.ask(TestFleet.post())
                #expect(response.body == "secure")
            }
            #expect(upstream.connectionCount == 1)
            #expect(upstream.requests[0].text.contains("\r\nhost: engine.test\r\n"))
        }
        try await upstream.stop()
    }

    enum Deceit: String, CaseIterable, Sendable { case unknownAuthority, otherName, expired, plain, noAuthority }

    @Test("nothing is sent to one that does not", arguments: Deceit.allCases)
    func refused(_ deceit: Deceit) async throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority("Stranger"))
        defer { withExtendedLifetime((authority, stranger)) {} }
        let files =
            switch deceit {
            case .unknownAuthority: try stranger.issue("engine.test")
            case .otherName: try authority.issue("other.test")
            case .expired: try authority.issue("engine.test", isExpired: true)
            case .plain, .noAuthority: try authority.issue("engine.test")
            }
        let upstream =
            deceit == .plain ? try await ScriptedUpstream.answering("plain") : try await Self.upstream(files, "deceit")
        let trusted = deceit == .noAuthority ? "\(authority.folder)/nowhere.crt" : authority.certificateFile
        let tls = ReplicaTLS(serverName: "engine.test", caFile: trusted)
        var limits = ProxyLimits.patient
        limits.retryWindow = .milliseconds(200)
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], limits: limits, adjust: Self.declaring(tls)
        ) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.status == 502 || response.status == 503, "\(response.head)")
            #expect(upstream.requests.isEmpty)
        }
        try await upstream.stop()
    }

    @Test("a plane's own forwarders are spoken to in plain HTTP")
    func forwarders() async throws {
        let authority = try TestAuthority()
        defer { withExtendedLifetime(authority) {} }
        let upstream = try await ScriptedUpstream.answering("forwarded")
        let tls = ReplicaTLS(serverName: "engine.test", caFile: authority.certificateFile)
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], adjust: Self.declaring(tls, forwarders: "near")
        ) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "forwarded")
        }
        try await upstream.stop()
    }

    @Test("through a tunnel the replica proves itself, not the proxy")
    func tunnel() async throws {
        let authority = try TestAuthority()
        defer { withExtendedLifetime(authority) {} }
        let upstream = try await Self.upstream(try authority.issue("engine.test"), "far away")
        let relay = try await ForwardingProxy()
        let dialer = Dialer(via: ["near": relay.address])
        let tls = ReplicaTLS(serverName: "engine.test", caFile: authority.certificateFile)
        let replicas = [TestFleet.Replica(plane: "near", address: upstream.address)]
        try await TestFleet.with(replicas, adjust: Self.declaring(tls), dialer: dialer) { fleet in
            let response = try await fleet.ask(TestFleet.post())
            #expect(response.body == "far away")
            #expect(Set(relay.targets) == [upstream.address.description])
        }
        try await relay.stop()
        try await upstream.stop()
    }
}
