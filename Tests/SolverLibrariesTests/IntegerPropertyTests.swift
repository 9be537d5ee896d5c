import LinearOptimization
import SeededCases
import SolverLibraries
import Testing

@Suite("Integer programs against enumeration")
struct IntegerPropertyTests {
    @Test("seeded small models have the optimum that enumeration finds", arguments: TestSolver.here)
    func enumeration(_ solver: TestSolver) throws {
        for seed in 0..<caseCount(perMille: 30) {
            let integers = 3 + Int(seed % 4)
            let model = RandomModels.mixed(
                seed: seed, columns: integers + Int(seed % 2), rows: 1 + Int(seed % 5), integers: integers)
            let answer = try solver.solve(model)
            guard let best = Enumeration(model: model).optimum() else {
                #expect(answer.status == .infeasible, "seed \(seed)")
                #expect(answer.bound == .infinity, "seed \(seed)")
                continue
            }
            #expect(answer.status == .optimal, "seed \(seed)")
            #expect(isClose(answer.objective, best, tolerance: 1e-5), "seed \(seed): \(answer.objective), not \(best)")
            #expect(answer.bound <= best + 1e-5, "seed \(seed)")
            #expect(answer.bound >= best - 1e-4, "seed \(seed)")
            #expect(model.violation(of: answer.values) < 1e-5, "seed \(seed)")
        }
    }

    @Test("whatever limit stops it, the bound is below the optimum and the objective above", arguments: TestSolver.here)
    func boundsUnderLimits(_ solver: TestSolver) throws {
        for seed in 0..<caseCount(perMille: 3) {
            let model = RandomModels.mixed(seed: 5_000 + seed, columns: 7, rows: 4, integers: 7)
            let best = Enumeration(model: model).optimum() ?? .infinity
            for limits in [
                WorkLimits(nodes: 0), WorkLimits(nodes: 1), WorkLimits(nodes: 5), WorkLimits(relativeGap: 0.5),
                WorkLimits(seconds: 0), WorkLimits(nodes: 0, relativeGap: 1),
            ] {
                let answer = try solver.solve(model, limits)
                #expect(answer.bound <= best + 1e-5, "seed \(seed), \(limits)")
                #expect(answer.objective >= best - 1e-5, "seed \(seed), \(limits)")
                #expect(answer.values.isEmpty || model.violation(of: answer.values) < 1e-6, "seed \(seed), \(limits)")
                if answer.status == .optimal {
                    let gap = answer.objective - answer.bound
                    #expect(gap <= limits.relativeGap * abs(answer.objective) + 1e-4, "seed \(seed), \(limits)")
                }
            }
        }
    }
}
