import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Following a plan")
struct PlannedPlacementTests: PlacementFleetBuilding {
    private typealias Target = PlannedReplicas.Target

    private func follow(
        _ targets: [WorkloadName: [Target]], _ planes: [WorkloadPlane], _ workloads: [Workload], drained: Set<PlaneName> = []
    ) -> PlacementDecision {
        let planned = PlannedReplicas(plan: "default", block: "day", targets: targets)
        return Placement.decide(PlacementInputs(fleet: fleet(planes, workloads), drained: drained, planned: planned))
    }

    private func counts(_ decision: PlacementDecision, of workload: WorkloadName = "chat") -> [String] {
        decision.placement(of: workload)?.chosen.map { "\($0.plane)/\($0.placement.pool) \($0.placement.count)" } ?? []
    }

    private var twoPlaces: [WorkloadPlane] {
        [
            plane("frankfurt", Self.frankfurt, pools: [pool("gpu", tier: .onDemand, price: 9)]),
            plane("toronto", Self.toronto, pools: [pool("gpu", tier: .reserved, owned: true)]),
        ]
    }

    @Test("what the plan wants is what is placed, neither more for the peak nor less for the price")
    func followed() throws {
        // The greedy step would put 4 replicas in Toronto: 32 req/s at 8 req/s each.
        let decision = follow(
            ["chat": [Target(plane: "frankfurt", pool: "gpu", count: 2), Target(plane: "toronto", pool: "gpu", count: 1)]],
            twoPlaces, [workload(demand: [(Self.toronto, 32)])])
        #expect(counts(decision) == ["frankfurt/gpu 2", "toronto/gpu 1"])
        let placement = try #require(decision.placement(of: "chat"))
        #expect(placement.plan == .init(plan: "default", block: "day", wanted: 3, placed: 3))
        #expect(placement.chosen.allSatisfy { $0.because == "planned by default" })
        #expect(placement.shortfalls.isEmpty)
    }

    @Test("a workload the plan wants none of keeps its declared minimum and nothing more")
    func none() {
        var resting = workload(demand: [(Self.toronto, 32)])
        resting.scaling.minReplicas = 0
        #expect(counts(follow(["chat": []], twoPlaces, [resting])).isEmpty)
        resting.scaling.minReplicas = 2
        #expect(counts(follow(["chat": []], twoPlaces, [resting])) == ["toronto/gpu 2"])
    }

    @Test("a plan beyond maxReplicas is followed up to it, and the rest is said")
    func maximum() throws {
        var small = workload(demand: [])
        small.scaling = ScalingPolicy(minReplicas: 0, maxReplicas: 3)
        let decision = follow(["chat": [Target(plane: "toronto", pool: "gpu", count: 5)]], twoPlaces, [small])
        #expect(counts(decision) == ["toronto/gpu 3"])
        let deviations = try #require(decision.placement(of: "chat")?.plan?.deviations)
        #expect(deviations.count == 1)
        #expect(deviations[0].contains("maxReplicas 3 is reached"))
    }

    @Test("a plane outside the fence is not used whatever the plan says, and something inside stands in")
    func fence() throws {
        var fenced = workload(demand: [(Self.frankfurt, 8)])
        fenced.data.residency = ["CA"]
        let decision = follow(["chat": [Target(plane: "frankfurt", pool: "gpu", count: 2)]], twoPlaces, [fenced])
        #expect(counts(decision) == ["toronto/gpu 2"])
        let plan = try #require(decision.placement(of: "chat")?.plan)
        #expect(plan.placed == 0)
        #expect(
            plan.deviations == [
                "2 of 2 on frankfurt/gpu cannot be: residency of workload chat allows CA; it stands in DE; 2 elsewhere instead"
            ])
    }

    @Test("what a drained plane was to run stands where its users are nearest, with as much throughput")
    func drained() throws {
        var planes = twoPlaces + [plane("singapore", Self.singapore, pools: [pool("gpu", tier: .onDemand, price: 1)])]
        planes[0].pools.append(pool("slow", tier: .onDemand, price: 10))
        planes[0].pools[1].accelerator = "A100-80GB"
        planes[0].pools[0].maxNodes = 1
        planes[0].pools[0].acceleratorsPerNode = 1
        var chat = workload(demand: [(Self.frankfurt, 8), (Self.toronto, 40), (Self.singapore, 8)])
        chat.replica.profile.append(
            AcceleratorProfile(accelerator: "A100-80GB", accelerators: 1, rate: RequestsPerSecond(5)))
        let targets = [
            Target(plane: "frankfurt", pool: "gpu", count: 1), Target(plane: "singapore", pool: "gpu", count: 1),
            Target(plane: "toronto", pool: "gpu", count: 4),
        ]
        // Singapore is nearer to Frankfurt's fast pool, which is full, than to Toronto; two slow replicas make up for one.
        let decision = follow(["chat": targets], planes, [chat], drained: ["singapore"])
        let chosen = counts(decision)
        #expect(chosen.contains("frankfurt/gpu 1"))
        #expect(decision.placement(of: "chat")?.plan?.placed == 5)
        let throughput = try #require(decision.placement(of: "chat")).chosen.reduce(0) {
            $0 + $1.placement.count * ($1.placement.accelerator == "A100-80GB" ? 5 : 10)
        }
        #expect(throughput == 60)
        #expect(
            decision.placement(of: "chat")?.plan?.deviations.first?.contains("singapore/gpu cannot be: it is drained") == true)
    }

    @Test("a replacement takes no place that the plan gives to another workload")
    func plannedPlacesFirst() {
        let planes = [
            plane("frankfurt", Self.frankfurt, pools: [pool("gpu", tier: .onDemand, price: 9, nodes: 1, perNode: 2)]),
            plane("toronto", Self.toronto, pools: [pool("gpu", tier: .reserved, owned: true, nodes: 1, perNode: 2)]),
        ]
        // "aa" chooses first and loses Frankfurt; Toronto's room is planned for "zz".
        let decision = follow(
            [
                "aa": [Target(plane: "frankfurt", pool: "gpu", count: 2)],
                "zz": [Target(plane: "toronto", pool: "gpu", count: 2)],
            ], planes, [workload("aa", demand: [(Self.toronto, 4)]), workload("zz", demand: [(Self.toronto, 40)])],
            drained: ["frankfurt"])
        #expect(counts(decision, of: "zz") == ["toronto/gpu 2"])
        #expect(counts(decision, of: "aa").isEmpty)
        #expect(decision.placement(of: "aa")?.plan?.deviations.first?.hasSuffix("it is drained; none elsewhere") == true)
        #expect(decision.placement(of: "aa")?.shortfalls.isEmpty == false, "its minimum is missing")
    }

    @Test("a workload the plan does not know is placed as without a plan, in what is left")
    func uncovered() {
        let planes = [plane("toronto", Self.toronto, pools: [pool("gpu", tier: .reserved, owned: true, nodes: 1, perNode: 4)])]
        let decision = follow(
            ["zz": [Target(plane: "toronto", pool: "gpu", count: 3)]], planes,
            [workload("aa", demand: [(Self.toronto, 16)]), workload("zz", demand: [])])
        #expect(counts(decision, of: "zz") == ["toronto/gpu 3"])
        #expect(counts(decision, of: "aa") == ["toronto/gpu 1"])
        #expect(decision.placement(of: "aa")?.plan == nil)
    }

    @Test("larger replicas are packed first, so that what fits in the plan fits in the nodes")
    func packing() throws {
        let planes = [plane("toronto", Self.toronto, pools: [pool("gpu", tier: .reserved, owned: true, nodes: 2, perNode: 4)])]
        var wide = workload("wide", demand: [])
        wide.replica.profile[0].accelerators = 3
        // One by one in order of name, "narrow" would fill the first node and half of the second.
        let decision = follow(
            [
                "narrow": [Target(plane: "toronto", pool: "gpu", count: 2)],
                "wide": [Target(plane: "toronto", pool: "gpu", count: 2)],
            ], planes, [workload("narrow", demand: []), wide])
        #expect(counts(decision, of: "wide") == ["toronto/gpu 2"])
        #expect(counts(decision, of: "narrow") == ["toronto/gpu 2"])
    }

    @Test("with replicas elsewhere than planned, what must survive a loss is judged anew")
    func survival() {
        let planes = [
            plane("frankfurt", Self.frankfurt, provider: "aws", pools: [pool("gpu", tier: .onDemand, price: 9)]),
            plane("toronto", Self.toronto, provider: "onprem", pools: [pool("gpu", tier: .reserved, owned: true)]),
            plane("montreal", Self.toronto, provider: "gcp", pools: [pool("gpu", tier: .onDemand, price: 4)]),
        ]
        var surviving = workload(demand: [(Self.toronto, 16)])
        surviving.objective.survive = .provider
        surviving.objective.keptShare = Share(0.5)
        let targets = [Target(plane: "frankfurt", pool: "gpu", count: 1), Target(plane: "toronto", pool: "gpu", count: 2)]
        #expect(
            counts(follow(["chat": targets], planes, [surviving])) == ["frankfurt/gpu 1", "toronto/gpu 2"])
        // Frankfurt's users are nearest to nobody but Toronto's owned pool: all three would stand with one provider.
        let decision = follow(["chat": targets], planes, [surviving], drained: ["frankfurt"])
        #expect(decision.placement(of: "chat")?.planes.contains("montreal") == true)
    }

    @Test("the block follows the hour of the day or of the week")
    func hours() throws {
        var plan = PlacementPlan(
            metadata: Metadata(name: "default"), blocks: ["day", "night"],
            hours: (0..<24).map { (8..<20).contains($0) ? 0 : 1 },
            replicas: [
                .init(workload: "batch", plane: "toronto", pool: "gpu", block: "night", count: 4),
                .init(workload: "chat", plane: "toronto", pool: "gpu", block: "day", count: 2),
                .init(workload: "chat", plane: "toronto", pool: "gpu", block: "night", count: 1),
            ])
        let day = try #require(PlannedReplicas(plan, hourOfWeekUTC: 24 + 8))
        #expect(day.block == "day")
        #expect(day.targets == ["batch": [], "chat": [Target(plane: "toronto", pool: "gpu", count: 2)]])
        let night = try #require(PlannedReplicas(plan, hourOfWeekUTC: 48 + 20))
        #expect(night.targets["batch"] == [Target(plane: "toronto", pool: "gpu", count: 4)])
        plan.hours = (0..<168).map { $0 == 167 ? 1 : 0 }
        #expect(PlannedReplicas(plan, hourOfWeekUTC: 167)?.block == "night")
        #expect(PlannedReplicas(plan, hourOfWeekUTC: 166)?.block == "day")
        plan.hours = []
        #expect(PlannedReplicas(plan, hourOfWeekUTC: 3) == nil)
    }

    // MARK: Hostile plans

    @Test("whatever a plan says, no rule, no limit and no node is overstepped, and what was followed is told truly")
    func invariants() {
        for seed in 0..<caseCount(perMille: 300) { checkInvariants(seed: seed) }
    }

    private func checkInvariants(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let fleet = randomFleet(&random)
        let planned = hostilePlan(fleet, &random)
        let drained = Set(fleet.planes.map(\.name).filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
        let inputs = PlacementInputs(fleet: fleet, drained: drained, planned: planned)
        let decision = Placement.decide(inputs)
        #expect(decision == Placement.decide(inputs), "seed \(seed): not deterministic")
        var used: [String: Int] = [:]
        for (placed, workload) in zip(decision.workloads, fleet.workloads) {
            #expect(placed.workload == workload.name, "seed \(seed)")
            #expect(placed.replicas <= workload.scaling.maxReplicas, "seed \(seed)")
            if placed.shortfalls.isEmpty { #expect(placed.replicas >= workload.scaling.minReplicas, "seed \(seed)") }
            #expect((placed.plan != nil) == (planned.targets[workload.name] != nil), "seed \(seed)")
            if let plan = placed.plan {
                #expect(plan.placed <= min(plan.wanted, placed.replicas), "seed \(seed)")
                #expect(plan.deviations.isEmpty == (plan.placed == plan.wanted), "seed \(seed)")
            }
            for choice in placed.chosen {
                #expect(!drained.contains(choice.plane), "seed \(seed)")
                checkFence(choice, of: workload, fleet, seed: seed)
                used["\(choice.plane)/\(choice.placement.pool)", default: 0] +=
                    choice.placement.count * choice.placement.acceleratorsPerReplica
            }
        }
        for plane in fleet.planes {
            for pool in plane.pools {
                let limit = pool.maxNodes * pool.acceleratorsPerNode
                #expect(used["\(plane.name)/\(pool.name)", default: 0] <= limit, "seed \(seed): \(plane.name)/\(pool.name)")
            }
        }
    }

    private func checkFence(_ choice: PlacementDecision.Choice, of workload: Workload, _ fleet: Fleet, seed: UInt64) {
        let plane = fleet.planes.first { $0.name == choice.plane }!
        let places: [[Jurisdiction]?] = workload.demand.isEmpty ? [nil] : workload.demand.map { $0.location.jurisdictions }
        #expect(
            places.contains { fleet.fence.verdict(workload: workload, plane: plane, userJurisdictions: $0).isInside },
            "seed \(seed): \(choice.plane) is outside the fence of \(workload.name)")
    }

    /// A plan by somebody who does not know the fleet, or means it ill.
    private func hostilePlan(_ fleet: Fleet, _ random: inout SeededGenerator) -> PlannedReplicas {
        let planes = fleet.planes.map(\.name) + ["nowhere"]
        let counts = [Int.min, -1, 0, 1, 2, 3, 9, 100_000, Int.max]
        var targets: [WorkloadName: [Target]] = ["stranger": [Target(plane: "plane-0", pool: "pool-0", count: 5)]]
        for workload in fleet.workloads where Bool.random(using: &random) {
            targets[workload.name] = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Target(
                    plane: planes.randomElement(using: &random)!, pool: PoolName("pool-\(Int.random(in: 0...3, using: &random))"),
                    count: counts.randomElement(using: &random)!)
            }
        }
        return PlannedReplicas(plan: "hostile", block: "now", targets: targets)
    }
}
