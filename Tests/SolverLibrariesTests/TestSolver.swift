import LinearOptimization
import SolverLibraries
import Testing

/// The solvers every property of the port is tested with.
struct TestSolver: Sendable, CustomTestStringConvertible {
    let solver: any LinearSolver
    var testDescription: String { solver.name }

    static let cbc = TestSolver(solver: CoinSolver())
    /// HiGHS, or why it is missing.
    static let highs = Result<TestSolver, SolverFailure> { () throws(SolverFailure) in TestSolver(solver: try HighsSolver()) }

    static let here: [TestSolver] = [cbc] + [try? highs.get()].compactMap { $0 }

    static let highsIsHere: Bool = (try? highs.get()) != nil
    static let highsReason: Comment = {
        if case .failure(let failure) = highs { return Comment(rawValue: failure.description) }
        return "HiGHS is here"
    }()

    func relax(_ model: LinearModel, _ limits: WorkLimits = WorkLimits()) throws -> Relaxation {
        try solver.session(for: model).relax(limits)
    }

    func solve(_ model: LinearModel, _ limits: WorkLimits = WorkLimits(), start: [Double]? = nil) throws -> IntegerSolution {
        try solver.session(for: model).solve(limits, start: start)
    }
}

func isClose(_ one: Double, _ other: Double, tolerance: Double = 1e-6) -> Bool {
    one == other || abs(one - other) <= tolerance * max(1, abs(one), abs(other))
}

func areClose(_ ones: [Double], _ others: [Double], tolerance: Double = 1e-6) -> Bool {
    ones.count == others.count && zip(ones, others).allSatisfy { isClose($0, $1, tolerance: tolerance) }
}
