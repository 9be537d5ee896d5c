import FleetModel
import Testing

@Suite("Places of clients")
struct PlaceSetTests {
    @Test("every country is a place of its own, and neither the gateway's nor the unknown one")
    func countries() throws {
        var seen: Set<PlaceSet> = [.gateway, .unknown]
        for country in PlaceRules.countries {
            let place = try #require(PlaceSet(country: country))
            #expect(seen.insert(place).inserted, "\(country)")
            #expect(place.isServed(by: .all) && place.isServed(by: place))
            #expect(!place.isServed(by: .gateway) && !place.isServed(by: .unknown))
        }
        #expect(seen.count == 251)
    }

    @Test(
        "codes that say nobody knows are no country",
        arguments: ["XX", "T1", "ZZ", "A1", "EU", "AP", "UK", "XK", "C", "CAN", "", "c\u{0}", "ÄÖ", "@A", "[A"])
    func unknownCodes(code: String) {
        #expect(PlaceSet(country: code) == nil)
    }

    @Test("letters of either case mean the same country")
    func letterCase() {
        #expect(PlaceSet(country: "ca") == PlaceSet(country: "CA"))
        #expect(PlaceSet(country: "cA") != nil)
    }

    @Test("a client in several places is served only where each of them is")
    func intersection() throws {
        let canada = try #require(PlaceSet(country: "CA"))
        let germany = try #require(PlaceSet(country: "DE"))
        let both = canada.union(germany)
        #expect(!both.isServed(by: canada) && !both.isServed(by: germany) && both.isServed(by: both))
        #expect(!canada.union(.unknown).isServed(by: canada))
        #expect(both == PlaceSet(countries: ["DE", "CA", "XX"], includesUnknown: false))
        #expect(PlaceSet(countries: [], includesUnknown: false) == nil)
    }

    @Test("whoever is nowhere is served nowhere")
    func nowhere() {
        #expect(!PlaceSet.nowhere.isServed(by: .all))
        #expect(!PlaceSet.gateway.isServed(by: .nowhere))
    }

    @Test("places the policies treat alike get one verdict, and together they are all places")
    func groups() {
        let policies = [
            CompliancePolicy(
                metadata: Metadata(name: "ca-only"), appliesTo: .init(classifications: [.phi], jurisdictions: ["CA"]),
                requires: .init(jurisdictions: ["CA"])),
            CompliancePolicy(
                metadata: Metadata(name: "eu"), appliesTo: .init(jurisdictions: ["EU", "UK"]),
                requires: .init(jurisdictions: ["EU"])),
        ]
        let fence = Fence(providers: [], policies: policies, builtIn: BuiltInPolicies.inForce(beside: policies))
        for classification in DataRules.Classification.allCases {
            let groups = fence.placeGroups(of: classification)
            #expect(groups.flatMap(\.countries).sorted() == PlaceRules.countries.sorted())
            #expect(groups.filter(\.includesUnknown).map(\.countries) == [[]])
            for group in groups {
                let applied = group.countries.map { country in
                    fence.applicablePolicies(
                        classification: classification, userJurisdictions: Jurisdiction.covering(country: country))
                }
                #expect(applied.allSatisfy { $0 == applied[0] })
            }
        }
        // Public data: the EU with the United Kingdom, the rest, and the unknown.
        let open = fence.placeGroups(of: .public)
        #expect(open.count == 3)
        #expect(open.contains { $0.countries.contains("GB") && $0.countries.contains("DE") && $0.countries.count == 28 })
    }
}
