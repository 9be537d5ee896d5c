import ClpWallClock
import CoinSolvers
import LinearOptimization

/// A linear program held by Clp, which keeps its basis from one solve to the next.
final class ClpSimplex {
    private let model: UnsafeMutableRawPointer
    /// Before the first solve there is no basis to start from.
    private var isCold = true
    /// What changed since the last optimal basis decides which simplex method still has a feasible start.
    private var boundsMoved = true

    init(_ linear: LinearModel) throws(SolverFailure) {
        guard let model = Clp_newModel() else { throw SolverFailure("Clp could not allocate a model") }
        self.model = model
        let matrix = CompressedColumns(linear)
        let columns = linear.libraryBounds(linear.lower, linear.upper, infinity: .greatestFiniteMagnitude)
        let rows = linear.libraryBounds(linear.rowLower, linear.rowUpper, infinity: .greatestFiniteMagnitude)
        Clp_setLogLevel(model, 0)
        Clp_loadProblem(
            model, Int32(linear.columnCount), Int32(linear.rowCount), matrix.starts, matrix.rows, matrix.coefficients,
            columns.lower, columns.upper, linear.cost, rows.lower, rows.upper)
    }

    deinit { Clp_deleteModel(model) }

    /// Hands over what changed since the last call.
    func update(_ tracked: TrackedModel) {
        let linear = tracked.model
        if tracked.firstNewRow < linear.rowCount { append(rowsFrom: tracked.firstNewRow, of: linear) }
        if tracked.anyColumnBoundsChanged {
            let bounds = linear.libraryBounds(linear.lower, linear.upper, infinity: .greatestFiniteMagnitude)
            Clp_chgColumnLower(model, bounds.lower)
            Clp_chgColumnUpper(model, bounds.upper)
            boundsMoved = true
        }
        if tracked.anyRowBoundsChanged {
            let bounds = linear.libraryBounds(linear.rowLower, linear.rowUpper, infinity: .greatestFiniteMagnitude)
            Clp_chgRowLower(model, bounds.lower)
            Clp_chgRowUpper(model, bounds.upper)
            boundsMoved = true
        }
        if tracked.anyCostChanged { Clp_chgObjCoefficients(model, linear.cost) }
    }

    private func append(rowsFrom first: Int, of linear: LinearModel) {
        let bounds = linear.libraryBounds(
            Array(linear.rowLower[first...]), Array(linear.rowUpper[first...]), infinity: .greatestFiniteMagnitude)
        let offset = linear.starts[first]
        Clp_addRows(
            model, Int32(linear.rowCount - first), bounds.lower, bounds.upper,
            linear.starts[first...].map { Int32($0 - offset) }, linear.columns[offset...].map { Int32($0) },
            Array(linear.coefficients[offset...]))
        boundsMoved = true
    }

    /// Clp's statuses (Clp_C_Interface.h, `Clp_status`).
    private enum Outcome: Int32 {
        case optimal = 0
        case primalInfeasible = 1
        case dualInfeasible = 2
        case stopped = 3
    }

    func minimize(_ linear: LinearModel, _ limits: WorkLimits) throws(SolverFailure) -> Relaxation {
        if limits.seconds == 0 { return relaxation(.stopped, linear, 0) }
        Clp_setMaximumIterations(model, Int32(clamping: limits.iterations ?? WorkLimits.mostCounted))
        ClpWallClock_setMaximumSeconds(model, limits.seconds ?? -1)
        var iterations = 0
        switch try run(&iterations) {
        case .optimal:
            boundsMoved = false
            return relaxation(.optimal, linear, iterations)
        case .primalInfeasible: return .infeasible(iterations: iterations)
        case .dualInfeasible:
            switch try runWithoutCosts(linear, &iterations) {
            case .optimal: return .unbounded(iterations: iterations)
            case .stopped: return relaxation(.stopped, linear, iterations)
            case .primalInfeasible, .dualInfeasible: return .infeasible(iterations: iterations)
            }
        case .stopped: return relaxation(.stopped, linear, iterations)
        }
    }

    private func run(_ iterations: inout Int) throws(SolverFailure) -> Outcome {
        step()
        iterations += Int(Clp_numberIterations(model))
        var outcome = Outcome(rawValue: Clp_status(model))
        if outcome == nil || (outcome == .optimal && Clp_secondaryStatus(model) > 1) { outcome = withoutScaling(&iterations) }
        guard let outcome else {
            throw SolverFailure("Clp gave up on a linear program for numerical reasons (status \(Clp_status(model)))")
        }
        return outcome
    }

    private func step() {
        if isCold {
            isCold = false
            Clp_initialSolve(model)
        } else if boundsMoved {
            Clp_dual(model, 0)
        } else {
            Clp_primal(model, 0)
        }
    }

    /// Where only the scaled problem was optimal, or Clp gave up: once more with the numbers as they are.
    private func withoutScaling(_ iterations: inout Int) -> Outcome? {
        let mode = Clp_scalingFlag(model)
        Clp_scaling(model, 0)
        defer { Clp_scaling(model, mode) }
        Clp_primal(model, 0)
        iterations += Int(Clp_numberIterations(model))
        return Outcome(rawValue: Clp_status(model))
    }

    /// Dual infeasibility alone does not tell unbounded from infeasible; without costs nothing is unbounded.
    private func runWithoutCosts(_ linear: LinearModel, _ iterations: inout Int) throws(SolverFailure) -> Outcome {
        Clp_chgObjCoefficients(model, [Double](repeating: 0, count: linear.columnCount))
        boundsMoved = false
        defer {
            Clp_chgObjCoefficients(model, linear.cost)
            boundsMoved = true
        }
        return try run(&iterations)
    }

    private func relaxation(_ status: Relaxation.Status, _ linear: LinearModel, _ iterations: Int) -> Relaxation {
        let values = Array(UnsafeBufferPointer(start: Clp_primalColumnSolution(model), count: linear.columnCount))
        return Relaxation(
            status: status, objective: linear.objective(of: values), values: values,
            rowDuals: Array(UnsafeBufferPointer(start: Clp_dualRowSolution(model), count: linear.rowCount)),
            iterations: iterations)
    }
}
