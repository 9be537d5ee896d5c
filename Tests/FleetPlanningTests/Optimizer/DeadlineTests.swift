import FleetPlanning
import PlanningProofs
import SeededCases
import Synchronization
import Testing

@Suite("Planner: deadlines and progress")
struct DeadlineTests {
    @Test("with no time at all there is still a sound plan, and it says so", arguments: TestedSolver.all)
    func noTime(solver: TestedSolver) throws {
        let effort = PlanningEffort(secondsLeft: { 0 })
        for seed in 0..<caseCount(perMille: 2) {
            let problem = RandomFleets.problem(seed: seed, size: .small)
            let plan = try solver.plan(problem, effort: effort)
            #expect(plan.deadlineHit, "seed \(seed)")
            #expect(PlanChecker.findings(problem, plan) == [], "seed \(seed)")
        }
    }

    @Test("wherever time runs out, the plan is sound", arguments: TestedSolver.all)
    func timeRunsOut(solver: TestedSolver) throws {
        for asked in 1...caseCount(perMille: 2) {
            let left = Mutex(asked)
            let effort = PlanningEffort(secondsLeft: {
                left.withLock { left in
                    if left > 0 { left -= 1 }
                    return left > 0 ? 60 : 0
                }
            })
            let problem = RandomFleets.problem(seed: asked, size: .small)
            let plan = try solver.plan(problem, effort: effort)
            #expect(PlanChecker.findings(problem, plan) == [], "asked \(asked) times")
        }
    }

    @Test("progress goes forward, and so do plan and bound", arguments: TestedSolver.all)
    func progress(solver: TestedSolver) throws {
        for seed in 0..<caseCount(perMille: 1) {
            let told = Mutex<[PlanningProgress]>([])
            let effort = PlanningEffort(progress: { progress in told.withLock { $0.append(progress) } })
            let problem = RandomFleets.problem(seed: seed, size: .small)
            let plan = try solver.plan(problem, effort: effort)
            let steps = told.withLock { $0 }
            #expect(!steps.isEmpty, "seed \(seed)")
            #expect(steps.allSatisfy { !$0.step.isEmpty && (0...1).contains($0.share) }, "seed \(seed)")
            #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.share <= $1.share }, "seed \(seed)")
            let slack = 1e-6 * max(1, plan.objectiveUSD)
            for step in steps {
                if let objective = step.objectiveUSD { #expect(objective >= plan.objectiveUSD - slack, "seed \(seed)") }
                if let bound = step.boundUSD { #expect(bound <= plan.boundUSD + slack, "seed \(seed)") }
            }
        }
    }
}
