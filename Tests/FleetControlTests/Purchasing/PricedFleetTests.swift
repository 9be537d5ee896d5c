import FleetControl
import FleetModel
import Testing

@Suite("Prices of a catalogue in the live loop")
struct PricedFleetTests: PurchaseFleetBuilding {
    private static let quote = Quote(usdPerHour: 2, asOf: "2026-07", source: "list")

    /// Three regions whose on-demand pools declare no price; the machine of `a`'s is quoted.
    private func fleet(ceiling: Double?) -> Fleet {
        let planes = regions.map { plane -> WorkloadPlane in
            var plane = plane
            plane.pools.removeAll { $0.tier == .spot }
            plane.pools[0].usdPerNodeHour = nil
            plane.pools[0].offer = "m-\(plane.name)"
            return plane
        }
        let budget = ceiling.map {
            Resource.budget(Budget(metadata: Metadata(name: "cap"), ceiling: USDPerHour($0)))
        }
        return Fleet(fleet(planes, [bought()]).resources + [budget].compactMap(\.self))
    }

    private func book(_ fleet: Fleet, quoted: [PlaneName]) -> PriceBook {
        var book = PriceBook(asOf: "2026-11-21")
        for plane in fleet.planes where quoted.contains(plane.name) {
            book.quotes[PriceBook.MachineKey(plane.regionKey, "m-\(plane.name)")] = [.onDemand: Self.quote]
        }
        return book
    }

    private func placed(_ fleet: Fleet, wanted: Int) -> PlacementDecision.WorkloadPlacement? {
        var world = PurchaseWorld(fleet)
        world.step(["chat": wanted])
        world.step(["chat": wanted])
        return world.placement.placement(of: "chat")
    }

    @Test("a budget holds for a pool that declares no price, by the catalogue's quote")
    func budget() {
        let declared = fleet(ceiling: 5)
        #expect(placed(declared, wanted: 3)?.replicas == 0, "nothing is bought under a budget where no price is known")
        let priced = PricedFleet(declared, prices: book(declared, quoted: ["a", "b", "c"]))
        #expect(priced.unknown == [] && priced.quotes.count == 3)
        // 2 USD each: two fit under 5.
        #expect(placed(priced.fleet, wanted: 3)?.replicas == 2)
        #expect(
            RunningCost(of: PlacementDecision(workloads: [placed(priced.fleet, wanted: 3)!]), fleet: priced.fleet).usdPerHour == 4
        )
    }

    @Test("what is not known is not bought where a budget counts it, and it is told once, with the pool")
    func unknown() {
        let declared = fleet(ceiling: 100)
        let priced = PricedFleet(declared, prices: book(declared, quoted: ["b"]))
        #expect(priced.unknown.map(\.plane) == ["a", "c"])
        #expect(placed(priced.fleet, wanted: 3)?.planes == ["b"])
        let told = priced.events(after: nil)
        #expect(told.map(\.reason) == ["PriceQuoted", "PriceUnknown", "PriceUnknown"])
        #expect(told[0].message == "pool steady declares no price: 2 USD/h by the catalogue, as of 2026-07")
        #expect(told[1].subject.name == "a" && told[1].message.contains("pool steady has no price"))
        #expect(priced.events(after: priced).isEmpty)
        #expect(priced.conditions(of: "a").map(\.reason) == ["PriceUnknown"])
        #expect(priced.conditions(of: "b").map(\.reason) == ["PricesQuoted"])
        // Without a budget nothing is kept from anybody.
        let free = fleet(ceiling: nil)
        let open = PricedFleet(free, prices: book(free, quoted: ["b"]))
        #expect(open.events(after: nil).map(\.reason) == ["PriceQuoted"])
        #expect(open.conditions(of: "a").isEmpty)
    }

    @Test("a declared price goes before the quote, and owned capacity has none")
    func declared() {
        var planes = regions
        planes[0].pools[1].offer = "m-a"
        planes[1].pools[1].usdPerNodeHour = nil
        planes[1].pools[1].owned = true
        let declared = fleet(planes, [bought()])
        let priced = PricedFleet(declared, prices: book(declared, quoted: ["a", "b", "c"]))
        #expect(priced.fleet == declared)
        #expect(priced.quotes.isEmpty && priced.unknown.isEmpty)
    }
}
