import FleetDocuments
import FleetModel
import Testing

@Suite("Tenant documents")
struct TenantDocumentTests {
    private static let digest = String(repeating: "0f", count: 32)
    private static let document = """
        apiVersion: tradewind.dev/v1alpha1
        kind: Tenant
        metadata: { name: acme }
        spec:
          country: CA
          priority: sheddable
          models: [chat-8b]
          apiKeys:
            - { name: web, sha256: \(digest) }
          price: { input: 0.5 USD/Mtok, output: 1.5 USD/Mtok }
          limits:
            requestsPerMinute: 600
            concurrentRequests: 32
            budget: { perDay: 20 USD }

        """

    @Test("are read to the last field")
    func whole() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "t.yaml", text: Self.document)]).get()
        let price = Tenant.Price(input: .init(billionthsPerToken: 500), output: .init(billionthsPerToken: 1_500))
        #expect(
            resources == [
                .tenant(
                    Tenant(
                        metadata: Metadata(name: "acme"), country: "CA", models: ["chat-8b"], priority: .sheddable,
                        apiKeys: [.init(name: "web", sha256: Self.digest)],
                        limits: .init(
                            requestsPerMinute: 600, concurrentRequests: 32,
                            budgetPerDay: USD(billionths: 20_000_000_000)), price: price))
            ])
    }

    @Test("name client certificates by one name each")
    func certificates() throws {
        let named = Self.document.replacing(
            "  price:",
            with: """
                  clientCertificates:
                    - { uri: spiffe://example.org/ns/acme/sa/batch }
                    - { dnsName: batch.acme.example }
                    - { commonName: Acme batch }
                  price:
                """)
        let resources = try FleetDecoder.decode([FleetFile(name: "t.yaml", text: named)]).get()
        guard case .tenant(let tenant)? = resources.first else { return #expect(Bool(false), "no tenant") }
        #expect(
            tenant.clientCertificates == [
                .uri("spiffe://example.org/ns/acme/sa/batch"), .dnsName("batch.acme.example"), .commonName("Acme batch"),
            ])
        for (old, new, told) in [
            ("{ commonName: Acme batch }", "{}", "spec.clientCertificates[2]: no name is given; { uri: … }"),
            ("{ commonName: Acme batch }", "{ commonName: a, uri: a:b }", "spec.clientCertificates[2]: 2 names are given"),
            ("commonName:", "subject:", "spec.clientCertificates[2].subject: unknown field"),
            (
                "spiffe://example.org/ns/acme/sa/batch", "batch",
                "spec.clientCertificates[0].uri: \"batch\" is not a URI; a URI such"
            ),
            ("batch.acme.example", "\"*.example\"", "spec.clientCertificates[1].dnsName: \"*.example\" is not a name"),
            (
                "Acme batch", String(repeating: "a", count: 65),
                "spec.clientCertificates[2].commonName: \"aaa"
            ),
        ] {
            let file = FleetFile(name: "t.yaml", text: named.replacing(old, with: new))
            guard case .failure(let problems) = FleetDecoder.decode([file]) else {
                Issue.record("\(new) is taken")
                continue
            }
            let lines = problems.problems.map { "\($0.path): \($0.message); \($0.accepted)" }
            #expect(lines.count == 1 && lines[0].hasPrefix(told), "\(lines)")
        }
    }

    @Test(
        "say what is wrong and what would be right, and never repeat what may be a key",
        arguments: [
            (digest, "sk-tw-secret", "spec.apiKeys[0].sha256: the value is not accepted; \(KeyDigestRule.accepted)"),
            ("sheddable", "batch", "spec.priority: \"batch\" is not one of the values"),
            ("20 USD", "20", "spec.limits.budget.perDay: \"20\" is not accepted; an amount of at least 0 such as 20 USD"),
            ("requestsPerMinute: 600", "requestsPerMinute: 0", "spec.limits.requestsPerMinute: 0 is out of range"),
            ("price: {", "prices: {", "spec.prices: unknown field; the nearest is price"),
        ])
    func mistakes(_ old: String, _ new: String, _ told: String) throws {
        let text = Self.document.replacing(old, with: new)
        guard case .failure(let problems) = FleetDecoder.decode([FleetFile(name: "t.yaml", text: text)]) else {
            Issue.record("the mistake is taken")
            return
        }
        let lines = problems.problems.map { "\($0.path): \($0.message); \($0.accepted)" }
        #expect(lines.count == 1 && lines[0].hasPrefix(told), "\(lines)")
        #expect(!lines.joined().contains("secret"))
    }
}
