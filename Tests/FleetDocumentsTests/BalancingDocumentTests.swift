import FleetControl
import FleetDocuments
import FleetModel
import Testing

@Suite("Balancing in documents")
struct BalancingDocumentTests {
    /// The sample fleet with another `balancing` of its route.
    private func text(_ balancing: String) -> String {
        sampleFleet.replacing("balancing: { policy: leastRequest, affinity: prefix }", with: "balancing: \(balancing)")
    }

    private func rules(_ balancing: String) throws -> BalancingRules {
        let decoded = FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text(balancing))], known: [])
        guard case .success(let resources) = decoded else {
            Issue.record("the fleet is refused: \(problems(in: text(balancing)))")
            return BalancingRules()
        }
        let route = resources.lazy.compactMap { if case .route(let route) = $0 { route } else { nil } }.first
        return try #require(route?.balancing)
    }

    @Test("every field is read, with its standard where it is left out")
    func fields() throws {
        let full = try rules(
            """
            { policy: maglev, hashOn: header, header: x-user, affinity: cookie, cookie: { name: seat, path: /v1/, ttl: 2h },
              planes: [{ plane: toronto, weight: 70 }, { plane: aws-frankfurt, weight: 30, priority: 1 }],
              overprovisioningFactor: 1.5, panicThreshold: 40%, adaptiveWeights: 30% }
            """.replacing("\n", with: " "))
        #expect(
            full
                == BalancingRules(
                    policy: .maglev, affinity: .cookie, hashOn: .header, header: "x-user",
                    cookie: .init(name: "seat", path: "/v1/", ttlSeconds: 7_200),
                    planes: [.init(plane: "toronto", weight: 70), .init(plane: "aws-frankfurt", weight: 30, priority: 1)],
                    overprovisioningFactor: 1.5, panicThreshold: 0.4, adaptiveWeights: 0.3))
        #expect(try rules("{}") == BalancingRules())
        for policy in BalancingRules.Policy.allCases { #expect(try rules("{ policy: \(policy.rawValue) }").policy == policy) }
    }

    @Test(
        "what cannot work is refused with what would be right",
        arguments: [
            ("{ affinity: header }", "spec.balancing.header: the header's name is missing"),
            ("{ header: x-user }", "spec.balancing.header: nothing goes by it"),
            ("{ affinity: header, header: 'x user' }", "spec.balancing.header: \"x user\" is not a header name"),
            ("{ hashOn: header, header: x-user }", "spec.balancing.hashOn: \"header\" is given"),
            ("{ policy: maglev, affinity: prefix }", "spec.balancing.affinity: maglev keeps requests together"),
            ("{ policy: ringHash, hashOn: cookie, affinity: cookie }", "spec.balancing.hashOn: one cookie cannot be both"),
            ("{ cookie: { name: seat } }", "spec.balancing.cookie: nothing goes by it"),
            ("{ affinity: cookie, cookie: { name: 'a;b' } }", "spec.balancing.cookie.name: \"a;b\" is not a cookie name"),
            ("{ affinity: cookie, cookie: { path: '/;x' } }", "spec.balancing.cookie.path: \"/;x\" is not a path"),
            ("{ affinity: cookie, cookie: { ttl: 1500ms } }", "spec.balancing.cookie.ttl: \"1500ms\" is not accepted"),
            ("{ planes: [{ plane: nowhere }] }", "spec.balancing.planes[0].plane: there is no WorkloadPlane \"nowhere\""),
            ("{ planes: [{ plane: toronto, weight: 0 }] }", "spec.balancing.planes[0].weight: 0 is out of range"),
            ("{ planes: [{ plane: toronto, priority: 16 }] }", "spec.balancing.planes[0].priority: 16 is out of range"),
            ("{ planes: [{ plane: toronto }, { plane: toronto }] }", "plane \"toronto\" is already entry 0"),
            ("{ overprovisioningFactor: 0.5 }", "spec.balancing.overprovisioningFactor: the factor is out of range"),
            ("{ adaptiveWeights: 30% }", "spec.balancing.adaptiveWeights: there are no weights to adapt"),
            (
                "{ planes: [{ plane: toronto }], adaptiveWeights: 95% }",
                "spec.balancing.adaptiveWeights: the share is out of range"
            ),
            ("{ stickiness: yes }", "spec.balancing.stickiness: unknown field"),
        ])
    func refusals(_ balancing: String, _ expected: String) {
        let found = problems(in: text(balancing))
        #expect(found.contains { $0.contains(expected) }, "found \(found)")
    }
}
