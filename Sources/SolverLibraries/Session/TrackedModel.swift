import LinearOptimization

/// A session's own copy of its model, with what the library behind it has not been told yet.
///
/// Changes are collected here and handed over in one call before the next solve, because libraries move their whole matrix for
/// each row they are given. A change that makes no sense is kept as a fault and thrown by that solve.
struct TrackedModel {
    private(set) var model: LinearModel
    /// 1 for a column or row whose bounds or cost changed since `told()`, else 0.
    private(set) var changedColumnBounds: [Int32]
    private(set) var changedCosts: [Int32]
    private(set) var changedRowBounds: [Int32]
    private(set) var anyColumnBoundsChanged = false
    private(set) var anyCostChanged = false
    private(set) var anyRowBoundsChanged = false
    /// Rows from this one on are unknown to the library.
    private(set) var firstNewRow: Int
    /// By column, the last row it appeared in.
    private var lastRow: [Int]
    private var fault: SolverFailure?

    init(_ model: LinearModel) throws(SolverFailure) {
        try model.validate()
        self.model = model
        changedColumnBounds = [Int32](repeating: 0, count: model.columnCount)
        changedCosts = changedColumnBounds
        changedRowBounds = [Int32](repeating: 0, count: model.rowCount)
        firstNewRow = model.rowCount
        lastRow = [Int](repeating: -1, count: model.columnCount)
    }

    mutating func setBounds(_ column: LinearModel.Column, lower: Double, upper: Double) {
        let index = column.index
        guard model.lower[index] != lower || model.upper[index] != upper else { return }
        model.setBounds(column, lower: lower, upper: upper)
        changedColumnBounds[index] = 1
        anyColumnBoundsChanged = true
        noteFault { (model) throws(SolverFailure) in try model.validateColumn(index) }
    }

    mutating func setCost(_ column: LinearModel.Column, _ cost: Double) {
        let index = column.index
        guard model.cost[index] != cost else { return }
        model.setCost(column, cost)
        changedCosts[index] = 1
        anyCostChanged = true
        noteFault { (model) throws(SolverFailure) in try model.validateColumn(index) }
    }

    mutating func setBounds(_ row: LinearModel.Row, lower: Double, upper: Double) {
        let index = row.index
        guard model.rowLower[index] != lower || model.rowUpper[index] != upper else { return }
        model.setBounds(row, lower: lower, upper: upper)
        changedRowBounds[index] = 1
        anyRowBoundsChanged = anyRowBoundsChanged || index < firstNewRow
        noteFault { (model) throws(SolverFailure) in try model.validateRowBounds(index) }
    }

    mutating func addRow(lower: Double, upper: Double, _ terms: [LinearModel.Term]) {
        let row = model.addRow(lower: lower, upper: upper, terms)
        changedRowBounds.append(0)
        do {
            try model.validateRow(row.index, lastRow: &lastRow)
        } catch {
            fault = fault ?? error
        }
    }

    private mutating func noteFault(_ check: (LinearModel) throws(SolverFailure) -> Void) {
        do {
            try check(model)
        } catch {
            fault = fault ?? error
        }
    }

    /// Throws the first change that made no sense; from then on the session is of no use.
    func check() throws(SolverFailure) {
        if let fault { throw fault }
        guard model.rowCount <= LinearModel.Limit.entries, model.columns.count <= LinearModel.Limit.entries else {
            throw SolverFailure("the model has grown beyond \(LinearModel.Limit.entries) rows or terms")
        }
    }

    /// The library has been told everything.
    mutating func told() {
        if anyColumnBoundsChanged { changedColumnBounds = [Int32](repeating: 0, count: model.columnCount) }
        if anyCostChanged { changedCosts = [Int32](repeating: 0, count: model.columnCount) }
        if changedRowBounds.contains(1) { changedRowBounds = [Int32](repeating: 0, count: model.rowCount) }
        (anyColumnBoundsChanged, anyCostChanged, anyRowBoundsChanged) = (false, false, false)
        firstNewRow = model.rowCount
    }
}
