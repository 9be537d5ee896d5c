import FleetPlanning
import PlanningProofs
import SeededCases
import SolverLibraries
import Testing

/// The judge is judged: the direct formulation against trying every purchase, and its plans against the checker.
@Suite("Direct formulation")
struct DirectFormulationTests {
    @Test("finds the optimum that trying every purchase finds")
    func againstBruteForce() throws {
        for seed in 0..<caseCount(perMille: 8) {
            let problem = RandomFleets.problem(seed: seed, size: .enumerable)
            let brute = try #require(BruteForce(problem), "seed \(seed)")
            let direct = try #require(try DirectOptimum.of(problem, solver: CoinSolver()), "seed \(seed)")
            #expect(direct.missingReplicas == brute.missingReplicas, "seed \(seed)")
            let slack = 1e-6 * max(1, brute.objectiveUSD)
            #expect(abs(direct.plan.objectiveUSD - brute.objectiveUSD) <= slack, "seed \(seed)")
            #expect(PlanChecker.findings(problem, direct.plan) == [], "seed \(seed)")
        }
    }

    @Test("its plans break no constraint", arguments: [RandomFleets.Size.tiny, .small])
    func plansAreSound(size: RandomFleets.Size) throws {
        for seed in 0..<caseCount(perMille: 3) {
            let problem = RandomFleets.problem(seed: seed, size: size)
            let direct = try DirectOptimum.of(problem, solver: CoinSolver(), nodes: 2_000, relativeGap: 0.01)
            guard let direct else { continue }
            #expect(PlanChecker.findings(problem, direct.plan) == [], "seed \(seed), \(size)")
        }
    }
}
