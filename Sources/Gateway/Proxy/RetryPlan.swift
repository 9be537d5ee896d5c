package import FleetModel
package import FleetRouting

/// Whether one request is sent again after an attempt failed. Pure: the exchange tells it what happened and does what it says.
package struct RetryPlan: Equatable, Sendable {
    package enum Failure: Equatable, Sendable {
        /// Nothing of the request was sent.
        case notSent
        /// It was sent, and the connection broke.
        case broken
        /// It was sent, and no response began in time.
        case silent
    }

    package enum Verdict: Equatable, Sendable {
        /// At once: nothing was sent.
        case again
        /// After a rest.
        case againLater
        case giveUp
    }

    /// The request may be executed twice: its method is idempotent, or it asks a model for an answer.
    package var isRepeatable = false
    /// Its bytes are all still held.
    package var isHeld = true
    package var maxAttempts = 1
    package var retryOn = RoutePolicy.Conditions.usual
    /// Times it was sent, in whole or in part.
    package private(set) var sent = 0
    /// Attempts of all kinds.
    package private(set) var attempts = 0
    /// When the last attempt may start; nil before the first failure.
    package private(set) var deadline: Moment?
    private var waits = 0
    private var rests = 0

    package init() {}

    package mutating func noteAttempt() { attempts += 1 }
    package mutating func noteSent() { sent += 1 }
    /// The replica never saw the request: its connection had been closed before.
    package mutating func takeBackSent() { sent -= 1 }

    /// An attempt failed, or none could be made.
    package mutating func fail(_ failure: Failure, window: Duration, now: Moment) -> Verdict {
        start(window: window, now: now)
        guard isHeld, !isOver(now: now) else { return .giveUp }
        switch failure {
        case .notSent: return retryOn.contains(.connectFailure) ? .again : .giveUp
        case .broken: return retryOn.contains(.reset) && maySendAgain ? .againLater : .giveUp
        case .silent: return retryOn.contains(.timeout) && maySendAgain ? .againLater : .giveUp
        }
    }

    private var maySendAgain: Bool { isRepeatable && sent < maxAttempts }

    /// Another workload is asked now: it gets a window and attempts of its own. Attempts already made stay counted.
    package mutating func beginAnew() {
        sent = 0
        deadline = nil
        waits = 0
        rests = 0
    }

    /// The rest before the next repetition: evenly spread over 0 to base × (2ⁿ − 1), at most `longest`, as Envoy's router rests
    /// (its `retry_back_off`). Spread, so that requests that failed together do not come back together.
    /// - Parameter random: 64 random bits.
    package mutating func nextBackOff(base: Duration, longest: Duration, random: UInt64) -> Duration {
        rests += 1
        let ceiling = min(base * ((1 << min(rests, 16)) - 1), longest)
        return ceiling * (Double(random >> 11) * 0x1p-53)
    }

    /// Whether a bad response may be set aside for another attempt.
    package func mayReplaceResponse(now: Moment) -> Bool {
        isRepeatable && isHeld && sent < maxAttempts && !isOver(now: now)
    }

    /// Opens the retry window where it is not open.
    package mutating func start(window: Duration, now: Moment) {
        if deadline == nil { deadline = now.advanced(by: window) }
    }

    package func isOver(now: Moment) -> Bool {
        guard let deadline else { return false }
        return now >= deadline
    }

    /// How long to wait for a replica before the next attempt: doubling, and never beyond the deadline.
    package mutating func nextWait(shortest: Duration, longest: Duration, now: Moment) -> Duration {
        let wait = min(shortest * (1 << min(waits, 10)), longest)
        waits += 1
        guard let deadline else { return wait }
        return min(wait, max(deadline.since(now), .milliseconds(1)))
    }
}
