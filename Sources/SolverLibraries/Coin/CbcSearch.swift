import CoinSolvers
import LinearOptimization
import Synchronization

/// One branch and cut by Cbc. A Cbc model is of no use after it was solved, so each search loads its own.
struct CbcSearch {
    /// Cbc reads its options through variables of the whole process, so that two searches at a time would read each other's.
    private static let oneAtATime = Mutex<Void>(())

    private let linear: LinearModel
    private let limits: WorkLimits
    private let start: [Double]?

    init(_ linear: LinearModel, _ limits: WorkLimits, start: [Double]?) {
        (self.linear, self.limits, self.start) = (linear, limits, start)
    }

    func run() throws(SolverFailure) -> IntegerSolution {
        let deadline = limits.deadline(from: .now)
        return try Self.oneAtATime.withLock { (_) throws(SolverFailure) in try search(until: deadline) }
    }

    private func search(until deadline: ContinuousClock.Instant?) throws(SolverFailure) -> IntegerSolution {
        let seconds = deadline.map { (ContinuousClock.now.duration(to: $0)) / .seconds(1) }
        if let seconds, seconds <= 0 { return .none(bound: -.infinity, nodes: 0, timedOut: true) }
        guard let model = Cbc_newModel() else { throw SolverFailure("Cbc could not allocate a model") }
        defer { Cbc_deleteModel(model) }
        load(model)
        set(model, secondsLeft: seconds)
        Cbc_solve(model)
        var answer = try answer(model)
        answer.iterations = max(0, Int(Cbc_getIterationCount(model)))
        return answer
    }

    private func load(_ model: UnsafeMutableRawPointer) {
        let matrix = CompressedColumns(linear)
        let columns = linear.libraryBounds(linear.lower, linear.upper, infinity: .greatestFiniteMagnitude)
        let rows = linear.libraryBounds(linear.rowLower, linear.rowUpper, infinity: .greatestFiniteMagnitude)
        Cbc_loadProblem(
            model, Int32(linear.columnCount), Int32(linear.rowCount), matrix.starts, matrix.rows, matrix.coefficients,
            columns.lower, columns.upper, linear.cost, rows.lower, rows.upper)
        for (column, isInteger) in linear.isInteger.enumerated() where isInteger { Cbc_setInteger(model, Int32(column)) }
        if let start { Cbc_setMIPStartI(model, Int32(start.count), (0..<Int32(start.count)).map { $0 }, start) }
    }

    private func set(_ model: UnsafeMutableRawPointer, secondsLeft: Double?) {
        Cbc_setParameter(model, "log", "0")
        Cbc_setParameter(model, "threads", "0")
        // Cbc 2.10.8's preprocessing loses optima (one in 6,000 small random models; IntegerTests has one).
        Cbc_setParameter(model, "preprocess", "off")
        // Cbc's gap is relative to the larger of objective and bound; where both are negative, that is the bound.
        Cbc_setParameter(model, "ratioGap", "\(limits.relativeGap / (1 + limits.relativeGap))")
        if let nodes = limits.nodes { Cbc_setParameter(model, "maxNodes", "\(min(nodes, WorkLimits.mostCounted))") }
        if let secondsLeft {
            // By the wall clock; Cbc's default is the processor time of all threads.
            Cbc_setParameter(model, "timeMode", "elapsed")
            Cbc_setParameter(model, "sec", "\(secondsLeft)")
        }
    }

    private func answer(_ model: UnsafeMutableRawPointer) throws(SolverFailure) -> IntegerSolution {
        let nodes = Int(Cbc_getNodeCount(model))
        let timedOut = limits.seconds != nil && Cbc_secondaryStatus(model) == 4
        if Cbc_isAbandoned(model) != 0 { throw SolverFailure("Cbc gave up on an integer program for numerical reasons") }
        if let best = Cbc_bestSolution(model) {
            let values = Array(UnsafeBufferPointer(start: best, count: linear.columnCount))
            return IntegerSolution(
                status: Cbc_isProvenOptimal(model) != 0 ? .optimal : .feasible, found: values, bound: bound(model), nodes: nodes,
                timedOut: timedOut, model: linear)
        }
        if Cbc_isContinuousUnbounded(model) != 0 { return .unbounded(nodes: nodes) }
        if Cbc_isProvenInfeasible(model) != 0 { return .infeasible(nodes: nodes) }
        return .none(bound: bound(model), nodes: nodes, timedOut: timedOut)
    }

    /// Cbc says ±1e50 and the like before it has a bound.
    private func bound(_ model: UnsafeMutableRawPointer) -> Double {
        let bound = Cbc_getBestPossibleObjValue(model)
        return abs(bound) < 1e45 ? bound : -.infinity
    }
}
