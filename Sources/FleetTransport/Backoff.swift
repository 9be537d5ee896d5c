/// How long to wait before trying again: doubling from `initial` to `maximum`, with the upper half of each wait random so that
/// many waiters do not return at once ("equal jitter", AWS Architecture Blog, Exponential Backoff And Jitter, 2015).
package struct Backoff: Sendable, Equatable {
    package let initial: Duration
    package let maximum: Duration
    private var current: Duration

    package init(initial: Duration, maximum: Duration) {
        precondition(initial > .zero && maximum >= initial, "a back-off grows from a positive wait")
        self.initial = initial
        self.maximum = maximum
        current = initial
    }

    /// The next wait. `jitter` is uniform in 0..<1.
    package mutating func next(jitter: Double) -> Duration {
        precondition((0..<1).contains(jitter), "jitter lies in 0..<1")
        let wait = current
        current = min(maximum, current * 2)
        return wait / 2 + wait / 2 * jitter
    }

    /// After a success the waits start small again.
    package mutating func reset() { current = initial }
}
