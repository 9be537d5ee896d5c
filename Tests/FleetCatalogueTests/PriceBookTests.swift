import FleetCatalogue
import FleetModel
import Testing

@Suite("Price book of a fleet")
struct PriceBookTests {
    private func plane(_ name: String, _ provider: ProviderName, _ region: String, _ pools: [CapacityPool]) -> Resource {
        let location =
            Catalogue.embedded.region(region, of: provider)?.location
            ?? Location(coordinates: Coordinates(latitude: 43.7, longitude: -79.4), country: "CA")
        return .workloadPlane(
            WorkloadPlane(
                metadata: Metadata(name: name), provider: provider, region: region, location: location, driver: .local,
                pools: pools))
    }

    private func pool(_ name: String, _ offer: String?) -> CapacityPool {
        CapacityPool(
            name: PoolName(name), offer: offer, accelerator: "A100-80GB", acceleratorsPerNode: 8, tier: .onDemand, maxNodes: 1)
    }

    private var fleet: Fleet {
        let london = Location(coordinates: Coordinates(latitude: 51.5, longitude: -0.12), country: "GB")
        let nowhere = Location(coordinates: Coordinates(latitude: -48, longitude: -123), country: "NZ")
        let workload = Workload(
            metadata: Metadata(name: "chat"), models: ["m"], replica: ReplicaRequirement(profile: []),
            demand: [
                Demand(from: "London", location: london, peak: RequestsPerSecond(1)),
                Demand(from: "Point Nemo", location: nowhere, peak: RequestsPerSecond(1)),
            ])
        return Fleet([
            plane("virginia", "aws", "us-east-1", [pool("a", "p4de.24xlarge"), pool("b", "no-such-machine"), pool("c", nil)]),
            plane("iowa", "gcp", "us-central1", [pool("a", "a2-ultragpu-1g")]), plane("toronto", "onprem", "toronto-1", []),
            .workload(workload),
        ])
    }

    @Test("it holds what the fleet names and nothing else")
    func extent() {
        let book = Catalogue.embedded.priceBook(for: fleet)
        #expect(book.asOf == Catalogue.asOf)
        #expect(
            Set(book.quotes.keys) == [
                PriceBook.MachineKey(RegionKey("aws", "us-east-1"), "p4de.24xlarge"),
                PriceBook.MachineKey(RegionKey("gcp", "us-central1"), "a2-ultragpu-1g"),
            ])
        #expect(
            book.quote(provider: "aws", region: "us-east-1", machine: "p4de.24xlarge", tier: .onDemand)?.usdPerHour == 27.44705)
        #expect(book.interruptions(provider: "aws", region: "us-east-1", machine: "p4de.24xlarge")?.perNodeHour == 0.025 / 730)
        #expect(Set(book.egress.keys) == [RegionKey("aws", "us-east-1"), RegionKey("gcp", "us-central1")])
        #expect(Set(book.attestations.map(\.provider)) == ["aws", "gcp"])
        #expect(book.quotes.values.allSatisfy { $0.values.allSatisfy { !$0.asOf.isEmpty && !$0.source.isEmpty } })
    }

    @Test("users in a measured city borrow its round trips; users far from any do not")
    func vantages() throws {
        let book = Catalogue.embedded.priceBook(for: fleet)
        let london = Coordinates(latitude: 51.5, longitude: -0.12)
        #expect(book.vantages.count == 1)
        let vantage = try #require(book.vantages[london])
        #expect(Catalogue.embedded.region(vantage)?.location.country == "GB")
        let measured = try #require(book.roundTrip(from: london, to: RegionKey("aws", "us-east-1")))
        // London to Ashburn is 5,900 km: 59 ms of light in fibre.
        #expect((59...95).contains(measured.milliseconds))
        #expect(book.roundTrip(from: RegionKey("aws", "us-east-1"), to: RegionKey("gcp", "us-central1")) != nil)
        #expect(book.roundTrip(from: Coordinates(latitude: -48, longitude: -123), to: RegionKey("aws", "us-east-1")) == nil)
    }

    @Test("an empty fleet has an empty book, and the same fleet the same")
    func determinism() {
        #expect(Catalogue.embedded.priceBook(for: Fleet()) == PriceBook(asOf: Catalogue.asOf))
        #expect(Catalogue.embedded.priceBook(for: fleet) == Catalogue.embedded.priceBook(for: fleet))
    }
}
