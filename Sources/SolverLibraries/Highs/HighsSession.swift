import LinearOptimization

/// A model whose relaxation stays loaded in HiGHS; an integer program is loaded anew for each search, so that its answer depends
/// on the model and not on what was asked before.
final class HighsSession: SolverSession {
    private var tracked: TrackedModel
    private let library: HighsLibrary
    private let relaxed: HighsModel

    init(_ model: LinearModel, library: HighsLibrary) throws(SolverFailure) {
        tracked = try TrackedModel(model)
        self.library = library
        relaxed = try HighsModel(model, keepsIntegrality: false, library: library)
        try relaxed.set("solver", "simplex")
        // Primal where only costs changed, dual where bounds did: HiGHS sees which of the two has a feasible start.
        try relaxed.set("simplex_strategy", 0)
    }

    func setBounds(_ column: LinearModel.Column, lower: Double, upper: Double) {
        tracked.setBounds(column, lower: lower, upper: upper)
    }
    func setCost(_ column: LinearModel.Column, _ cost: Double) { tracked.setCost(column, cost) }
    func setBounds(_ row: LinearModel.Row, lower: Double, upper: Double) { tracked.setBounds(row, lower: lower, upper: upper) }
    func addRow(lower: Double, upper: Double, _ terms: [LinearModel.Term]) {
        tracked.addRow(lower: lower, upper: upper, terms)
    }

    // MARK: Relaxation

    func relax(_ limits: WorkLimits) throws(SolverFailure) -> Relaxation {
        try limits.validate()
        try tracked.check()
        if tracked.model.isContradictory { return .infeasible(iterations: 0) }
        if tracked.model.columnCount == 0 { return .empty(rows: tracked.model.rowCount) }
        try relaxed.update(tracked)
        tracked.told()

        var outcome = try relaxed.run(limits)
        if outcome == .unknown {
            // A warm start can end in numerical trouble that a cold one avoids.
            try relaxed.forget()
            outcome = try relaxed.run(limits)
        }
        let iterations = max(0, try relaxed.count("simplex_iteration_count"))
        switch outcome {
        case .optimal, .empty: return try relaxation(.optimal, iterations)
        case .infeasible: return .infeasible(iterations: iterations)
        case .unbounded, .unboundedOrInfeasible:
            switch try withoutCosts(tracked.model, integer: false, limits) {
            case .optimal: return .unbounded(iterations: iterations)
            case .infeasible: return .infeasible(iterations: iterations)
            default: return try relaxation(.stopped, iterations)
            }
        case .timeLimit, .iterationLimit, .interrupt, .objectiveBound, .objectiveTarget, .solutionLimit:
            // A run stopped within the presolved model leaves no basis to go on from; without presolve the next one does.
            try relaxed.set("presolve", "off")
            return try relaxation(.stopped, iterations)
        case .unknown:
            throw SolverFailure("HiGHS \(library.version) could not solve a linear program to its tolerances")
        }
    }

    private func relaxation(_ status: Relaxation.Status, _ iterations: Int) throws(SolverFailure) -> Relaxation {
        let solution = try relaxed.solution(rowCount: tracked.model.rowCount)
        return Relaxation(
            status: status, objective: tracked.model.objective(of: solution.values), values: solution.values,
            rowDuals: solution.rowDuals, iterations: iterations)
    }

    /// Tells unbounded from infeasible: without costs nothing is unbounded.
    private func withoutCosts(
        _ model: LinearModel, integer: Bool, _ limits: WorkLimits
    ) throws(SolverFailure) -> HighsOutcome {
        var model = model
        for column in 0..<model.columnCount { model.setCost(LinearModel.Column(column), 0) }
        return try HighsModel(model, keepsIntegrality: integer, library: library).run(limits)
    }

    // MARK: Integer programs

    func solve(_ limits: WorkLimits, start: [Double]?) throws(SolverFailure) -> IntegerSolution {
        try limits.validate()
        try tracked.check()
        let model = tracked.model
        try model.validate(start: start)
        if model.isContradictory { return .infeasible(nodes: 0) }
        guard model.isInteger.contains(true) else {
            return IntegerSolution(try relax(limits), limits: limits, model: model).orBetter(start, model: model)
        }
        return try search(model, limits, start: start).orBetter(start, model: model)
    }

    private func search(_ model: LinearModel, _ limits: WorkLimits, start: [Double]?) throws(SolverFailure) -> IntegerSolution {
        let highs = try HighsModel(model, keepsIntegrality: true, library: library)
        try highs.set("mip_rel_gap", limits.relativeGap)
        // HiGHS counts the root; at 0 it would not even solve that.
        try highs.set("mip_max_nodes", max(1, limits.nodes ?? WorkLimits.mostCounted))
        if let start { try highs.setStart(start) }
        var searchLimits = limits
        searchLimits.iterations = nil
        let outcome = try highs.run(searchLimits)
        let nodes = max(0, try highs.longCount("mip_node_count"))
        switch outcome {
        case .infeasible: return .infeasible(nodes: nodes)
        case .unbounded, .unboundedOrInfeasible:
            switch try withoutCosts(model, integer: true, searchLimits) {
            case .optimal: return .unbounded(nodes: nodes)
            case .infeasible: return .infeasible(nodes: nodes)
            case let stopped: return .none(bound: -.infinity, nodes: nodes, timedOut: stopped == .timeLimit)
            }
        case .empty, .optimal, .objectiveBound, .objectiveTarget, .timeLimit, .iterationLimit, .unknown, .solutionLimit,
            .interrupt:
            var answer = try answer(highs, outcome, model, nodes: nodes)
            answer.iterations = max(0, try highs.count("simplex_iteration_count"))
            return answer
        }
    }

    /// HiGHS's word for a feasible point (`kHighsSolutionStatusFeasible`).
    private static let feasible = 2

    private func answer(
        _ highs: HighsModel, _ outcome: HighsOutcome, _ model: LinearModel, nodes: Int
    ) throws(SolverFailure) -> IntegerSolution {
        let reported = try highs.number("mip_dual_bound")
        let bound = reported.isNaN || abs(reported) >= LinearModel.Limit.bound ? -.infinity : reported
        let timedOut = outcome == .timeLimit
        guard try highs.count("primal_solution_status") == Self.feasible else {
            if outcome == .optimal { throw SolverFailure("HiGHS \(library.version) calls a model optimal without a solution") }
            return .none(bound: bound, nodes: nodes, timedOut: timedOut)
        }
        return IntegerSolution(
            status: outcome == .optimal ? .optimal : .feasible, found: try highs.solution(rowCount: model.rowCount).values,
            bound: bound, nodes: nodes, timedOut: timedOut, model: model)
    }
}
