import FleetModel
import FleetSimulation
import Testing

@Suite("Ways to buy")
struct FleetVariantTests {
    private let fleet = WorldFixtures.fleet(
        [
            WorldFixtures.plane(
                "one",
                [
                    WorldFixtures.pool("reserved", .reserved, nodes: 9, usd: 0.4),
                    WorldFixtures.pool("other", .reserved, nodes: 9),
                    WorldFixtures.pool("on-demand", .onDemand, nodes: 9), WorldFixtures.pool("spot", .spot, nodes: 9, usd: 0.3),
                ])
        ], [WorldFixtures.workload(peak: 5)])

    private func pools(_ fleet: Fleet) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: fleet.planes.flatMap(\.pools).map { ($0.name.rawValue, $0.maxNodes) })
    }

    private func plan(_ nodes: [Int]) -> PlacementPlan {
        PlacementPlan(
            metadata: Metadata(name: PlacementPlan.nameInForce.rawValue), blocks: ["day", "night"],
            hours: (0..<24).map { $0 < 12 ? 0 : 1 },
            nodes: zip(["day", "night"], nodes).map { .init(plane: "one", pool: "reserved", block: $0, count: $1) },
            replicas: [.init(workload: "chat", plane: "one", pool: "reserved", block: "day", count: 3)])
    }

    @Test("planned has the plan in force, as many reserved nodes as it buys, and everything else as declared")
    func planned() {
        let changed = FleetVariant.planned.fleet(fleet, plan: plan([3, 4]))
        #expect(pools(changed) == ["reserved": 4, "on-demand": 9, "spot": 9])
        #expect(changed.planInForce == plan([3, 4]))
        #expect(FleetVariant("planned") == .planned)
        #expect(FleetVariant.planned.description == "planned")
    }

    @Test("nobody pays for reserved nodes but who buys them")
    func reserved() {
        for name in ["on-demand", "round-robin", "spothedge", "default"] {
            let changed = FleetVariant(name)?.fleet(fleet)
            #expect(changed?.planes.flatMap(\.pools).allSatisfy { $0.tier != .reserved } == true, "\(name)")
        }
        #expect(FleetVariant("on-demand").map { pools($0.fleet(fleet)) } == ["on-demand": 9])
        #expect(FleetVariant("round-robin").map { pools($0.fleet(fleet)) } == ["on-demand": 9, "spot": 9])
    }

    @Test("owned nodes stay whatever is bought, and cost nothing more")
    func owned() throws {
        var owned = WorldFixtures.pool("owned", .reserved, nodes: 2)
        owned.owned = true
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [owned, WorldFixtures.pool("on-demand", .onDemand, nodes: 9)])],
            [WorldFixtures.workload(peak: 1)])
        for name in ["on-demand", "planned", "spothedge", "static-70-20-10"] {
            let changed = try #require(FleetVariant(name)).fleet(fleet, plan: plan([0, 0]))
            #expect(pools(changed)["owned"] == 2, "\(name)")
        }
    }

    @Test("a policy of one's own puts its resources in the place of the fleet's, and others beside them")
    func changes() {
        let budget = Budget(metadata: Metadata(name: "monthly"), ceiling: USDPerHour(4))
        let other = WorldFixtures.workload(peak: 7)
        let changed = ScenarioPolicy("mine", changes: [.budget(budget), .workload(other)]).changed(fleet)
        #expect(changed.budgets == [budget])
        #expect(changed.workloads == [other])
        #expect(changed.planes == fleet.planes)
        #expect(ScenarioPolicy("declared").changed(fleet) == fleet)
    }

    @Test("a static mix buys whole nodes for replicas that do not divide them, and none that is not there")
    func fragments() throws {
        var workload = WorldFixtures.workload(peak: 4)
        workload.objective.targetUtilization = .whole
        workload.replica.profile[0].accelerators = 3
        let pools = [WorldFixtures.pool("nodes", .onDemand, nodes: 10, accelerators: 4)]
        let mix = FleetVariant.fixed(reserved: 0, onDemand: 100, spot: 0)
            .fleet(WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [workload]))
        // Four replicas of three accelerators: one fits a node of four.
        #expect(mix.planes.first?.pools.first?.maxNodes == 4)
        #expect(mix.planInForce?.replicas.map(\.count) == [4])
        let two = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("nodes", .onDemand, nodes: 3, accelerators: 4)])], [workload])
        #expect(FleetVariant.fixed(reserved: 0, onDemand: 100, spot: 0).fleet(two).planInForce?.replicas.map(\.count) == [3])
    }
}
