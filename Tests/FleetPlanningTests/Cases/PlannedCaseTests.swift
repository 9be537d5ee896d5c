import FleetPlanning
import LinearOptimization
import PlanningProofs
import SolverLibraries
import Testing

@Suite("Six cases, by hand")
struct PlannedCaseTests {
    @Test("the direct formulation has the optimum worked out by hand", arguments: PlannedCase.all)
    func direct(this: PlannedCase) throws {
        let optimum = try #require(try DirectOptimum.of(this.problem, solver: CoinSolver()))
        #expect(abs(optimum.plan.objectiveUSD - this.optimumUSD) <= 1e-5 * max(1, this.optimumUSD))
        #expect(PlanChecker.findings(this.problem, optimum.plan) == [])
    }

    @Test("the planner finds it, and proves it to the gap asked for", arguments: PlannedCase.all, TestedSolver.all)
    func planned(this: PlannedCase, solver: TestedSolver) throws {
        #expect(this.problem.problems() == [])
        let plan = try solver.plan(this.problem, effort: PlanningEffort(relativeGap: 1e-4))
        #expect(PlanChecker.findings(this.problem, plan) == [])
        let slack = 1e-5 * max(1, this.optimumUSD)
        #expect(plan.boundUSD <= this.optimumUSD + slack)
        #expect(plan.objectiveUSD >= this.optimumUSD - slack)
        #expect(plan.objectiveUSD <= this.optimumUSD * (1 + 1e-4) + slack)
        if solver.solver.provesIntegerOptima { #expect(plan.gap <= 1e-4 + 1e-9) }
    }

    @Test("of plans that cost the same, requests go the shorter way", arguments: TestedSolver.all)
    func shorterWay(solver: TestedSolver) throws {
        let plan = try solver.plan(PlannedCase.regionHalfGone(lost: 3, repair: false))
        let flows = plan.flows.map { "\($0.origin) \($0.plane) \($0.requestsPerSecond.rounded())" }.sorted()
        #expect(flows == ["new-york east 7.0", "new-york west 2.0", "san-francisco west 8.0"])
    }

    @Test("owned GPUs are full before any is bought, and PHI stays in its fence", arguments: TestedSolver.all)
    func onPremises(solver: TestedSolver) throws {
        let plan = try solver.plan(PlannedCase.onPremises)
        #expect(plan.replicas.filter { $0.plane == "toronto" }.reduce(0) { $0 + $1.count } == 4)
        #expect(!plan.replicas.contains { $0.workload == "records" && $0.plane == "singapore" })
        #expect(plan.scenarios.contains { $0.workload == "records" && $0.lost == "provider:own" && $0.servedShare > 1 - 1e-9 })
    }

    @Test("a spike is bought from both clouds where one has too little", arguments: TestedSolver.all)
    func spike(solver: TestedSolver) throws {
        let plan = try solver.plan(PlannedCase.viralService[1].problem)
        let planes = Set(plan.nodes.filter { $0.block == "spike" && $0.count > 0 }.map(\.plane))
        #expect(planes == ["x", "y"])
    }
}
