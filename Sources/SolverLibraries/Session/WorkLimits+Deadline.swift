import LinearOptimization

extension WorkLimits {
    /// The most a library's 32-bit counters hold.
    static let mostCounted = Int(Int32.max)

    /// Fails limits that are no limits.
    func validate() throws(SolverFailure) {
        guard (nodes ?? 0) >= 0, (iterations ?? 0) >= 0 else {
            throw SolverFailure("limits of nodes and iterations are 0 or more, not \(nodes ?? 0) and \(iterations ?? 0)")
        }
        guard relativeGap >= 0, relativeGap < .infinity else {
            throw SolverFailure("the relative gap is \(relativeGap); it must be a number from 0 on, such as 0.01")
        }
        guard seconds.map({ $0 >= 0 }) ?? true else {
            throw SolverFailure("the limit of \(seconds ?? 0) seconds must be a number from 0 on")
        }
    }

    /// By which clock reading to stop; nil where there is no limit that a clock can hold.
    func deadline(from start: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard let seconds, seconds < 1e9 else { return nil }
        return start.advanced(by: .seconds(seconds))
    }
}
