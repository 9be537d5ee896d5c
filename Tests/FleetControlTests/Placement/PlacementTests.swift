import FleetControl
import FleetModel
import Testing

@Suite("Placement")
struct PlacementTests {
    static let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
    static let frankfurt = Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE")
    static let singapore = Location(coordinates: Coordinates(latitude: 1.35, longitude: 103.82), country: "SG")

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

    // MARK: Building fleets

    private func place(_ planes: [WorkloadPlane], _ workloads: [Workload]) throws -> PlacementDecision.WorkloadPlacement {
        try #require(Placement.decide(PlacementInputs(fleet: fleet(planes, workloads))).workloads.first)
    }

    private func fleet(_ planes: [WorkloadPlane], _ workloads: [Workload]) -> Fleet {
        let providers = Set(planes.map(\.provider)).sorted().map {
            Provider(metadata: Metadata(name: $0.rawValue), kind: .hyperscaler)
        }
        return Fleet(
            providers.map(Resource.provider) + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload))
    }

    private func plane(
        _ name: String, _ location: Location, provider: ProviderName = "aws", pools: [CapacityPool]
    ) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: provider, region: name, location: location, driver: .local, pools: pools)
    }

    private func pool(
        _ name: String, tier: CapacityPool.Tier, owned: Bool = false, price: Double? = nil, nodes: Int = 8, perNode: Int = 8
    ) -> CapacityPool {
        CapacityPool(
            name: PoolName(name), accelerator: "H100-80GB", acceleratorsPerNode: perNode, tier: tier, owned: owned,
            maxNodes: nodes,
            usdPerNodeHour: price)
    }

    private func workload(_ name: String = "chat", demand: [(Location, Double)]) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: [name],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(10))],
                engine: .simulated(SimulatedEngineSpec())),
            objective: Objective(latencyBudget: .milliseconds(80)),
            demand: demand.map { Demand(from: "somewhere", location: $0.0, peak: RequestsPerSecond($0.1)) })
    }

    private func randomFleet(_ random: inout SeededGenerator) -> Fleet {
        let places = [Self.toronto, Self.frankfurt, Self.singapore]
        let planes = (0..<Int.random(in: 0...5, using: &random)).map { index in
            plane(
                "plane-\(index)", places.randomElement(using: &random)!, provider: ["aws", "gcp"].randomElement(using: &random)!,
                pools: (0..<Int.random(in: 0...3, using: &random)).map { pool in
                    self.pool(
                        "pool-\(pool)", tier: CapacityPool.Tier.allCases.randomElement(using: &random)!,
                        owned: Bool.random(using: &random), price: [nil, 1, 4].randomElement(using: &random)!,
                        nodes: .random(in: 1...3, using: &random), perNode: .random(in: 1...8, using: &random))
                })
        }
        let workloads = (0..<Int.random(in: 1...4, using: &random)).map { index in
            var workload = workload(
                "workload-\(index)",
                demand: (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    (places.randomElement(using: &random)!, Double.random(in: 0.1...60, using: &random))
                })
            workload.replica.profile[0].accelerators = .random(in: 1...4, using: &random)
            workload.objective.survive = Objective.Survival.allCases.randomElement(using: &random)!
            workload.data.residency = [nil, ["CA", "EU"], ["SG"]].randomElement(using: &random)!
            workload.maxSpotShare = Share([0, 0.3, 1].randomElement(using: &random)!)
            workload.scaling = ScalingPolicy(
                minReplicas: .random(in: 0...3, using: &random), maxReplicas: .random(in: 3...9, using: &random))
            return workload
        }
        return fleet(planes, workloads)
    }
}
