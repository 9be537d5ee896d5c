package import FleetModel

/// A moving average that jumps to every peak and forgets it slowly: Peak EWMA, as Finagle's `PeakEwma` load metric has it.
///
/// A sample above the average replaces it; one below is averaged in with weight 1 − e^(−Δt/τ). Reading it decays it alike, so
/// that a replica that was slow once is tried again. What is averaged is the time to the first token: the total time of a
/// generation says how long its answer was, not how busy the replica is.
package struct PeakResponseTime: Equatable, Sendable {
    /// τ: Finagle's default `decayTime`.
    package static let decay = Duration.seconds(10)
    /// The cost of a replica that has requests in flight and never answered: behind every one that did.
    package static let penalty = 1e12

    private var average = 0.0
    private var moved = Moment.origin

    package init() {}

    package mutating func observe(_ sample: Duration, at now: Moment) {
        let value = max(sample.milliseconds, 0)
        let weight = factor(at: now)
        average = value > average ? value : average * weight + value * (1 - weight)
        moved = max(moved, now)
    }

    /// The average, decayed to `now`, milliseconds; 0 before the first sample.
    package func milliseconds(at now: Moment) -> Double { average == 0 ? 0 : average * factor(at: now) }

    /// What one more request is expected to cost; lower is better.
    package func cost(inFlight: Int, at now: Moment) -> Double {
        guard average > 0 else { return inFlight > 0 ? Self.penalty + Double(inFlight) : 0 }
        return milliseconds(at: now) * Double(inFlight + 1)
    }

    private func factor(at now: Moment) -> Double {
        ExponentialDecay.factor(Double(now.nanoseconds - moved.nanoseconds) / Self.decayNanoseconds)
    }

    private static let decayNanoseconds = decay.seconds * 1e9
}
