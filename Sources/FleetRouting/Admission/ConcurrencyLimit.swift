package import FleetModel

/// How many requests of a workload an event loop lets run at a time, found from how long they take to begin.
///
/// Netflix's Gradient2 (concurrency-limits, `Gradient2Limit`): the limit moves by the ratio of the long-term to the newest response
/// time, with room for a short queue,
///
///     gradient = max(0.5, min(1, tolerance × long / short))
///     limit ← limit × (1 - smoothing) + (limit × gradient + queue) × smoothing
///
/// Response times are times to the first byte: those of a whole answer say how long it is, not how busy the replicas are.
package struct ConcurrencyLimit: Equatable, Sendable {
    static let smallest = 4.0
    static let largest = 4_096.0
    static let initial = 32.0
    static let tolerance = 1.5
    static let queue = 4.0
    static let smoothing = 0.2
    /// Samples over which the long-term time is averaged.
    static let window = 600.0
    /// Samples averaged plainly before the exponential average begins.
    static let warmUp = 10.0

    private var exact = Self.initial
    private var long = 0.0
    private var count = 0.0

    package init() {}

    package var limit: Int { Int(exact) }

    /// A response began.
    ///
    /// - Parameter inFlight: requests that were running then.
    package mutating func learn(_ time: Duration, inFlight: Int) {
        let short = max(time.milliseconds, 0.001)
        if count < Self.warmUp {
            long = (long * count + short) / (count + 1)
        } else {
            long += (short - long) * 2 / (Self.window + 1)
        }
        count = min(count + 1, Self.window)
        // After a long time under load the average follows down sooner than its window would.
        if long / short > 2 { long *= 0.95 }
        // What is not used says nothing of what could be.
        guard Double(inFlight) >= exact / 2 else { return }
        let gradient = max(0.5, min(1, Self.tolerance * long / short))
        let next = exact * (1 - Self.smoothing) + (exact * gradient + Self.queue) * Self.smoothing
        exact = min(max(next, Self.smallest), Self.largest)
    }

    /// The part of the limit that requests of a priority may fill; critical ones pass it.
    package func allows(_ inFlight: Int, _ priority: Tenant.Priority) -> Bool {
        switch priority {
        case .critical: true
        case .standard: inFlight < limit
        // The last fifth is for those that would not be shed.
        case .sheddable: inFlight < max(1, limit * 4 / 5)
        }
    }
}
