import LinearOptimization

extension IntegerSolution {
    /// How far a starting solution may miss a bound and still count as one: the libraries' own tolerance.
    static let startTolerance = 1e-6

    /// An answer from what a library found: integer columns at their nearest integers, the objective recomputed from the values,
    /// and the bound never above it (rounding alone can put it there).
    init(status: Status, found values: [Double], bound: Double, nodes: Int, timedOut: Bool, model: LinearModel) {
        let values = zip(values, model.isInteger).map { $1 ? $0.rounded() : $0 }
        let objective = model.objective(of: values)
        self.init(
            status: status, objective: objective, bound: min(bound, objective), values: values, nodes: nodes, timedOut: timedOut)
    }

    /// The start instead, where it is feasible and the library found nothing better: a limit never makes a caller poorer.
    func orBetter(_ start: [Double]?, model: LinearModel) -> IntegerSolution {
        guard let start, status != .unbounded, model.violation(of: start) <= Self.startTolerance else { return self }
        let startObjective = model.objective(of: start)
        guard values.isEmpty || startObjective < objective else { return self }
        // Feasible within tolerance, infeasible without: the library's bound says nothing about the start.
        var better = IntegerSolution(
            status: status == .optimal ? .optimal : .feasible, found: start, bound: status == .infeasible ? -.infinity : bound,
            nodes: nodes, timedOut: timedOut, model: model)
        better.iterations = iterations
        return better
    }
}
