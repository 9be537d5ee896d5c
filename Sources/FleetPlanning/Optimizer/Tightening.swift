import LinearOptimization
import Synchronization

/// The state of a relaxation: values of all columns, their objective, and a bound that holds whatever the solver's tolerances.
struct RelaxedValues {
    var values: [Double]
    var objective: Double
    /// No integer solution is below.
    var bound: Double
    var rowDuals: [Double]
}

/// Counts work and asks the wall clock, so that a search ends at the same place every time unless time runs out.
final class SearchLimits: Sendable {
    private let secondsLeft: (@Sendable () -> Double)?
    private let hit = Mutex(false)

    init(secondsLeft: (@Sendable () -> Double)?) { self.secondsLeft = secondsLeft }

    var deadlineHit: Bool { hit.withLock { $0 } }

    /// Whether time has run out.
    var expired: Bool {
        if let secondsLeft, secondsLeft() <= 0 { noteTimeOut() }
        return deadlineHit
    }

    /// Limits for one call of the solver.
    func work(nodes: Int? = nil, relativeGap: Double = 1e-6) -> WorkLimits {
        WorkLimits(nodes: nodes, relativeGap: relativeGap, seconds: secondsLeft.map { max(0.01, $0()) })
    }

    func noteTimeOut() { hit.withLock { $0 = true } }
}

extension FleetProgram {
    /// Solves the relaxation, adding conditions until none is broken.
    ///
    /// - Returns: nil where the solver was stopped before it had any answer.
    func relaxed(_ limits: SearchLimits, rounds: Int = 100) throws(SolverFailure) -> RelaxedValues? {
        var last: RelaxedValues?
        for _ in 0..<rounds {
            let answer = try session.relax(limits.work())
            guard answer.status == .optimal else {
                if answer.status == .stopped { limits.noteTimeOut() }
                return last
            }
            // Every row here is a condition of the problem, so the bound of any round is valid.
            let bound = model.provenBound(rowDuals: answer.rowDuals)
            last = RelaxedValues(
                values: answer.values, objective: answer.objective, bound: max(bound, last?.bound ?? -.infinity),
                rowDuals: answer.rowDuals)
            if limits.expired || addBrokenCovers(answer.values) == 0 { return last }
        }
        return last
    }

    /// Strengthens the relaxation by rounding cuts, round by round, while they help.
    func strengthened(
        from start: RelaxedValues, _ limits: SearchLimits, rounds: Int
    ) throws(SolverFailure) -> RelaxedValues {
        var last = start
        for _ in 0..<rounds {
            var added = 0
            for stretch in stretches.indices { added += addRoundingCuts(last.values, stretch: stretch) }
            guard added > 0, !limits.expired, let next = try relaxed(limits) else { return last }
            let gain = next.bound - last.bound
            last = RelaxedValues(
                values: next.values, objective: next.objective, bound: max(last.bound, next.bound), rowDuals: next.rowDuals)
            if gain < 1e-4 * abs(next.bound) { return last }
        }
        return last
    }
}
