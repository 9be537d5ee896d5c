import FleetControl
import FleetModel
import Testing

@Suite("Budgets in the loop")
struct BudgetTests: PurchaseFleetBuilding {
    private func world(
        _ planes: [WorkloadPlane], _ workloads: [Workload], ceiling: Double, of covered: [WorkloadName] = []
    ) -> PurchaseWorld {
        let budget = Budget(metadata: Metadata(name: "research"), workloads: covered, ceiling: USDPerHour(ceiling))
        return PurchaseWorld(Fleet(fleet(planes, workloads).resources + [.budget(budget)]))
    }

    @Test("no more is bought than a budget allows, and it is said once")
    func ceiling() {
        var world = world(regions, [bought(PurchaseRules(spotPolicy: .onDemandOnly))], ceiling: 10)
        world.run(["chat": 5], for: .seconds(60))
        #expect(world.placed() == ["a/steady": 3], "three at 3 USD/h fit into 10 USD/h")
        #expect(
            world.placement.placement(of: "chat")?.shortfalls == [
                "5 replicas wanted, 3 placed: budget research is reached: 9 USD/h of 10 USD/h are spent, "
                    + "one more on a/steady is 3 USD/h"
            ])
        #expect(world.reasons() == ["BudgetReached"])
        world.run(["chat": 2], for: .seconds(60))
        world.run(["chat": 5], for: .seconds(60))
        #expect(world.reasons() == ["BudgetReached", "BudgetReached"])
    }

    @Test("what is owned is used whatever the budget, and counts nothing")
    func owned() {
        let planes = [
            plane(
                "a", Self.toronto,
                pools: [
                    pool("owned", tier: .reserved, owned: true, nodes: 4, perNode: 1),
                    pool("steady", tier: .onDemand, price: 3, nodes: 8, perNode: 1),
                ])
        ]
        var world = world(planes, [bought()], ceiling: 4)
        world.run(["chat": 8], for: .seconds(60))
        #expect(world.placed() == ["a/owned": 4, "a/steady": 1])
    }

    @Test("what has no price is not bought under a budget, and it is said what to declare; without one it is")
    func unknownPrice() {
        let planes = [plane("a", Self.toronto, pools: [pool("steady", tier: .onDemand, nodes: 8, perNode: 1)])]
        var covered = world(planes, [bought()], ceiling: 100)
        covered.run(["chat": 2], for: .seconds(30))
        #expect(covered.placed().isEmpty)
        #expect(
            covered.placement.placement(of: "chat")?.shortfalls == [
                "2 replicas wanted, 0 placed: budget research counts it and the price of a/steady is not known: "
                    + "declare it as spec.pools[].price"
            ])
        var free = world(planes, [bought()], ceiling: 100, of: ["another"])
        free.run(["chat": 2], for: .seconds(30))
        #expect(free.placed() == ["a/steady": 2])
    }

    @Test("a replica counts its share of its node")
    func shareOfNode() {
        let planes = [plane("a", Self.toronto, pools: [pool("steady", tier: .onDemand, price: 16, nodes: 8, perNode: 8)])]
        var world = world(planes, [bought()], ceiling: 7)
        // 16 USD/h by 8 accelerators: 2 USD/h each.
        world.run(["chat": 5], for: .seconds(30))
        #expect(world.placed() == ["a/steady": 3])
    }

    @Test("while spot is short, its stand-in is bought as far as the budget goes")
    func standIn() {
        var world = world(regions, [bought()], ceiling: 8)
        world.run(["chat": 4], for: .seconds(600))
        for name: PlaneName in ["a", "b", "c"] { world.capacity[spot(name)] = 0 }
        world.run(["chat": 4], for: .seconds(300))
        #expect(RunningCost(of: world.placement, fleet: world.fleet).usdPerHour <= 8)
        #expect(world.held("chat", .onDemand) >= 1)
        #expect(world.reasons().contains("BudgetReached"))
    }

    // MARK: Plans

    private func plan(_ targets: [PlannedReplicas.Target]) -> PlannedReplicas {
        PlannedReplicas(plan: "default", block: "day", targets: ["chat": targets])
    }

    @Test("a plan is the floor: it is exceeded within the budget and no further")
    func floor() {
        var world = world(regions, [bought(PurchaseRules(spotPolicy: .onDemandOnly))], ceiling: 10)
        world.planned = plan([.init(plane: "b", pool: "steady", count: 2)])
        world.run(["chat": 1], for: .seconds(30))
        #expect(world.placed() == ["b/steady": 2], "fewer are wanted than planned")
        world.run(["chat": 5], for: .seconds(30))
        #expect(world.placed() == ["a/steady": 1, "b/steady": 2], "6 USD/h are planned, one more fits into 10")
        #expect(world.placement.placement(of: "chat")?.plan?.placed == 2)
    }

    @Test("a plan beyond a budget is carried out, and nothing is added to it")
    func dearPlan() {
        var world = world(regions, [bought(PurchaseRules(spotPolicy: .onDemandOnly))], ceiling: 4)
        world.planned = plan([.init(plane: "a", pool: "steady", count: 3)])
        world.run(["chat": 5], for: .seconds(30))
        #expect(world.placed() == ["a/steady": 3])
    }

    @Test("planned spot that was lost has a stand-in until it is back")
    func lostPlannedSpot() {
        var steady = bought()
        steady.scaling.target[.queuedRequestsPerReplica] = nil
        var world = PurchaseWorld(fleet(regions, [steady]))
        world.planned = plan([.init(plane: "a", pool: "spot", count: 3)])
        world.run([:], for: .seconds(300))
        #expect(world.placed() == ["a/spot": 3])
        world.capacity[spot("a")] = 1
        world.run([:], for: .seconds(200))
        #expect(world.placed()["a/spot"] ?? 0 >= 3)
        #expect(world.ready("chat") >= 3)
        world.capacity = [:]
        for _ in 0..<240 {
            world.step([:])
            #expect(world.ready("chat") >= 3, "the stand-in left before planned spot served")
        }
        #expect(world.placed() == ["a/spot": 3])
    }

    // MARK: Telling

    @Test("the running cost is told by workload, tier and provider, and what has no price apart")
    func runningCost() {
        let planes = [
            plane(
                "a", Self.toronto,
                pools: [
                    pool("steady", tier: .onDemand, price: 16, perNode: 8), pool("spot", tier: .spot, price: 4, perNode: 8),
                    pool("owned", tier: .reserved, owned: true), pool("odd", tier: .spot),
                ]),
            plane("b", Self.toronto, provider: "gcp", pools: [pool("spot", tier: .spot, price: 4, perNode: 8)]),
        ]
        func choice(_ plane: PlaneName, _ pool: PoolName, _ count: Int) -> PlacementDecision.Choice {
            .init(
                plane: plane,
                placement: .init(pool: pool, accelerator: "H100-80GB", acceleratorsPerReplica: 2, count: count), because: "")
        }
        let decision = PlacementDecision(workloads: [
            .init(
                workload: "chat",
                chosen: [
                    choice("a", "steady", 1), choice("a", "spot", 3), choice("a", "owned", 2), choice("a", "odd", 1),
                    choice("b", "spot", 2),
                ], rejected: [], shortfalls: [])
        ])
        let cost = RunningCost(of: decision, fleet: fleet(planes, [bought()]))
        // A quarter of a node each: 4 on demand, 1 on spot.
        #expect(cost.usdPerHour == 4 + 3 + 2)
        #expect(cost.unpriced == 1)
        #expect(cost.lines.map(\.replicas) == [2, 1, 4, 2])
        #expect(cost.lines.map(\.usdPerHour) == [0, 4, 3, 2])
        #expect(
            cost.text(of: "chat")
                == "2 reserved of aws (0 USD/h), 1 on-demand of aws (4 USD/h), 4 spot of aws (3 USD/h), 2 spot of gcp (2 USD/h); "
                + "9 USD/h and 1 replica without a known price")
        let budget = Budget(metadata: Metadata(name: "other"), workloads: ["other"], ceiling: USDPerHour(1))
        #expect(cost.usdPerHour(under: budget) == 0)
    }
}
