import FleetModel
import FoundationEssentials
import Gateway
import Logging
import NIOCore
import NIOSSL
import TestCertificates
import Testing

@Suite("TLS for clients", .timeLimit(.minutes(2)))
struct TLSTests {
    private static func declaration(
        _ files: (certificate: String, key: String), clients: GatewayTLS.ClientCertificates? = nil
    ) -> GatewayTLS {
        GatewayTLS(
            certificates: [.init(certificateFile: files.certificate, keyFile: files.key)], clientCertificates: clients)
    }

    private static func keeper(_ declaration: GatewayTLS, _ fleet: TestFleet) throws -> CertificateKeeper {
        CertificateKeeper(
            fixed: declaration, initial: try ClientTransport(declaration), isExposed: false, workers: fleet.plane.workers,
            dialer: Dialer(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("clients that trust the authority are served, and replicas are told https")
    func served() async throws {
        let authority = try TestAuthority()
        let transport = try ClientTransport(Self.declaration(try authority.issue("api.test")))
        let upstream = try await ScriptedUpstream.answering("near")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], transport: transport) { fleet in
            let client = try await SecureClient(
                fleet.address, try SecureClient.configuration(trusting: authority), serverName: "api.test")
            try await client.send(TestFleet.post())
            let response = try await client.response()
            #expect(response.status == 200 && response.body == "near")
            #expect(upstream.requests[0].text.contains("\r\nx-forwarded-proto: https\r\n"))
            try await client.close()
        }
        try await upstream.stop()
    }

    @Test("a client in the clear, and one that trusts another authority, are not served")
    func refused() async throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority("Stranger"))
        let transport = try ClientTransport(Self.declaration(try authority.issue("api.test")))
        try await TestFleet.with([], transport: transport) { fleet in
            let plain = try await fleet.client()
            try await plain.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            let heard = try await plain.transcript.waitForClose()
            #expect(!heard.text.contains("HTTP/1.1 200"))
            await #expect(throws: (any Error).self) {
                try await SecureClient(
                    fleet.address, try SecureClient.configuration(trusting: stranger), serverName: "api.test")
            }
            #expect(try await fleet.counters().failedHandshakes >= 1)
        }
    }

    @Test(
        "the name asked for chooses the certificate",
        arguments: [
            ("api.test", "api.test"), ("API.test", "api.test"), ("a.wild.test", "*.wild.test"), ("a.b.wild.test", nil),
            ("else.test", nil),
        ])
    func serverNames(_ asked: String, _ shown: String?) async throws {
        let authority = try TestAuthority()
        let names = ["api.test", "*.wild.test"]
        var certificates: [GatewayTLS.Certificate] = []
        for name in names {
            let files = try authority.issue(name)
            certificates.append(.init(certificateFile: files.certificate, keyFile: files.key, serverNames: [name]))
        }
        let standard = try authority.issue("standard.test")
        certificates.append(.init(certificateFile: standard.certificate, keyFile: standard.key))
        let transport = try ClientTransport(GatewayTLS(certificates: certificates))
        try await TestFleet.with([], transport: transport) { fleet in
            var configuration = try SecureClient.configuration(trusting: authority)
            configuration.certificateVerification = .noHostnameVerification
            let client = try await SecureClient(fleet.address, configuration, serverName: asked)
            #expect(try await client.shownName()?.contains("common_name=\(shown ?? "standard.test")") == true)
            try await client.close()
        }
    }

    @Test("a renewed certificate is shown to new connections, and open ones stay; a broken one changes nothing")
    func reload() async throws {
        let (authority, next) = (try TestAuthority(), try TestAuthority("Next"))
        let files = try authority.issue("api.test", as: "server")
        let declaration = Self.declaration(files)
        let upstream = try await ScriptedUpstream.answering("near")
        let replicas = [TestFleet.Replica(plane: "near", address: upstream.address)]
        try await TestFleet.with(replicas, transport: try ClientTransport(declaration)) { fleet in
            let keeper = try Self.keeper(declaration, fleet)
            let old = try await SecureClient(
                fleet.address, try SecureClient.configuration(trusting: authority), serverName: "api.test")
            try authority.write("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n", to: "server.crt")
            await keeper.look()
            let still = try await SecureClient(
                fleet.address, try SecureClient.configuration(trusting: authority), serverName: "api.test")
            let renewed = try next.issue("api.test")
            for (from, to) in [(renewed.certificate, files.certificate), (renewed.key, files.key)] {
                try authority.write(try String(contentsOfFile: from, encoding: .utf8), to: String(to.split(separator: "/").last!))
            }
            await keeper.look()
            // The loop takes it up in its turn: what is asked of it now is answered behind that.
            _ = try await fleet.counters()
            let new = try await SecureClient(
                fleet.address, try SecureClient.configuration(trusting: next), serverName: "api.test")
            for client in [old, still, new] {
                try await client.send(TestFleet.post())
                #expect(try await client.response().status == 200)
                try await client.close()
            }
        }
        try await upstream.stop()
    }

    @Test("a key that is not the certificate's, and files that are not there, are told")
    func badFiles() throws {
        let authority = try TestAuthority()
        let (one, other) = (try authority.issue("one.test"), try authority.issue("other.test"))
        let told = { (files: (certificate: String, key: String)) in
            do {
                _ = try ClientTransport(Self.declaration(files))
                return "taken"
            } catch { return "\(error)" }
        }
        #expect(told((one.certificate, other.key)).contains("is not the key of the first certificate"))
        #expect(told(("/nowhere/tls.crt", one.key)) == "there is no file /nowhere/tls.crt")
        #expect(told((one.certificate, one.certificate)).contains("is not a private key"))
        #expect(told((one.key, one.key)).contains("holds no certificate"))
    }

    @Test("a required client certificate lets in who has one of the authority's, and nobody else")
    func clientCertificates() async throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority("Stranger"))
        let clients = GatewayTLS.ClientCertificates(caFile: authority.certificateFile)
        let transport = try ClientTransport(Self.declaration(try authority.issue("api.test"), clients: clients))
        let ours = try authority.issue("client.test")
        let foreign = try stranger.issue("client.test")
        try await TestFleet.with([], transport: transport) { fleet in
            func ask(_ identity: (certificate: String, key: String)?) async throws -> Int {
                let configuration = try SecureClient.configuration(
                    trusting: authority, identity: identity.map { .init(certificate: $0.certificate, key: $0.key) })
                let client = try await SecureClient(fleet.address, configuration, serverName: "api.test")
                try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                let status = try await client.response().status
                try await client.close()
                return status
            }
            let status = try await ask(ours)
            #expect(status == 200)
            for identity in [foreign, nil] {
                let answered = try? await ask(identity)
                #expect(answered == nil)
            }
        }
    }

    @Test("beyond loopback nobody is taken in without TLS, and with TLS only tenants' clients")
    func exposure() async throws {
        let authority = try TestAuthority()
        let tls = Self.declaration(try authority.issue("api.test"))
        let everywhere = ListenAddress(host: "0.0.0.0", port: 0)
        let tenant = TenantTerms(name: "acme", keys: [String(repeating: "0", count: 64)])
        try await TestFleet.with([], listen: everywhere) { fleet in
            let client = try await RawClient(ListenAddress(host: "127.0.0.1", port: fleet.address.port))
            #expect(try await client.transcript.waitForClose().text.isEmpty)
        }
        for (tenants, isServed) in [([TenantTerms](), false), ([tenant], true)] {
            try await TestFleet.with([], tenants: tenants, transport: try ClientTransport(tls), listen: everywhere) { fleet in
                let address = ListenAddress(host: "127.0.0.1", port: fleet.address.port)
                let configuration = try SecureClient.configuration(trusting: authority)
                let client = try? await SecureClient(address, configuration, serverName: "api.test")
                #expect((client != nil) == isServed)
                try await client?.close()
            }
        }
    }

    @Test("a stream cut short on TLS does not end as a whole one does")
    func truncation() async throws {
        let authority = try TestAuthority()
        let transport = try ClientTransport(Self.declaration(try authority.issue("api.test")))
        let upstream = try await ScriptedUpstream { _ in
            [.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")]
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], transport: transport) { fleet in
            let client = try await SecureClient(
                fleet.address, try SecureClient.configuration(trusting: authority), serverName: "api.test")
            try await client.send(TestFleet.post())
            _ = try await client.transcript.wait("the first event") { $0.text.contains("data: one") }
            try await upstream.resetConnections()
            let heard = try await client.transcript.waitForClose()
            #expect(heard.isBroken, "an orderly end would pass for a whole answer")
        }
        try await upstream.stop()
    }
}
