import FleetModel
import Testing

@Suite("Built-in policies")
struct BuiltInPolicyTests {
    private let sealed = DataProtection(encryptionInTransit: true, encryptionAtRest: true, audit: .metadata)

    /// Places as a fleet would have them, all with the same protection, of a provider that holds some attestations.
    private func fleet(
        _ classification: DataRules.Classification, holding attestations: [String] = [], protection: DataProtection? = nil,
        policies: [CompliancePolicy] = []
    ) -> Fleet {
        let planes = ["AE", "BR", "CA", "CN", "DE", "GB", "IN", "JP", "NO", "RU", "SG", "US"].map { country in
            Resource.workloadPlane(
                WorkloadPlane(
                    metadata: Metadata(name: country.lowercased()), provider: "p", region: country.lowercased(),
                    location: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: country), driver: .local,
                    pools: [], protection: protection ?? sealed))
        }
        let workload = Workload(
            metadata: Metadata(name: "w"), models: ["m"], replica: ReplicaRequirement(profile: []),
            data: DataRules(classification: classification))
        let provider = Provider(metadata: Metadata(name: "p"), kind: .hyperscaler, attestations: attestations)
        return Fleet([.provider(provider), .workload(workload)] + planes + policies.map(Resource.compliancePolicy))
    }

    /// Countries whose planes may serve users of a country (nil: nobody knows where they are).
    private func inside(_ fleet: Fleet, usersIn country: String?) -> [String] {
        let fence = fleet.fence
        return fleet.planes.filter {
            fence.verdict(
                workload: fleet.workloads[0], plane: $0, userJurisdictions: country.map(Jurisdiction.covering)
            ).isInside
        }.map(\.location.country)
    }

    private static let everywhere = ["AE", "BR", "CA", "CN", "DE", "GB", "IN", "JP", "NO", "RU", "SG", "US"]

    @Test(
        "leave public and internal workloads alone, wherever users are", arguments: [DataRules.Classification.public, .internal])
    func untouched(classification: DataRules.Classification) {
        let fleet = fleet(classification, protection: DataProtection())
        for country in Self.everywhere + [nil] as [String?] {
            #expect(inside(fleet, usersIn: country) == Self.everywhere, "\(country ?? "anywhere")")
        }
    }

    @Test(
        "GDPR keeps personal data of users in the EEA where protection is adequate",
        arguments: [DataRules.Classification.pii, .phi])
    func gdpr(classification: DataRules.Classification) {
        #expect(inside(fleet(classification), usersIn: "DE") == ["BR", "CA", "DE", "GB", "JP", "NO"])
        #expect(inside(fleet(classification), usersIn: "NO") == ["BR", "CA", "DE", "GB", "JP", "NO"])
        // The United States only by members of the Data Privacy Framework.
        #expect(
            inside(fleet(classification, holding: ["EU-US-DPF"]), usersIn: "DE") == ["BR", "CA", "DE", "GB", "JP", "NO", "US"])
        #expect(inside(fleet(classification, holding: ["UK-US-DPF"]), usersIn: "DE") == ["BR", "CA", "DE", "GB", "JP", "NO"])
    }

    @Test("UK GDPR does the same for users there, with its own list")
    func ukGDPR() {
        #expect(inside(fleet(.pii), usersIn: "GB") == ["CA", "DE", "GB", "JP", "NO"])
        #expect(inside(fleet(.pii, holding: ["UK-US-DPF"]), usersIn: "GB") == ["CA", "DE", "GB", "JP", "NO", "US"])
    }

    @Test("CCPA asks for encryption, and for no place")
    func ccpa() {
        #expect(inside(fleet(.pii), usersIn: "US") == Self.everywhere)
        var open = sealed
        open.encryptionAtRest = false
        #expect(inside(fleet(.pii, protection: open), usersIn: "US") == [])
        #expect(inside(fleet(.pii, protection: open), usersIn: "CA") == Self.everywhere)
    }

    @Test("HIPAA asks for an agreement, encryption and a record for health data of users in the United States")
    func hipaa() {
        #expect(inside(fleet(.phi), usersIn: "US") == [])
        #expect(inside(fleet(.phi, holding: ["HIPAA BAA"]), usersIn: "US") == Self.everywhere)
        var silent = sealed
        silent.audit = .none
        #expect(inside(fleet(.phi, holding: ["HIPAA-BAA"], protection: silent), usersIn: "US") == [])
        #expect(inside(fleet(.phi), usersIn: "CA") == Self.everywhere)
    }

    @Test("PCI DSS asks for an attestation wherever the user is, and Indian payments stay in India")
    func pci() {
        #expect(inside(fleet(.pci), usersIn: "SG") == [])
        #expect(inside(fleet(.pci, holding: ["PCI-DSS"]), usersIn: "SG") == Self.everywhere)
        #expect(inside(fleet(.pci, holding: ["PCI-DSS"]), usersIn: "IN") == ["IN"])
        #expect(inside(fleet(.pii), usersIn: "IN") == Self.everywhere)
    }

    @Test("data localisation keeps personal data at home", arguments: [("RU", "RU"), ("CN", "CN")])
    func localisation(users: String, place: String) { #expect(inside(fleet(.pii), usersIn: users) == [place]) }

    @Test("health data of users in the Emirates stays there, other personal data need not")
    func emirates() {
        #expect(inside(fleet(.phi), usersIn: "AE") == ["AE"])
        #expect(inside(fleet(.pii), usersIn: "AE") == Self.everywhere)
    }

    @Test("of users nobody knows the place of, what must be proven holds, and the places of all countries do not")
    func unknownPlace() {
        #expect(inside(fleet(.phi), usersIn: nil) == [])
        #expect(inside(fleet(.phi, holding: ["HIPAA-BAA"]), usersIn: nil) == Self.everywhere)
        #expect(inside(fleet(.pii, protection: DataProtection()), usersIn: nil) == [])
    }

    @Test("a declared policy of the same name takes the place of a built-in one")
    func overriding() {
        let lawyers = CompliancePolicy(
            metadata: Metadata(name: "gdpr"), appliesTo: .init(classifications: [.pii], jurisdictions: ["EEA"]),
            requires: .init(jurisdictions: ["EEA", "SG"]))
        #expect(inside(fleet(.pii, policies: [lawyers]), usersIn: "DE") == ["DE", "NO", "SG"])
        // Its scope too: health data of users in the EEA is no longer its matter.
        #expect(inside(fleet(.phi, policies: [lawyers]), usersIn: "DE") == Self.everywhere)
        let off = CompliancePolicy(metadata: Metadata(name: "ru-242-fz"), appliesTo: .init(), requires: .init())
        #expect(inside(fleet(.pii, policies: [off]), usersIn: "RU") == Self.everywhere)
    }

    @Test("reasons name the built-in policy, what it allows and what would help")
    func reasons() throws {
        let fleet = fleet(.pii)
        let plane = try #require(fleet.planes.first { $0.name == "us" })
        let verdict = fleet.fence.verdict(workload: fleet.workloads[0], plane: plane, userJurisdictions: ["DE", "EEA", "EU"])
        #expect(
            verdict
                == .outside(
                    because:
                        "built-in policy gdpr allows EEA, AD, AR, BR, CA, CH, FO, GG, IL, IM, JE, JP, KR, NZ, UK, UY; it stands "
                        + "in US, where it requires attestation EU-US-DPF, which provider p does not show"))
    }

    @Test("are valid policies with sources, and concern no public or internal data")
    func sound() {
        let fleet = Fleet(BuiltInPolicies.all.map { .compliancePolicy($0.policy) })
        #expect(fleet.problems() == [])
        #expect(BuiltInPolicies.all.map(\.name) == BuiltInPolicies.all.map(\.name).sorted())
        for policy in BuiltInPolicies.all {
            let scope = policy.policy.appliesTo.classifications
            #expect(!scope.isEmpty && !scope.contains(.public) && !scope.contains(.internal), "\(policy.name)")
            #expect(!policy.source.isEmpty && !policy.summary.isEmpty && !policy.limits.isEmpty, "\(policy.name)")
            #expect(BuiltInPolicies.named(policy.name) == policy)
        }
    }

    @Test("a gateway that must not pass bytes on is judged by them for its own users")
    func transit() {
        let denied = Workload(
            metadata: Metadata(name: "w"), models: ["m"], replica: ReplicaRequirement(profile: []),
            data: DataRules(classification: .pii, transit: .deny))
        let fence = Fleet([]).fence
        let moscow = Location(coordinates: Coordinates(latitude: 55.75, longitude: 37.62), country: "RU")
        #expect(fence.transitVerdict(workload: denied, gateway: moscow, userJurisdictions: ["RU"]).isInside)
        let helsinki = Location(coordinates: Coordinates(latitude: 60.17, longitude: 24.94), country: "FI")
        #expect(
            fence.transitVerdict(workload: denied, gateway: helsinki, userJurisdictions: ["RU"])
                == .outside(because: "built-in policy ru-242-fz allows RU; it stands in FI"))
    }
}
