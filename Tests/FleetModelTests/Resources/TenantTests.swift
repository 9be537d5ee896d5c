import FleetModel
import Testing

@Suite("Tenants")
struct TenantTests {
    private static let digest = String(repeating: "0f", count: 32)

    private func problems(_ tenants: Tenant...) -> [String] {
        Fleet(tenants.map(Resource.tenant)).problems().map { "\($0.key) \($0.path)" }
    }

    @Test("accepts a tenant that says everything")
    func whole() {
        let tenant = Tenant(
            metadata: Metadata(name: "acme"), country: "CA", models: ["chat"], priority: .critical,
            apiKeys: [.init(name: "web", sha256: Self.digest)],
            limits: .init(
                requestsPerMinute: 1, tokensPerMinute: 1, concurrentRequests: 1, budgetPerDay: USD(billionths: 1),
                budgetPerMonth: USD(billionths: 1)),
            price: .init(input: .init(billionthsPerToken: 0), output: .init(billionthsPerToken: 1)))
        #expect(problems(tenant).isEmpty)
    }

    @Test("names every mistake by its field")
    func mistakes() {
        let tenant = Tenant(
            metadata: Metadata(name: "acme"), country: "XX", models: ["a b"],
            apiKeys: [.init(name: "web", sha256: Self.digest), .init(name: "web", sha256: "F00")],
            limits: .init(requestsPerMinute: 0, budgetPerDay: USD(billionths: 5)),
            workloads: [.init(workload: "chat", limits: .init(tokensPerMinute: -1, budgetPerMonth: USD(billionths: 0)))])
        #expect(
            Set(problems(tenant)) == [
                "Tenant/acme spec.country", "Tenant/acme spec.models[0]", "Tenant/acme spec.apiKeys[1].sha256",
                "Tenant/acme spec.apiKeys[1].name", "Tenant/acme spec.limits.requestsPerMinute", "Tenant/acme spec.limits.budget",
                "Tenant/acme spec.workloads[0].limits.tokensPerMinute", "Tenant/acme spec.workloads[0].limits.budget.perMonth",
                "Tenant/acme spec.workloads[0].limits.budget", "Tenant/acme spec.workloads[0].workload",
            ])
    }

    @Test("a key belongs to one tenant")
    func keyConflict() {
        let keys = [Tenant.APIKey(name: "web", sha256: Self.digest)]
        #expect(
            problems(
                Tenant(metadata: Metadata(name: "a"), apiKeys: keys), Tenant(metadata: Metadata(name: "b"), apiKeys: keys))
                == ["Tenant/b spec.apiKeys[0].sha256"])
    }

    @Test("a name of client certificates belongs to one tenant")
    func certificateConflict() {
        let names: [Tenant.CertificateName] = [.uri("spiffe://a/b"), .commonName("a")]
        #expect(
            problems(
                Tenant(metadata: Metadata(name: "a"), clientCertificates: names),
                Tenant(metadata: Metadata(name: "b"), clientCertificates: [.dnsName("a"), .commonName("a")]))
                == ["Tenant/b spec.clientCertificates[1]"])
        #expect(problems(Tenant(metadata: Metadata(name: "a"), clientCertificates: names + names)).count == 2)
    }

    @Test(
        "money is written back as it was read, to the last billionth",
        arguments: ["20 USD", "0.000000001 USD", "1000000 USD", "12.5 USD", "0 USD"])
    func money(_ text: String) throws {
        #expect(try #require(USD(text: text)).text == text)
    }

    @Test("a price per million tokens is whole billionths per token")
    func price() throws {
        #expect(try #require(USDPerMillionTokens(text: "0.5 USD/Mtok")).billionthsPerToken == 500)
        #expect(try #require(USDPerMillionTokens(text: "0.001 USD/Mtok")).text == "0.001 USD/Mtok")
        #expect(USDPerMillionTokens(text: "0.0005 USD/Mtok") == nil)
        #expect(USDPerMillionTokens(text: "-1 USD/Mtok") == nil)
        #expect(USD(text: "-1 USD") == nil && USD(text: "1") == nil)
    }
}
