import FleetModel
import Testing

@Suite("Placement plan and budget")
struct PlacementPlanTests {
    private func plan(_ name: String = "default", hours: [Int]) -> PlacementPlan {
        PlacementPlan(metadata: Metadata(name: name), blocks: ["night", "day"], hours: hours, replicas: [])
    }

    @Test("a day of blocks holds every day of the week")
    func day() {
        let plan = plan(hours: (0..<24).map { (8..<20).contains($0) ? 1 : 0 })
        for day in 0..<7 {
            #expect(plan.block(hourOfWeekUTC: day * 24 + 7) == "night")
            #expect(plan.block(hourOfWeekUTC: day * 24 + 8) == "day")
        }
        #expect(plan.block(hourOfWeekUTC: -1) == "night" && plan.block(hourOfWeekUTC: 168 + 9) == "day")
    }

    @Test("a week of blocks tells its days apart")
    func week() {
        let plan = plan(hours: (0..<168).map { $0 < 120 ? 1 : 0 })
        #expect(plan.block(hourOfWeekUTC: 119) == "day" && plan.block(hourOfWeekUTC: 120) == "night")
    }

    @Test("hours nobody could have meant name no block")
    func nonsense() {
        #expect(plan(hours: []).block(hourOfWeekUTC: 0) == nil)
        #expect(plan(hours: [2]).block(hourOfWeekUTC: 0) == nil)
        #expect(plan(hours: [-1]).block(hourOfWeekUTC: 0) == nil)
    }

    @Test("only the plan named default is in force")
    func inForce() {
        #expect(Fleet([.placementPlan(plan("draft", hours: [0]))]).planInForce == nil)
        let fleet = Fleet([.placementPlan(plan("draft", hours: [0])), .placementPlan(plan(hours: [1]))])
        #expect(fleet.planInForce?.hours == [1])
    }

    @Test("a budget without workloads covers all")
    func budget() {
        let some = Budget(metadata: Metadata(name: "b"), workloads: ["chat"], ceiling: USDPerHour(1))
        #expect(some.covers("chat") && !some.covers("draw"))
        #expect(Budget(metadata: Metadata(name: "b"), ceiling: USDPerHour(1)).covers("draw"))
    }

    @Test("a plane or workload that a plan or budget names cannot go unnoticed")
    func references() {
        let plan = PlacementPlan(
            metadata: Metadata(name: "default"), blocks: ["all"], hours: Array(repeating: 0, count: 24),
            nodes: [.init(plane: "p", pool: "x", block: "all", count: 1)],
            replicas: [.init(workload: "w", plane: "p", pool: "x", block: "all", count: 1)])
        let budget = Budget(metadata: Metadata(name: "b"), workloads: ["w"], ceiling: USDPerHour(1))
        let fleet = Fleet([.placementPlan(plan), .budget(budget)])
        #expect(
            fleet.problems().map { "\($0.key) \($0.path)" } == [
                "Budget/b spec.workloads[0]", "PlacementPlan/default spec.nodes[0].plane",
                "PlacementPlan/default spec.replicas[0].workload",
            ])
        let known = [ResourceKey(kind: .workload, name: "w"), ResourceKey(kind: .workloadPlane, name: "p")]
        #expect(fleet.problems(known: known).isEmpty)
    }
}
