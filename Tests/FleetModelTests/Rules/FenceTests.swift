import FleetModel
import Testing

@Suite("Fence")
struct FenceTests {
    private func plane(_ country: String, provider: ProviderName = "p", protection: DataProtection = DataProtection())
        -> WorkloadPlane
    {
        WorkloadPlane(
            metadata: Metadata(name: "plane"), provider: provider, region: "r",
            location: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: country), driver: .local, pools: [],
            protection: protection)
    }

    private func workload(_ data: DataRules) -> Workload {
        Workload(metadata: Metadata(name: "w"), models: ["m"], replica: ReplicaRequirement(profile: []), data: data)
    }

    private func policy(_ name: String, _ scope: CompliancePolicy.Scope, _ requires: CompliancePolicy.Requirements)
        -> CompliancePolicy
    {
        CompliancePolicy(metadata: Metadata(name: name), appliesTo: scope, requires: requires)
    }

    private let holder = Provider(metadata: Metadata(name: "p"), kind: .neocloud, attestations: ["HIPAA-BAA"])

    @Test(
        "residency keeps out what no listed jurisdiction covers, whoever asks",
        arguments: [("CA", true), ("DE", true), ("US", false), ("GB", false)])
    func residency(country: String, isInside: Bool) {
        let fence = Fence(providers: [holder], policies: [])
        let workload = workload(DataRules(residency: ["CA", "EU"]))
        for users in [nil, [], ["CA"], ["US"]] as [[Jurisdiction]?] {
            #expect(fence.verdict(workload: workload, plane: plane(country), userJurisdictions: users).isInside == isInside)
        }
    }

    @Test("an unknown place gets every policy there is, a known one only its own")
    func unknownPlace() {
        let fence = Fence(
            providers: [holder],
            policies: [
                policy("ca", .init(jurisdictions: ["CA"]), .init(jurisdictions: ["CA"])),
                policy("eu", .init(jurisdictions: ["EU"]), .init(jurisdictions: ["EU"])),
            ])
        let workload = workload(DataRules())
        #expect(fence.verdict(workload: workload, plane: plane("CA"), userJurisdictions: ["CA"]).isInside)
        #expect(fence.verdict(workload: workload, plane: plane("DE"), userJurisdictions: ["DE", "EEA", "EU"]).isInside)
        #expect(fence.verdict(workload: workload, plane: plane("US"), userJurisdictions: ["US"]).isInside)
        for country in ["CA", "DE", "US"] {
            #expect(!fence.verdict(workload: workload, plane: plane(country), userJurisdictions: nil).isInside)
        }
        #expect(!fence.verdict(workload: workload, plane: plane("CA"), userJurisdictions: ["CA", "EU"]).isInside)
    }

    @Test("a policy for one classification leaves the others alone")
    func classification() {
        let fence = Fence(
            providers: [holder], policies: [policy("phi", .init(classifications: [.phi]), .init(jurisdictions: ["CA"]))])
        #expect(
            !fence.verdict(workload: workload(DataRules(classification: .phi)), plane: plane("US"), userJurisdictions: nil)
                .isInside)
        #expect(
            fence.verdict(workload: workload(DataRules(classification: .pii)), plane: plane("US"), userJurisdictions: nil)
                .isInside)
    }

    @Test("a policy for several classifications and jurisdictions applies to each of them")
    func lists() {
        let scope = CompliancePolicy.Scope(classifications: [.phi, .pci], jurisdictions: ["EEA", "UK"])
        let fence = Fence(providers: [holder], policies: [policy("p", scope, .init(jurisdictions: ["CA"]))])
        func isInside(_ classification: DataRules.Classification, _ users: [Jurisdiction]) -> Bool {
            fence.verdict(
                workload: workload(DataRules(classification: classification)), plane: plane("US"), userJurisdictions: users
            ).isInside
        }
        #expect(!isInside(.phi, ["DE", "EEA", "EU"]) && !isInside(.pci, ["UK"]))
        #expect(isInside(.pii, ["UK"]) && isInside(.phi, ["US"]))
    }

    @Test("some places may be allowed only to providers that show an attestation")
    func attestedPlaces() {
        let requires = CompliancePolicy.Requirements(
            jurisdictions: ["CA"], attestedJurisdictions: ["US": "hipaa baa", "GB": "SOC2"])
        let fence = Fence(providers: [holder], policies: [policy("p", .init(), requires)])
        let verdict = {
            fence.verdict(workload: self.workload(DataRules()), plane: self.plane($0, provider: $1), userJurisdictions: ["CA"])
        }
        #expect(verdict("CA", "stranger") == .inside)
        #expect(verdict("US", "p") == .inside)
        #expect(
            verdict("US", "stranger")
                == .outside(
                    because: "policy p allows CA; it stands in US, where it requires attestation hipaa baa, which provider "
                        + "stranger does not show"))
        #expect(verdict("DE", "p") == .outside(because: "policy p allows CA; it stands in DE"))
    }

    @Test("what nobody has proven counts as not met, one requirement at a time")
    func requirements() {
        let full = DataProtection(encryptionInTransit: true, encryptionAtRest: true, audit: .full)
        let requires = CompliancePolicy.Requirements(
            attestations: ["HIPAA-BAA"], encryptionInTransit: true, encryptionAtRest: true, audit: .metadata)
        let fence = Fence(providers: [holder], policies: [policy("phi", .init(), requires)])
        let verdict = { fence.verdict(workload: self.workload(DataRules()), plane: $0, userJurisdictions: nil) }
        #expect(verdict(plane("CA", protection: full)) == .inside)
        #expect(
            verdict(plane("CA", provider: "stranger", protection: full))
                == .outside(because: "policy phi requires attestation HIPAA-BAA, which provider stranger does not show"))
        var less = full
        less.encryptionInTransit = false
        #expect(
            verdict(plane("CA", protection: less))
                == .outside(because: "policy phi requires encryption in transit, which the plane does not declare"))
        less = full
        less.encryptionAtRest = false
        #expect(
            verdict(plane("CA", protection: less))
                == .outside(because: "policy phi requires encryption at rest, which the plane does not declare"))
        less = full
        less.audit = .none
        #expect(
            verdict(plane("CA", protection: less))
                == .outside(because: "policy phi requires audit metadata; the plane declares none"))
    }

    @Test("a gateway outside may pass bytes on, unless transit is denied")
    func transit() {
        let fence = Fence(providers: [], policies: [])
        let singapore = Location(coordinates: Coordinates(latitude: 1.29, longitude: 103.85), country: "SG")
        let allowed = workload(DataRules(residency: ["CA"], transit: .allow))
        let denied = workload(DataRules(residency: ["CA"], transit: .deny))
        #expect(fence.transitVerdict(workload: allowed, gateway: singapore, userJurisdictions: nil).isInside)
        #expect(
            fence.transitVerdict(workload: denied, gateway: singapore, userJurisdictions: nil)
                == .outside(because: "residency of workload w allows CA; it stands in SG"))
    }

    @Test(
        "a country brings the unions it belongs to",
        arguments: [
            ("DE", ["DE", "EEA", "EU"]), ("NO", ["EEA", "NO"]), ("GB", ["UK"]), ("CH", ["CH"]), ("CA", ["CA"]),
        ])
    func jurisdictions(country: String, expected: [Jurisdiction]) { #expect(Jurisdiction.covering(country: country) == expected) }

    @Test("the unions hold the countries they should")
    func unions() {
        #expect(Jurisdiction.europeanUnion.count == 27)
        #expect((Jurisdiction.europeanUnion + Jurisdiction.economicAreaOnly).allSatisfy(PlaceRules.isCountry))
        #expect(PlaceRules.countries.count == 249 && Set(PlaceRules.countries).count == 249)
    }
}
