package import FleetModel

/// Limits how much repetition adds to the load of a fleet that fails already: a bucket that requests and time fill. An empty one
/// delays repetitions rather than failing them; the retry window ends the delay.
package struct RetryBudget: Equatable, Sendable {
    private let burst: Double
    private let perSecond: Double
    private let perRequest: Double
    private var balance: Double
    private var filled: Moment

    package init(burst: Double, perSecond: Double, perRequest: Double, now: Moment) {
        self.burst = burst
        self.perSecond = perSecond
        self.perRequest = perRequest
        balance = burst
        filled = now
    }

    /// A request came: it earns its share of a repetition.
    @inline(__always)
    package mutating func earn() { balance = min(burst, balance + perRequest) }

    /// Takes one repetition; false when there is none at hand.
    package mutating func spend(now: Moment) -> Bool {
        balance = min(burst, balance + max(0, now.since(filled).seconds) * perSecond)
        filled = now
        guard balance >= 1 else { return false }
        balance -= 1
        return true
    }
}
