import LinearOptimization

/// A model whose relaxation stays loaded in Clp; each integer program is loaded anew into Cbc, which cannot be asked twice.
final class CoinSession: SolverSession {
    private var tracked: TrackedModel
    private let simplex: ClpSimplex

    init(_ model: LinearModel) throws(SolverFailure) {
        tracked = try TrackedModel(model)
        simplex = try ClpSimplex(model)
    }

    func setBounds(_ column: LinearModel.Column, lower: Double, upper: Double) {
        tracked.setBounds(column, lower: lower, upper: upper)
    }
    func setCost(_ column: LinearModel.Column, _ cost: Double) { tracked.setCost(column, cost) }
    func setBounds(_ row: LinearModel.Row, lower: Double, upper: Double) { tracked.setBounds(row, lower: lower, upper: upper) }
    func addRow(lower: Double, upper: Double, _ terms: [LinearModel.Term]) {
        tracked.addRow(lower: lower, upper: upper, terms)
    }

    func relax(_ limits: WorkLimits) throws(SolverFailure) -> Relaxation {
        try limits.validate()
        try tracked.check()
        if tracked.model.isContradictory { return .infeasible(iterations: 0) }
        if tracked.model.columnCount == 0 { return .empty(rows: tracked.model.rowCount) }
        simplex.update(tracked)
        tracked.told()
        return try simplex.minimize(tracked.model, limits)
    }

    func solve(_ limits: WorkLimits, start: [Double]?) throws(SolverFailure) -> IntegerSolution {
        try limits.validate()
        try tracked.check()
        let model = tracked.model
        try model.validate(start: start)
        if model.isContradictory { return .infeasible(nodes: 0) }
        guard model.isInteger.contains(true) else {
            let relaxation = try relax(limits)
            return IntegerSolution(relaxation, limits: limits, model: model).orBetter(start, model: model)
        }
        return try CbcSearch(model, limits, start: start).run().orBetter(start, model: model)
    }
}
