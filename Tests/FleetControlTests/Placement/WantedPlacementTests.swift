import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Placement for what the scaling loop wants")
struct WantedPlacementTests: PlacementFleetBuilding {
    private func counts(_ fleet: Fleet, wanted: Int) -> [String: Int] {
        let placed = Placement.decide(PlacementInputs(fleet: fleet, wanted: [fleet.workloads[0].name: wanted])).workloads[0]
        return Dictionary(uniqueKeysWithValues: placed.chosen.map { ("\($0.plane)/\($0.placement.pool)", $0.placement.count) })
    }

    @Test("every origin gets a replica near it before any gets two, then by shares of the demand")
    func shares() {
        let planes = [
            plane("frankfurt", Self.frankfurt, pools: [pool("gpu", tier: .onDemand, price: 4)]),
            plane("toronto", Self.toronto, pools: [pool("gpu", tier: .onDemand, price: 4)]),
        ]
        let fleet = fleet(planes, [workload(demand: [(Self.toronto, 30), (Self.frankfurt, 10)])])
        // After one each: 21.2, 12.2, 8.7, 6.7 for Toronto (30/√2, 30/√6, 30/√12, 30/√20) and 7.1 for Frankfurt (10/√2).
        #expect(counts(fleet, wanted: 1) == ["toronto/gpu": 1])
        #expect(counts(fleet, wanted: 2) == ["toronto/gpu": 1, "frankfurt/gpu": 1])
        #expect(counts(fleet, wanted: 5) == ["toronto/gpu": 4, "frankfurt/gpu": 1])
        #expect(counts(fleet, wanted: 6) == ["toronto/gpu": 4, "frankfurt/gpu": 2])
    }

    @Test("none wanted is none placed, and no shortfall")
    func none() {
        let planes = [plane("toronto", Self.toronto, pools: [pool("gpu", tier: .onDemand, price: 4)])]
        let fleet = fleet(planes, [workload(demand: [(Self.toronto, 30)])])
        let placed = Placement.decide(PlacementInputs(fleet: fleet, wanted: ["chat": 0])).workloads[0]
        #expect(placed.replicas == 0)
        #expect(placed.shortfalls.isEmpty)
    }

    @Test("one replica more moves none of the others", arguments: 0..<150)
    func nested(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let made = randomFleet(&random)
        var workload = made.workloads[0]
        // Replicas elsewhere for a loss move with what there is to lose; spot with what its policy remembers.
        workload.objective.survive = .none
        workload.purchase.spotPolicy = .onDemandOnly
        let fleet = fleet(made.planes, [workload])
        for wanted in 0..<workload.scaling.maxReplicas {
            let (fewer, more) = (counts(fleet, wanted: wanted), counts(fleet, wanted: wanted + 1))
            for (place, count) in fewer {
                #expect(more[place, default: 0] >= count, "seed \(seed), \(wanted) wanted: \(fewer) became \(more)")
            }
        }
    }
}
