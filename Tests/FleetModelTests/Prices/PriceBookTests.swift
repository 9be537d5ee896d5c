import FleetModel
import Testing

@Suite("Prices")
struct PriceBookTests {
    @Test("a monthly band becomes reclaims per hour by its middle over 730 hours")
    func interruptions() {
        let expected: [(InterruptionBand, Double)] = [
            (.below5, 0.025), (.from5to10, 0.075), (.from10to15, 0.125), (.from15to20, 0.175), (.above20, 0.25),
        ]
        #expect(expected.count == InterruptionBand.allCases.count)
        for (band, share) in expected { #expect(abs(band.rate.perNodeHour - share / 730) < 1e-15) }
        #expect(InterruptionBand.below5 < .above20)
    }

    @Test("only current evidence that says where it holds proves an attestation")
    func attestations() {
        let record = { (scope: AttestationRecord.Scope, status: AttestationRecord.Status) in
            AttestationRecord(provider: "aws", attestation: "SOC2", scope: scope, status: status, asOf: nil, source: "")
        }
        #expect(record(.everyRegion, .providerDocument).proves(region: "a"))
        #expect(record(.regions(["a"]), .thirdPartyRecord).proves(region: "a"))
        #expect(!record(.regions(["a"]), .thirdPartyRecord).proves(region: "b"))
        for status in AttestationRecord.Status.allCases { #expect(!record(.unknown, status).proves(region: "a")) }
        for status in [AttestationRecord.Status.archivedDocument, .inProgress, .unknown] {
            #expect(!record(.everyRegion, status).proves(region: "a"))
        }
    }

    @Test("a pool is priced by its machine, tier and term; what is not there is unknown")
    func lookups() {
        let region = RegionKey("aws", "eu-west-1")
        var book = PriceBook(asOf: "2026-01-01")
        let quote = { (price: Double) in Quote(usdPerHour: price, asOf: "2026-01", source: "test") }
        book.quotes[PriceBook.MachineKey(region, "big")] = [
            .onDemand: quote(10), .reserved(.oneYear): quote(6), .reserved(.threeYears): quote(4),
        ]
        book.interruptionBands[PriceBook.MachineKey(region, "big")] = .from5to10
        let plane = WorkloadPlane(
            metadata: Metadata(name: "p"), provider: "aws", region: "eu-west-1",
            location: Location(coordinates: Coordinates(latitude: 53, longitude: -6), country: "IE"), driver: .local, pools: [])
        var pool = CapacityPool(
            name: "a", offer: "big", accelerator: "H100-80GB", acceleratorsPerNode: 8, tier: .onDemand, maxNodes: 1)
        #expect(book.quote(for: pool, in: plane)?.usdPerHour == 10)
        pool.tier = .reserved
        #expect(book.quote(for: pool, in: plane)?.usdPerHour == 6)
        pool.commitment = .threeYears
        #expect(book.quote(for: pool, in: plane)?.usdPerHour == 4)
        pool.tier = .spot
        #expect(book.quote(for: pool, in: plane) == nil)
        pool.offer = nil
        #expect(book.quote(for: pool, in: plane) == nil)
        #expect(book.interruptions(provider: "aws", region: "eu-west-1", machine: "big")?.perNodeHour == 0.075 / 730)
        #expect(book.interruptions(provider: "aws", region: "eu-west-2", machine: "big") == nil)
        #expect(book.egressQuote(provider: "aws", region: "eu-west-1") == nil)
    }

    @Test("a round trip is the same in both directions, and a place borrows that of the region beside it")
    func roundTrips() {
        let (one, other) = (RegionKey("aws", "b"), RegionKey("aws", "a"))
        var book = PriceBook(asOf: "2026-01-01")
        book.roundTrips[RegionPair(one, other)] = MeasuredRoundTrip(milliseconds: 12, asOf: "2022-04", source: "test")
        #expect(book.roundTrip(from: one, to: other)?.milliseconds == 12)
        #expect(book.roundTrip(from: other, to: one)?.milliseconds == 12)
        #expect(book.roundTrip(from: one, to: one) == nil)
        let city = Coordinates(latitude: 1, longitude: 2)
        #expect(book.roundTrip(from: city, to: other) == nil)
        book.vantages[city] = one
        #expect(book.roundTrip(from: city, to: other)?.milliseconds == 12)
    }

    @Test("a region is named by its provider and itself")
    func regionKeys() {
        #expect(RegionKey("aws/us-east-1") == RegionKey("aws", "us-east-1"))
        #expect(RegionKey("aws/us-east-1")?.description == "aws/us-east-1")
        for text in ["", "aws", "aws/", "/us-east-1"] { #expect(RegionKey(text) == nil, "\(text)") }
    }

    @Test("ways to buy are told apart by tier and term")
    func purchaseOptions() {
        #expect(PurchaseOption(tier: .reserved) == .reserved(.oneYear))
        #expect(PurchaseOption(tier: .onDemand, commitment: .threeYears) == .onDemand)
        #expect(PurchaseOption.allCases.map(\.description) == ["on-demand", "spot", "reserved 1y", "reserved 3y"])
        for option in PurchaseOption.allCases {
            #expect(PurchaseOption(tier: option.tier, commitment: option.commitment) == option)
        }
        #expect(PurchaseOption.allCases.reversed().sorted() == PurchaseOption.allCases)
    }
}
