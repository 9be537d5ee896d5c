import FleetModel

/// Whether anybody asks for a workload, and since when nobody has.
struct IdleWatch: Equatable {
    /// Fewer requests per second are the rest of a smoothed rate, not a request: of one request it is passed within half a
    /// minute.
    static let stillness = 0.01

    private var busy: Moment?

    /// What somebody missed telling is taken for a request. Returns how long nobody has asked.
    mutating func observe(_ signals: WorkloadSignals, now: Moment) -> Duration {
        let isQuiet =
            !Self.isAsked(signals) && signals.arrivals.isComplete && signals.concurrency.isComplete
            && signals.arrivals.sources > 0
        guard isQuiet, let busy else {
            busy = now
            return .zero
        }
        return now.since(busy)
    }

    /// Whether a request is known of: what wakes a workload without replicas.
    static func isAsked(_ signals: WorkloadSignals) -> Bool {
        signals.waitingForFirst > 0 || signals.queued.sum > 0 || signals.concurrency.sum > 0
            || signals.arrivals.sum >= stillness
    }
}
