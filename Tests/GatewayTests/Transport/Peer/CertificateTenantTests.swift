import FleetModel
import FleetTransport
import Gateway
import TestCertificates
import Testing

/// A client certificate that names a tenant is as good as one of its keys.
@Suite("Tenants by client certificate", .timeLimit(.minutes(2)))
struct CertificateTenantTests {
    private static let tenants = [
        TenantTerms(
            name: "acme", models: ["chat"], keys: [], certificateNames: [.uri("spiffe://acme.test/batch"), .commonName("acme")]),
        TenantTerms(name: "beta", models: ["phi"], keys: [digest("sk-tw-beta")], certificateNames: [.dnsName("beta.test")]),
        TenantTerms(
            name: "narrow", keys: [], certificateNames: [.dnsName("narrow.test")], limits: .init(requestsPerMinute: 1)),
    ]

    /// Asks once as each client, in HTTP/1.1: the status and body of each answer.
    private static func ask(
        mode: GatewayTLS.ClientCertificates.Mode = .require, _ clients: [(name: String, uris: [String], subject: String?)?],
        headers: String = "", model: String = "chat"
    ) async throws -> [RawResponse] {
        let authority = try TestAuthority()
        let server = try authority.issue("api.test")
        let transport = try ClientTransport(
            GatewayTLS(
                certificates: [.init(certificateFile: server.certificate, keyFile: server.key)],
                clientCertificates: .init(caFile: authority.certificateFile, mode: mode)))
        let identities = try clients.enumerated().map { number, client in
            try client.map { try authority.issue($0.name, uris: $0.uris, subject: $0.subject, as: "client-\(number)") }
        }
        // No two replicas have one address.
        let upstreams = [try await ScriptedUpstream.answering("served"), try await ScriptedUpstream.answering("served")]
        let answers = Answers()
        let replicas = ["chat", "phi"].enumerated().map { number, workload in
            TestFleet.Replica(
                plane: "near", workload: WorkloadName(workload), incarnation: UInt64(number + 1),
                address: upstreams[number].address)
        }
        try await TestFleet.with(replicas, tenants: tenants, transport: transport) { fleet in
            for identity in identities {
                let configuration = try SecureClient.configuration(
                    trusting: authority, identity: identity.map { .init(certificate: $0.certificate, key: $0.key) })
                let client = try await SecureClient(fleet.address, configuration, serverName: "api.test")
                try await client.send(TestFleet.post(model, headers: headers))
                await answers.add(try await client.response())
                try await client.close()
            }
        }
        for upstream in upstreams { try await upstream.stop() }
        return await answers.all
    }

    private actor Answers {
        private(set) var all: [RawResponse] = []

        func add(_ response: RawResponse) { all.append(response) }
    }

    @Test("by a URI, a DNS name or the common name, without any key")
    func named() async throws {
        let answers = try await Self.ask([
            ("a.test", ["spiffe://acme.test/batch"], "/CN=other"), ("a.test", [], "/O=Acme/CN=acme"), ("a.test", [], "/CN=ACME"),
            ("a.test", ["spiffe://acme.test/batch2"], "/CN=other"), ("beta.test", [], "/CN=other"),
        ])
        #expect(answers.map(\.status) == [200, 200, 401, 401, 404], "what beta may ask for is phi")
        let told = answers[3].body
        #expect(told.contains("unknown_client_certificate") && told.contains("spiffe://acme.test/batch2"), "\(told)")
        #expect(told.contains("clientCertificates"))
    }

    @Test("a known key goes before the certificate, an unknown one leaves it")
    func keys() async throws {
        let acme: (name: String, uris: [String], subject: String?) = ("a.test", [], "/CN=acme")
        let known = try await Self.ask([acme], headers: "Authorization: Bearer sk-tw-beta\r\n", model: "phi")
        #expect(known.map(\.status) == [200])
        // Clients' libraries insist on a key, and send whatever they are given.
        let unused = try await Self.ask([acme], headers: "Authorization: Bearer unused\r\n")
        #expect(unused.map(\.status) == [200])
        let nobody = try await Self.ask([("a.test", [], "/CN=nobody")], headers: "Authorization: Bearer unused\r\n")
        #expect(nobody.map(\.status) == [401] && nobody[0].body.contains("invalid_api_key"))
    }

    @Test("where certificates may be left out, a client without one needs a key")
    func requested() async throws {
        let answers = try await Self.ask(mode: .request, [nil, ("a.test", [], "/CN=acme")])
        #expect(answers.map(\.status) == [401, 200])
        #expect(answers[0].body.contains("no API key is given"))
    }

    @Test("the tenant's limits hold for its certificate")
    func limits() async throws {
        let narrow: (name: String, uris: [String], subject: String?) = ("narrow.test", [], nil)
        let answers = try await Self.ask([narrow, narrow])
        #expect(answers.map(\.status) == [200, 429])
    }
}
