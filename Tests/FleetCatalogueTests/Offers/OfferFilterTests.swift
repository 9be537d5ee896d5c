import FleetCatalogue
import FleetModel
import Testing

@Suite("Offers by requirement")
struct OfferFilterTests {
    private let catalogue = Catalogue.embedded

    private func offers(_ change: (inout OfferFilter) -> Void) -> [Offer] {
        var filter = OfferFilter()
        change(&filter)
        return catalogue.offers(matching: filter)
    }

    @Test("no requirement leaves everything, the cheapest accelerator first, the unpriced last")
    func everything() {
        let all = offers { _ in }
        #expect(all.count == catalogue.offers.count)
        let prices = all.map { $0.usdPerAcceleratorHour(.onDemand) ?? .infinity }
        #expect(zip(prices, prices.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(all.last?.onDemand == nil)
    }

    @Test("each requirement keeps exactly the offers that meet it")
    func single() {
        let count = { (meets: (Offer) -> Bool) in catalogue.offers.filter(meets).count }
        let location = { (offer: Offer) in catalogue.region(offer.region)?.location }
        #expect(offers { $0.accelerators = ["H100-80GB"] }.count == count { $0.accelerator == "H100-80GB" })
        #expect(
            offers { $0.accelerators = ["A100-40GB", "A100-80GB"] }.count == count { $0.accelerator.name.hasPrefix("A100-") })
        #expect(offers { $0.memory = Comparison(.atLeast, 80) }.count == count { ($0.accelerator.memory?.value ?? 0) >= 80 })
        #expect(offers { $0.count = Comparison(.exactly, 8) }.count == count { $0.accelerators == 8 })
        #expect(offers { $0.provider = "gcp" }.count == count { $0.region.provider == "gcp" })
        #expect(offers { $0.region = "us-east-1" }.count == count { $0.region.region == "us-east-1" })
        #expect(
            offers { $0.jurisdiction = "EU" }.count == count { location($0)?.jurisdictions.contains("EU") == true })
        #expect(
            offers { $0.providerKind = .neocloud }.count == count { catalogue.region($0.region)?.providerKind == .neocloud })
        #expect(offers { $0.architecture = .hopper }.count == count { $0.accelerator.architecture == .hopper })
        #expect(offers { $0.option = .spot }.count == count { $0.spot != nil })
        for kept in [offers { $0.jurisdiction = "EU" }, offers { $0.providerKind = .neocloud }, offers { $0.option = .spot }] {
            #expect(!kept.isEmpty && kept.count < catalogue.offers.count)
        }
    }

    @Test("a price bound holds per accelerator, for the way to buy that is asked for")
    func price() {
        let cheap = offers {
            $0.accelerators = ["H100-80GB"]
            $0.option = .spot
            $0.mostUSDPerAcceleratorHour = 2
        }
        #expect(!cheap.isEmpty)
        for offer in cheap { #expect((offer.spot?.usdPerHour ?? 99) / Double(offer.accelerators) <= 2) }
        let prices = cheap.compactMap { $0.usdPerAcceleratorHour(.spot) }
        #expect(prices == prices.sorted() && prices.count == cheap.count)
        #expect(offers { $0.mostUSDPerAcceleratorHour = 0 }.isEmpty)
    }

    @Test("an attestation must be proven where the offer is")
    func attestation() {
        let soc2 = offers { $0.attestation = "SOC 2" }
        #expect(!soc2.isEmpty && soc2.allSatisfy { $0.region.provider == "azure" })
        let fedramp = offers { $0.attestation = "fedramp-high" }
        let government = fedramp.filter { $0.region.provider == "aws" }
        #expect(!government.isEmpty && government.allSatisfy { $0.region.region.hasPrefix("us-gov-") })
        #expect(offers { $0.attestation = "HIPAA-BAA" }.isEmpty)
    }

    @Test("a region nobody knows the place of meets no requirement on places")
    func unknownPlace() throws {
        let csv =
            "provider,region,machine,accelerator,accelerators,tier,usd_per_hour,as_of\nacme,moon-1,m1,H100,1,on-demand,1,2026-01\n"
        let outcome = try TradewindFormat.read(Array(csv.utf8), file: "a.csv", asOf: nil)
        let catalogue = Catalogue(importing: outcome.quotes)
        var filter = OfferFilter()
        filter.provider = "acme"
        #expect(catalogue.offers(matching: filter).count == 1)
        filter.jurisdiction = "EU"
        #expect(catalogue.offers(matching: filter).isEmpty)
    }

    @Test(
        "bounds are read with their sign",
        arguments: [
            (">=80", Comparison(.atLeast, 80)), ("≥80", Comparison(.atLeast, 80)), ("<= 4", Comparison(.atMost, 4)),
            ("8", Comparison(.exactly, 8)), ("=8", Comparison(.exactly, 8)), (">1", Comparison(.above, 1)),
            (" < 2", Comparison(.below, 2)), ("≤2", Comparison(.atMost, 2)),
        ])
    func comparisons(text: String, comparison: Comparison) {
        #expect(Comparison(text, read: Double.init) == comparison)
    }

    @Test("bounds hold as their sign says")
    func bounds() {
        let holding: [(Comparison.Relation, [Double])] = [
            (.atLeast, [2, 3]), (.atMost, [1, 2]), (.above, [3]), (.below, [1]), (.exactly, [2]),
        ]
        for (relation, numbers) in holding {
            #expect([1.0, 2, 3].filter { Comparison(relation, 2).holds($0) } == numbers, "\(relation)")
        }
        for text in ["", ">=", "eight", ">=x"] { #expect(Comparison(text, read: Double.init) == nil, "\(text)") }
    }
}
