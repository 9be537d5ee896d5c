import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Purchasing, whatever the fleet and the market")
struct PurchasingPropertyTests: PurchaseFleetBuilding {
    @Test("no rule, no limit, no budget and no share is overstepped, nothing is left out that has room, and runs repeat")
    func invariants() async {
        for seed in 0..<caseCount(perMille: 5) {
            // Cases take their time: others get theirs in between.
            await Task.yield()
            let first = play(seed: seed, checks: true)
            #expect(first.placement == play(seed: seed, checks: false).placement, "seed \(seed): not deterministic")
        }
    }

    /// A day of a random fleet in a random market, in steps of a minute or less.
    private func play(seed: UInt64, checks: Bool) -> PurchaseWorld {
        var random = SeededGenerator(seed: seed)
        let declared = randomBoughtFleet(&random)
        var world = PurchaseWorld(declared)
        world.reportsNodes = random.isOne(in: 2)
        if random.isOne(in: 3) { world.planned = randomPlan(declared, &random) }
        var wanted = Dictionary(uniqueKeysWithValues: declared.workloads.map { ($0.name, 2) })
        for _ in 0..<40 {
            for workload in declared.workloads where random.isOne(in: 5) {
                wanted[workload.name] = random.next(in: 0...workload.scaling.maxReplicas)
            }
            for place in world.places where random.isOne(in: 8) {
                world.capacity[place] = random.pick([nil, 0, 1, 2])
            }
            if random.isOne(in: 20) {
                let resumed = world.restart()
                for workload in declared.workloads where checks && workload.objective.survive == .none {
                    // Nothing but what survives a loss runs beside what is wanted for sure.
                    let most = workload.scaling.maxReplicas
                    let alive = world.held(workload.name)
                    #expect(resumed[workload.name] ?? most >= min(alive, most), "seed \(seed)")
                }
            }
            world.step(wanted, after: random.pick([.seconds(1), .seconds(20), .seconds(60)]))
            if checks { check(world, wanted, seed: seed) }
        }
        return world
    }

    private func check(_ world: PurchaseWorld, _ wanted: [WorkloadName: Int], seed: UInt64) {
        let fleet = world.fleet
        var used: [PurchaseWorld.Place: Int] = [:]
        for placed in world.placement.workloads {
            let workload = fleet.workloads.first { $0.name == placed.workload }!
            var (spot, all) = (0.0, 0.0)
            for choice in placed.chosen {
                let plane = fleet.planes.first { $0.name == choice.plane }!
                let places: [[Jurisdiction]?] =
                    workload.demand.isEmpty ? [nil] : workload.demand.map { $0.location.jurisdictions }
                #expect(
                    places.contains { fleet.fence.verdict(workload: workload, plane: plane, userJurisdictions: $0).isInside },
                    "seed \(seed): \(choice.plane) is outside the fence of \(workload.name)")
                let pool = plane.pools.first { $0.name == choice.placement.pool }!
                let rate = workload.replica.profile.first { $0.accelerator == pool.accelerator }!.rate.value
                all += Double(choice.placement.count) * rate
                if pool.tier == .spot { spot += Double(choice.placement.count) * rate }
                used[PurchaseWorld.Place(plane: plane.name, pool: pool.name), default: 0] +=
                    choice.placement.count * choice.placement.acceleratorsPerReplica
            }
            // A plan is judged where it is made.
            if world.planned == nil {
                #expect(
                    spot <= workload.maxSpotShare.fraction * all + 1e-6, "seed \(seed): \(workload.name) has \(spot) of \(all)")
                if workload.purchase.spotPolicy == .onDemandOnly { #expect(spot == 0, "seed \(seed)") }
            }
            #expect(placed.replicas <= 2 * workload.scaling.maxReplicas + 16, "seed \(seed)")
            if placed.shortfalls.isEmpty { #expect(placed.replicas >= wanted[placed.workload] ?? 0, "seed \(seed)") }
        }
        for place in world.places {
            let pool = fleet.planes.first { $0.name == place.plane }!.pools.first { $0.name == place.pool }!
            #expect(used[place, default: 0] <= pool.maxNodes * pool.acceleratorsPerNode, "seed \(seed): \(place)")
        }
        checkBudgets(world, seed: seed)
    }

    private func checkBudgets(_ world: PurchaseWorld, seed: UInt64) {
        let cost = RunningCost(of: world.placement, fleet: world.fleet)
        for budget in world.fleet.budgets {
            if world.planned == nil {
                #expect(cost.lines.allSatisfy { !budget.covers($0.workload) || $0.unpriced == 0 }, "seed \(seed)")
                #expect(cost.usdPerHour(under: budget) <= budget.ceiling.value + 1e-6, "seed \(seed): \(budget.name)")
            } else {
                let planned = plannedCost(world, budget)
                #expect(
                    cost.usdPerHour(under: budget) <= max(budget.ceiling.value, planned) + 1e-6, "seed \(seed): \(budget.name)")
            }
        }
    }

    /// What a plan alone costs under a budget.
    private func plannedCost(_ world: PurchaseWorld, _ budget: Budget) -> Double {
        let targets = world.planned?.targets ?? [:]
        return world.fleet.workloads.filter { budget.covers($0.name) }.reduce(0.0) { sum, workload in
            (targets[workload.name] ?? []).reduce(sum) { sum, target in
                let pool = world.fleet.planes.first { $0.name == target.plane }?.pools.first { $0.name == target.pool }
                let accelerators = workload.replica.profile.first { $0.accelerator == pool?.accelerator }?.accelerators ?? 1
                return sum + (pool?.usdPerHour(accelerators: accelerators) ?? 0) * Double(target.count)
            }
        }
    }

    @Test("under constant load and a constant market nothing swings: an hour brings a few tries of what was refused")
    func noOscillation() async {
        for seed in 0..<caseCount(perMille: 1) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            let declared = randomBoughtFleet(&random)
            var world = PurchaseWorld(declared)
            for place in world.places where random.isOne(in: 3) { world.capacity[place] = random.next(in: 0...2) }
            let wanted = Dictionary(
                uniqueKeysWithValues: declared.workloads.map { ($0.name, random.next(in: 1...$0.scaling.maxReplicas)) })
            world.run(wanted, for: .seconds(3_600), every: .seconds(15))
            var turns: [String: [Int]] = [:]
            for _ in 0..<240 {
                world.step(wanted, after: .seconds(15))
                for workload in declared.workloads {
                    let steady = world.held(workload.name, .onDemand) + world.held(workload.name, .reserved)
                    for (what, count) in [("spot", world.held(workload.name, .spot)), ("steady", steady)] {
                        let key = "\(workload.name) \(what)"
                        if turns[key]?.last != count { turns[key, default: []].append(count) }
                    }
                }
            }
            // What was refused is asked for again ever more seldom: twice an hour, here and back.
            for (what, counts) in turns {
                #expect(counts.count <= 6, "seed \(seed): \(what) ran \(counts)")
            }
        }
    }

    @Test("one replica more adds one somewhere and moves none of the others, where no policy hedges")
    func sticky() async {
        for seed in 0..<caseCount(perMille: 10) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var workloads = randomBoughtFleet(&random).workloads
            let planes = randomBoughtFleet(&random).planes
            for index in workloads.indices {
                workloads[index].purchase.spotPolicy = .onDemandOnly
                workloads[index].objective.survive = .none
            }
            let declared = fleet(planes, Array(workloads.prefix(1)))
            let name = workloads[0].name
            var before: [String: Int]?
            for wanted in 1...workloads[0].scaling.maxReplicas {
                var world = PurchaseWorld(declared)
                world.step([name: wanted])
                let now = world.placed(name)
                if let before {
                    let changes = Set(before.keys).union(now.keys).map { (now[$0] ?? 0) - (before[$0] ?? 0) }
                    #expect(changes.allSatisfy { $0 >= 0 }, "seed \(seed): \(before) became \(now)")
                    #expect(changes.reduce(0, +) <= 1, "seed \(seed): \(before) became \(now)")
                }
                before = now
            }
        }
    }

    @Test("with spot that stays, one replica more or fewer moves no other, but for one in ten minutes that a policy prefers")
    func stickySpot() {
        for policy in [PurchaseRules.SpotPolicy.adaptiveHedge, .spotHedge, .staticMix] {
            let rules = PurchaseRules(
                onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: Share(0.25), spotPolicy: policy)
            var world = PurchaseWorld(fleet(regions, [bought(rules, most: 12)]))
            world.run(["chat": 6], for: .seconds(3_600), every: .seconds(15))
            for wanted in [7, 8, 7, 6, 5, 6] {
                let before = world.placed()
                world.run(["chat": wanted], for: .seconds(600), every: .seconds(15))
                let after = world.placed()
                let changes = Set(before.keys).union(after.keys).map { (after[$0] ?? 0) - (before[$0] ?? 0) }
                let (gained, lost) = (changes.reduce(0) { $0 + max(0, $1) }, changes.reduce(0) { $0 + max(0, -$1) })
                #expect(min(gained, lost) <= 1, "\(policy) at \(wanted): \(before) became \(after)")
                #expect(abs((after["a/steady"] ?? 0) - (before["a/steady"] ?? 0)) <= 1, "\(policy)")
                #expect(world.ready("chat") >= wanted, "\(policy)")
            }
        }
    }

    @Test("a hundred replicas over a dozen pools are decided in little time, and all are there")
    func many() {
        let planes = (0..<12).map { index in
            plane(
                "plane-\(index)", Self.toronto,
                pools: [
                    pool("spot", tier: .spot, price: 1 + Double(index) / 10, nodes: 40, perNode: 1),
                    pool("steady", tier: .onDemand, price: 3, nodes: 40, perNode: 1),
                ])
        }
        var world = PurchaseWorld(fleet(planes, [bought(most: 200)]))
        for tick in 0..<24 {
            if tick % 8 == 7 { world.capacity[spot(PlaneName("plane-\(tick / 8)"))] = 0 }
            world.step(["chat": 100], after: .seconds(15))
        }
        #expect(world.ready("chat") >= 90)
        #expect(world.placed("chat", .spot) >= 50)
    }

    // MARK: Random fleets

    private func randomBoughtFleet(_ random: inout SeededGenerator) -> Fleet {
        let base = randomFleet(&random)
        var workloads = base.workloads
        for index in workloads.indices {
            workloads[index].purchase = PurchaseRules(
                onDemandBaseCapacity: random.next(in: 0...2),
                onDemandPercentageAboveBaseCapacity: Share(random.pick([0, 0.3, 1])),
                fallbacks: random.pick([[], ["H100-80GB"]]), spotPolicy: random.pick([nil] + PurchaseRules.SpotPolicy.allCases),
                overProvision: Share(random.pick([0, 0.2])))
        }
        let budgets = (0..<random.next(in: 0...2)).map { index in
            Budget(
                metadata: Metadata(name: "budget-\(index)"), workloads: random.isOne(in: 2) ? [] : [workloads[0].name],
                ceiling: USDPerHour(random.pick([1, 5, 20])))
        }
        return Fleet(
            base.providers.map(Resource.provider) + base.planes.map(Resource.workloadPlane)
                + workloads.map(Resource.workload) + budgets.map(Resource.budget))
    }

    private func randomPlan(_ fleet: Fleet, _ random: inout SeededGenerator) -> PlannedReplicas {
        var targets: [WorkloadName: [PlannedReplicas.Target]] = [:]
        for workload in fleet.workloads where random.isOne(in: 2) {
            targets[workload.name] = fleet.planes.flatMap { plane in
                plane.pools.filter { _ in random.isOne(in: 2) }.map {
                    PlannedReplicas.Target(plane: plane.name, pool: $0.name, count: random.next(in: 0...2))
                }
            }
        }
        return PlannedReplicas(plan: "default", block: "day", targets: targets)
    }
}
