import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Placement")
struct PlacementTests: PlacementFleetBuilding {
    @Test("owned capacity near the users is used before bought capacity near the users")
    func ownedFirst() throws {
        let pools = [
            pool("bought", tier: .onDemand, price: 1), pool("owned", tier: .reserved, owned: true, nodes: 1, perNode: 4),
        ]
        let placed = try place([plane("toronto", Self.toronto, pools: pools)], [workload(demand: [(Self.toronto, 20)])])
        // 20 req/s at 10 req/s a replica and 80 % utilisation: 2.5 replicas, so 3.
        #expect(placed.chosen.map(\.placement.pool) == ["owned"])
        #expect(placed.replicas == 3)
        #expect(placed.shortfalls.isEmpty)
    }

    @Test("load that owned capacity cannot hold bursts to the cheapest pool inside the budget")
    func burst() throws {
        let pools = [
            pool("dear", tier: .onDemand, price: 8), pool("cheap", tier: .onDemand, price: 4),
            pool("owned", tier: .reserved, owned: true, nodes: 1, perNode: 2),
        ]
        let placed = try place([plane("toronto", Self.toronto, pools: pools)], [workload(demand: [(Self.toronto, 32)])])
        #expect(placed.chosen.map { "\($0.placement.pool) \($0.placement.count)" } == ["cheap 2", "owned 2"])
    }

    @Test("each origin is served inside its latency budget rather than by owned capacity far away")
    func latency() throws {
        let planes = [
            plane("singapore", Self.singapore, pools: [pool("gpu", tier: .onDemand, price: 9)]),
            plane("toronto", Self.toronto, pools: [pool("gpu", tier: .reserved, owned: true)]),
        ]
        let placed = try place(planes, [workload(demand: [(Self.toronto, 8), (Self.singapore, 8)])])
        #expect(placed.chosen.map { "\($0.plane) \($0.placement.count)" } == ["singapore 1", "toronto 1"])
    }

    @Test("a plane outside the fence is never chosen, and the reason names the rule")
    func fence() throws {
        let planes = [
            plane("frankfurt", Self.frankfurt, pools: [pool("gpu", tier: .onDemand, price: 9)]),
            plane("singapore", Self.singapore, pools: [pool("gpu", tier: .reserved, owned: true)]),
        ]
        var fenced = workload(demand: [(Self.singapore, 8)])
        fenced.data.residency = ["CA", "EU"]
        let placed = try place(planes, [fenced])
        #expect(placed.planes == ["frankfurt"])
        #expect(
            placed.rejected == [
                .init(
                    plane: "singapore", pool: nil, because: "residency of workload chat allows CA, EU; it stands in SG")
            ])
    }

    @Test("surviving a provider adds replicas at another provider")
    func survival() throws {
        let planes = [
            plane("frankfurt", Self.frankfurt, provider: "aws", pools: [pool("gpu", tier: .onDemand, price: 9)]),
            plane("toronto", Self.toronto, provider: "onprem", pools: [pool("gpu", tier: .reserved, owned: true)]),
        ]
        var surviving = workload(demand: [(Self.toronto, 16)])
        surviving.objective.survive = .provider
        surviving.objective.keptShare = Share(0.5)
        let placed = try place(planes, [surviving])
        // 8 req/s must survive: one replica of 10 req/s elsewhere.
        #expect(placed.chosen.map { "\($0.plane) \($0.placement.count)" } == ["frankfurt 1", "toronto 2"])
        #expect(placed.chosen[0].because == "survives losing provider onprem")
    }

    @Test("replicas do not span nodes")
    func packing() throws {
        let pools = [pool("gpu", tier: .reserved, owned: true, nodes: 2, perNode: 4)]
        var wide = workload(demand: [(Self.toronto, 30)])
        wide.replica.profile[0].accelerators = 3
        let placed = try place([plane("toronto", Self.toronto, pools: pools)], [wide])
        #expect(placed.replicas == 2)
        #expect(placed.shortfalls == ["14 of 30 req/s from somewhere has no place: every eligible pool is full (toronto)"])
    }

    @Test("spot capacity stays within the workload's share")
    func spotShare() throws {
        let pools = [pool("ondemand", tier: .onDemand, price: 9), pool("spot", tier: .spot, price: 2)]
        var careful = workload(demand: [(Self.toronto, 64)])
        careful.maxSpotShare = Share(0.5)
        careful.scaling.minReplicas = 8
        let placed = try place([plane("toronto", Self.toronto, pools: pools)], [careful])
        let spot = placed.chosen.filter { $0.placement.pool == "spot" }.reduce(0) { $0 + $1.placement.count }
        #expect(placed.replicas == 8)
        #expect(spot <= 4)
    }

    @Test("a drained plane gets nothing")
    func drained() {
        let fleet = fleet(
            [plane("toronto", Self.toronto, pools: [pool("gpu", tier: .reserved, owned: true)])],
            [workload(demand: [(Self.toronto, 8)])])
        let placed = Placement.decide(PlacementInputs(fleet: fleet, drained: ["toronto"])).workloads[0]
        #expect(placed.replicas == 0)
        #expect(placed.rejected.map(\.because) == ["it is drained"])
        #expect(placed.shortfalls.count == 2)
    }

    @Test("workloads with fewer eligible planes choose first")
    func constrainedFirst() throws {
        let planes = [
            plane("frankfurt", Self.frankfurt, pools: [pool("gpu", tier: .onDemand, price: 1, nodes: 1, perNode: 1)]),
            plane("singapore", Self.singapore, pools: [pool("gpu", tier: .onDemand, price: 1, nodes: 4, perNode: 1)]),
        ]
        var fenced = workload("zz-phi", demand: [])
        fenced.data.residency = ["EU"]
        let decision = Placement.decide(PlacementInputs(fleet: fleet(planes, [workload(demand: [(Self.frankfurt, 8)]), fenced])))
        #expect(decision.placement(of: "zz-phi")?.planes == ["frankfurt"])
        #expect(decision.placement(of: "chat")?.planes == ["singapore"])
    }

    @Test("never over a pool, never outside the fence, whatever the fleet")
    func invariants() {
        for seed in 0..<caseCount(perMille: 300) { checkInvariants(seed: seed) }
    }

    private func checkInvariants(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let fleet = randomFleet(&random)
        let decision = Placement.decide(PlacementInputs(fleet: fleet))
        #expect(decision == Placement.decide(PlacementInputs(fleet: fleet)), "seed \(seed): not deterministic")
        var used: [String: Int] = [:]
        for placed in decision.workloads {
            let workload = fleet.workloads.first { $0.name == placed.workload }!
            #expect(placed.replicas <= workload.scaling.maxReplicas, "seed \(seed)")
            for choice in placed.chosen {
                let plane = fleet.planes.first { $0.name == choice.plane }!
                let places: [[Jurisdiction]?] =
                    workload.demand.isEmpty ? [nil] : workload.demand.map { $0.location.jurisdictions }
                #expect(
                    places.contains { fleet.fence.verdict(workload: workload, plane: plane, userJurisdictions: $0).isInside },
                    "seed \(seed): \(choice.plane) is outside the fence of \(workload.name)")
                used["\(choice.plane)/\(choice.placement.pool)", default: 0] +=
                    choice.placement.count * choice.placement.acceleratorsPerReplica
            }
            if placed.shortfalls.isEmpty { #expect(placed.replicas >= workload.scaling.minReplicas, "seed \(seed)") }
        }
        for plane in fleet.planes {
            for pool in plane.pools {
                let limit = pool.maxNodes * pool.acceleratorsPerNode
                #expect(used["\(plane.name)/\(pool.name)", default: 0] <= limit, "seed \(seed): \(plane.name)/\(pool.name)")
            }
        }
    }

    private func place(_ planes: [WorkloadPlane], _ workloads: [Workload]) throws -> PlacementDecision.WorkloadPlacement {
        try #require(Placement.decide(PlacementInputs(fleet: fleet(planes, workloads))).workloads.first)
    }
}
