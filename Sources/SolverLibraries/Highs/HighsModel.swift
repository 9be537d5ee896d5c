import LinearOptimization

/// One HiGHS object: a loaded model with its options, freed with the value that holds it.
final class HighsModel {
    private let library: HighsLibrary
    private let model: HighsLibrary.Model
    let columnCount: Int

    /// - Parameter keepsIntegrality: whether integer columns are to be integer, or it is the relaxation that is loaded.
    init(_ linear: LinearModel, keepsIntegrality: Bool, library: HighsLibrary) throws(SolverFailure) {
        guard let model = library.create() else { throw SolverFailure("HiGHS could not allocate a model") }
        (self.library, self.model, columnCount) = (library, model, linear.columnCount)
        try set("output_flag", false)
        try set("threads", 1)
        try set("parallel", "off")
        try set("random_seed", 0)
        try load(linear, keepsIntegrality: keepsIntegrality)
    }

    deinit { library.destroy(model) }

    /// The values of highs_c_api.h.
    private enum Constant {
        static let error: Int32 = -1
        static let byRow: Int32 = 2
        static let minimize: Int32 = 1
    }

    private func load(_ linear: LinearModel, keepsIntegrality: Bool) throws(SolverFailure) {
        let columns = linear.libraryBounds(linear.lower, linear.upper, infinity: .infinity)
        let rows = linear.libraryBounds(linear.rowLower, linear.rowUpper, infinity: .infinity)
        let starts = linear.starts.map { Int32($0) }
        let indices = linear.columns.map { Int32($0) }
        let (columnCount, rowCount) = (Int32(linear.columnCount), Int32(linear.rowCount))
        let status =
            keepsIntegrality
            ? library.passInteger(
                model, columnCount, rowCount, Int32(indices.count), Constant.byRow, Constant.minimize, 0, linear.cost,
                columns.lower,
                columns.upper, rows.lower, rows.upper, starts, indices, linear.coefficients, linear.isInteger.map { $0 ? 1 : 0 })
            : library.passLinear(
                model, columnCount, rowCount, Int32(indices.count), Constant.byRow, Constant.minimize, 0, linear.cost,
                columns.lower,
                columns.upper, rows.lower, rows.upper, starts, indices, linear.coefficients)
        try expect(status, "take the model")
    }

    private func expect(_ status: Int32, _ action: String) throws(SolverFailure) {
        if status == Constant.error { throw SolverFailure("HiGHS \(library.version) refused to \(action)") }
    }

    // MARK: Changing

    func set(_ option: String, _ value: Bool) throws(SolverFailure) {
        try expect(library.setBoolOption(model, option, value ? 1 : 0), "set \(option) to \(value)")
    }
    func set(_ option: String, _ value: Int) throws(SolverFailure) {
        try expect(library.setIntOption(model, option, Int32(clamping: value)), "set \(option) to \(value)")
    }
    func set(_ option: String, _ value: Double) throws(SolverFailure) {
        try expect(library.setDoubleOption(model, option, value), "set \(option) to \(value)")
    }
    func set(_ option: String, _ value: String) throws(SolverFailure) {
        try expect(library.setStringOption(model, option, value), "set \(option) to \(value)")
    }

    /// Hands over what changed since the last call.
    func update(_ tracked: TrackedModel) throws(SolverFailure) {
        let linear = tracked.model
        if tracked.firstNewRow < linear.rowCount { try append(rowsFrom: tracked.firstNewRow, of: linear) }
        if tracked.anyColumnBoundsChanged {
            let bounds = linear.libraryBounds(linear.lower, linear.upper, infinity: .infinity)
            try expect(
                library.changeColumnBounds(model, tracked.changedColumnBounds, bounds.lower, bounds.upper), "change column bounds"
            )
        }
        if tracked.anyRowBoundsChanged {
            let bounds = linear.libraryBounds(linear.rowLower, linear.rowUpper, infinity: .infinity)
            try expect(library.changeRowBounds(model, tracked.changedRowBounds, bounds.lower, bounds.upper), "change row bounds")
        }
        if tracked.anyCostChanged { try setCosts(linear.cost, mask: tracked.changedCosts) }
    }

    func setCosts(_ costs: [Double], mask: [Int32]) throws(SolverFailure) {
        try expect(library.changeCosts(model, mask, costs), "change costs")
    }

    private func append(rowsFrom first: Int, of linear: LinearModel) throws(SolverFailure) {
        let bounds = linear.libraryBounds(
            Array(linear.rowLower[first...]), Array(linear.rowUpper[first...]), infinity: .infinity)
        let offset = linear.starts[first]
        try expect(
            library.addRows(
                model, Int32(linear.rowCount - first), bounds.lower, bounds.upper, Int32(linear.columns.count - offset),
                linear.starts[first..<linear.rowCount].map { Int32($0 - offset) }, linear.columns[offset...].map { Int32($0) },
                Array(linear.coefficients[offset...])),
            "add rows")
    }

    func setStart(_ values: [Double]) throws(SolverFailure) {
        try expect(library.setSolution(model, values, nil, nil, nil), "take the starting solution")
    }

    // MARK: Solving

    /// Solves, with the clock that `time_limit` is measured by set back: it counts all runs of the object otherwise.
    ///
    /// - Parameter limits: `nodes` and `relativeGap` only mean something to integer programs.
    func run(_ limits: WorkLimits) throws(SolverFailure) -> HighsOutcome {
        try set("simplex_iteration_limit", limits.iterations ?? WorkLimits.mostCounted)
        try set("time_limit", limits.seconds ?? .infinity)
        try expect(library.zeroAllClocks(model), "set its clock back")
        let status = library.run(model)
        let outcome = library.modelStatus(model)
        guard let known = HighsOutcome(rawValue: outcome), status != Constant.error || known != .unknown else {
            throw SolverFailure("HiGHS \(library.version) failed (run status \(status), model status \(outcome))")
        }
        return known
    }

    /// Forgets basis and solution.
    func forget() throws(SolverFailure) { try expect(library.clearSolver(model), "forget its basis") }

    // MARK: Answers

    func number(_ info: String) throws(SolverFailure) -> Double {
        var value = 0.0
        try expect(library.doubleInfo(model, info, &value), "tell \(info)")
        return value
    }

    func count(_ info: String) throws(SolverFailure) -> Int {
        var value: Int32 = 0
        try expect(library.intInfo(model, info, &value), "tell \(info)")
        return Int(value)
    }

    func longCount(_ info: String) throws(SolverFailure) -> Int {
        var value: Int64 = 0
        try expect(library.longInfo(model, info, &value), "tell \(info)")
        return Int(value)
    }

    func solution(rowCount: Int) throws(SolverFailure) -> (values: [Double], rowDuals: [Double]) {
        var values = [Double](repeating: 0, count: columnCount)
        var columnDuals = values
        var activities = [Double](repeating: 0, count: rowCount)
        var rowDuals = activities
        try expect(library.solution(model, &values, &columnDuals, &activities, &rowDuals), "tell its solution")
        return (values, rowDuals)
    }
}

/// How a run ended (`kHighsModelStatus…` in highs_c_api.h), as far as a run without errors can end.
enum HighsOutcome: Int32 {
    case empty = 6
    case optimal = 7
    case infeasible = 8
    case unboundedOrInfeasible = 9
    case unbounded = 10
    case objectiveBound = 11
    case objectiveTarget = 12
    case timeLimit = 13
    case iterationLimit = 14
    case unknown = 15
    case solutionLimit = 16
    case interrupt = 17
}
