import FleetPlanning
import LinearOptimization
import SolverLibraries
import Testing

/// A solver that is here: CBC always, HiGHS where its library is.
struct TestedSolver: Sendable, CustomTestStringConvertible {
    let solver: any LinearSolver
    var testDescription: String { solver.name }

    static let all: [TestedSolver] = [SolverChoice.cbc, .highs].compactMap { choice in
        (try? choice.resolve()).map { TestedSolver(solver: $0.solver) }
    }

    /// A plan with its reasons, as a person gets it.
    func plan(_ problem: PlanningProblem, effort: PlanningEffort = PlanningEffort()) throws -> Plan {
        PlanExplanation(problem: problem).explaining(try Planner(solver: solver, effort: effort).plan(problem))
    }
}

extension Plan {
    /// Without the one figure that may differ between two runs.
    var untimed: Plan {
        var plan = self
        plan.solveSeconds = 0
        return plan
    }

    var missingReplicas: Int { violations.reduce(0) { $0 + $1.missingReplicas } }
}
