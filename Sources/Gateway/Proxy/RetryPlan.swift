package import FleetModel

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
        case again
        case giveUp
    }

    /// The request may be executed twice: its method is idempotent, or it asks a model for an answer.
    package var isRepeatable = false
    /// Its bytes are all still held.
    package var isHeld = true
    package var maxAttempts = 1
    /// Times it was sent, in whole or in part.
    package private(set) var sent = 0
    /// Attempts of all kinds.
    package private(set) var attempts = 0
    /// When the last attempt may start; nil before the first failure.
    package private(set) var deadline: Moment?
    private var waits = 0

    package init() {}

    package mutating func noteAttempt() { attempts += 1 }
    package mutating func noteSent() { sent += 1 }
    /// The replica never saw the request: its connection had been closed before.
    package mutating func takeBackSent() { sent -= 1 }

    /// An attempt failed, or none could be made.
    package mutating func fail(_ failure: Failure, window: Duration, now: Moment) -> Verdict {
        start(window: window, now: now)
        guard isHeld, !isOver(now: now) else { return .giveUp }
        if failure == .notSent { return .again }
        return isRepeatable && sent < maxAttempts ? .again : .giveUp
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
