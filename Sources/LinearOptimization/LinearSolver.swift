/// A solver of linear and mixed-integer programs: the port behind which a C library stands. Same model, same limits, same answer.
package protocol LinearSolver: Sendable {
    /// Name and version, such as `HiGHS 1.11.0`.
    var name: String { get }

    /// Whether bounds of integer searches may be believed. Where not, only linear relaxations bound: theirs are recomputed from duals.
    var provesIntegerOptima: Bool { get }

    /// Loads a model. A session is used by one thread at a time; different sessions may run at the same time.
    func session(for model: LinearModel) throws(SolverFailure) -> any SolverSession
}

/// One model in a solver, which keeps its last basis: solving again after a change starts from there.
package protocol SolverSession: AnyObject {
    func setBounds(_ column: LinearModel.Column, lower: Double, upper: Double)
    func setCost(_ column: LinearModel.Column, _ cost: Double)
    func setBounds(_ row: LinearModel.Row, lower: Double, upper: Double)
    /// Appends a row; its index is the number of rows before.
    func addRow(lower: Double, upper: Double, _ terms: [LinearModel.Term])

    /// Solves without the integrality of columns.
    func relax(_ limits: WorkLimits) throws(SolverFailure) -> Relaxation

    /// Solves with integrality.
    ///
    /// - Parameter start: a value for every column, where a good solution is known.
    func solve(_ limits: WorkLimits, start: [Double]?) throws(SolverFailure) -> IntegerSolution
}

/// When a solver stops. Counted work stops it at the same place every time; seconds are there only to abort.
package struct WorkLimits: Equatable, Sendable {
    /// Branch-and-bound nodes; 0 is the root with its cuts and heuristics. A library may finish a dive beyond the limit.
    package var nodes: Int?
    /// Simplex iterations of one relaxation.
    package var iterations: Int?
    /// Stop when (objective − bound) / |objective| is no more.
    package var relativeGap: Double
    /// Abort after this many seconds of wall clock.
    package var seconds: Double?

    package init(nodes: Int? = nil, iterations: Int? = nil, relativeGap: Double = 1e-6, seconds: Double? = nil) {
        self.nodes = nodes
        self.iterations = iterations
        self.relativeGap = relativeGap
        self.seconds = seconds
    }
}

package struct Relaxation: Equatable, Sendable {
    package enum Status: Equatable, Sendable {
        case optimal, infeasible, unbounded
        /// A limit of work or time was reached.
        case stopped
    }

    package var status: Status
    package var objective: Double
    /// By column.
    package var values: [Double]
    /// By row: the change of the objective per unit of the row's active side (≥ 0 for a lower side when minimising).
    package var rowDuals: [Double]
    package var iterations: Int

    package init(status: Status, objective: Double, values: [Double], rowDuals: [Double], iterations: Int) {
        self.status = status
        self.objective = objective
        self.values = values
        self.rowDuals = rowDuals
        self.iterations = iterations
    }
}

package struct IntegerSolution: Equatable, Sendable {
    package enum Status: Equatable, Sendable {
        /// Proven within the gap asked for.
        case optimal
        /// A limit was reached with a solution at hand.
        case feasible
        case infeasible, unbounded
        /// A limit was reached before any solution was found.
        case none
    }

    package var status: Status
    package var objective: Double
    /// No solution is below.
    package var bound: Double
    /// By column; empty where there is no solution.
    package var values: [Double]
    package var nodes: Int
    /// Simplex iterations of all relaxations; 0 where the library does not tell.
    package var iterations = 0
    /// Whether the wall clock ended it.
    package var timedOut: Bool

    package init(
        status: Status, objective: Double, bound: Double, values: [Double], nodes: Int, timedOut: Bool
    ) {
        self.status = status
        self.objective = objective
        self.bound = bound
        self.values = values
        self.nodes = nodes
        self.timedOut = timedOut
    }
}

/// The library refused or failed; not that a model has no solution, which is an answer.
package struct SolverFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
