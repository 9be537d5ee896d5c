import LinearOptimization

extension LinearModel {
    /// How far apart a lower bound may be above its upper one by rounding alone.
    static let crossingTolerance = 1e-9

    /// Whether the bounds of a column or row cross, or a row without columns does not admit 0: infeasible whatever the rest says.
    /// Libraries treat these cases differently (an error, a warning, an answer), so they are settled before one is asked.
    var isContradictory: Bool {
        for column in 0..<columnCount where lower[column] > upper[column] + Self.crossingTolerance { return true }
        for row in 0..<rowCount {
            if rowLower[row] > rowUpper[row] + Self.crossingTolerance { return true }
            if starts[row] == starts[row + 1], rowLower[row] > Self.crossingTolerance || rowUpper[row] < -Self.crossingTolerance {
                return true
            }
        }
        return false
    }

    /// A start is a finite value for every column.
    func validate(start: [Double]?) throws(SolverFailure) {
        guard let start else { return }
        guard start.count == columnCount else {
            throw SolverFailure("the start has \(start.count) values; the model has \(columnCount) columns")
        }
        if let column = start.firstIndex(where: { !$0.isFinite }) {
            throw SolverFailure("the start gives column \(column) the value \(start[column]); it must be a finite number")
        }
    }

    /// The bounds to hand to a library: those that cross by rounding alone made equal, those beyond `Limit.bound` open.
    func libraryBounds(_ lower: [Double], _ upper: [Double], infinity: Double) -> (lower: [Double], upper: [Double]) {
        func open(_ bound: Double) -> Double { abs(bound) >= Limit.bound ? (bound > 0 ? infinity : -infinity) : bound }
        return (lower.map(open), zip(lower, upper).map { open(max($0, $1)) })
    }
}

extension Relaxation {
    static func infeasible(iterations: Int) -> Relaxation {
        Relaxation(status: .infeasible, objective: .infinity, values: [], rowDuals: [], iterations: iterations)
    }
    static func unbounded(iterations: Int) -> Relaxation {
        Relaxation(status: .unbounded, objective: -.infinity, values: [], rowDuals: [], iterations: iterations)
    }
    /// Of a model without columns whose rows all admit 0.
    static func empty(rows: Int) -> Relaxation {
        Relaxation(status: .optimal, objective: 0, values: [], rowDuals: [Double](repeating: 0, count: rows), iterations: 0)
    }
}

extension IntegerSolution {
    static func infeasible(nodes: Int) -> IntegerSolution {
        IntegerSolution(status: .infeasible, objective: .infinity, bound: .infinity, values: [], nodes: nodes, timedOut: false)
    }
    static func unbounded(nodes: Int) -> IntegerSolution {
        IntegerSolution(status: .unbounded, objective: -.infinity, bound: -.infinity, values: [], nodes: nodes, timedOut: false)
    }
    static func none(bound: Double, nodes: Int, timedOut: Bool) -> IntegerSolution {
        IntegerSolution(status: .none, objective: .infinity, bound: bound, values: [], nodes: nodes, timedOut: timedOut)
    }

    /// Of the relaxation of a model that has no integer columns.
    init(_ relaxation: Relaxation, limits: WorkLimits, model: LinearModel) {
        switch relaxation.status {
        case .optimal:
            self.init(
                status: .optimal, found: relaxation.values, bound: relaxation.objective, nodes: 0, timedOut: false, model: model)
        case .infeasible: self = .infeasible(nodes: 0)
        case .unbounded: self = .unbounded(nodes: 0)
        case .stopped:
            let ranOutOfIterations = limits.iterations.map { relaxation.iterations >= $0 } ?? false
            self = .none(
                bound: model.provenBound(rowDuals: relaxation.rowDuals), nodes: 0,
                timedOut: limits.seconds != nil && !ranOutOfIterations)
        }
    }
}
