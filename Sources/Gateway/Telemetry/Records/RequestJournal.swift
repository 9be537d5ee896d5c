import FleetModel
import FleetRouting

/// The record of the request under way on one connection. Made once per connection where requests are recorded at all.
final class RequestJournal {
    var record = RequestRecord()
    /// The attempt the exchange follows; -1 before the first.
    private(set) var current = -1
    /// The request has been begun and not yet ended.
    private(set) var isOpen = false
    private var failure: LoopCounters.UpstreamFailure?

    func open() {
        record.reset()
        current = -1
        failure = nil
        isOpen = true
    }

    func close() { isOpen = false }

    // MARK: Attempts

    /// - Returns: its position, for a hedge to be followed by.
    @discardableResult
    func began(_ entry: ReplicaEntry, _ reason: RoutingReason, now: Moment, span: UInt64) -> Int {
        record.attemptCount += 1
        if record.attempts.count == RequestRecord.attemptLimit { record.attempts.removeLast() }
        var attempt = AttemptRecord(replica: entry, reason: reason, startedAt: now)
        attempt.spanID = span
        record.attempts.append(attempt)
        if reason != .hedge { current = record.attempts.count - 1 }
        failure = nil
        return record.attempts.count - 1
    }

    func sent(_ position: Int, now: Moment) {
        if record.attempts.indices.contains(position) { record.attempts[position].sentAt = now }
    }

    func answered(status: Int, now: Moment) {
        guard record.attempts.indices.contains(current) else { return }
        record.attempts[current].firstByteAt = now
        record.attempts[current].status = status
    }

    /// The attempt failed so; ``ended(now:)`` follows.
    func failed(_ kind: LoopCounters.UpstreamFailure) { failure = kind }

    func ended(now: Moment) {
        guard record.attempts.indices.contains(current) else { return }
        let hasAnswer = record.attempts[current].status > 0
        end(current, failure.map(AttemptRecord.Outcome.init) ?? (hasAnswer ? .answered : .cancelled), now: now)
        failure = nil
    }

    /// The hedge is what the exchange follows now: the first attempt was outpaced, or has failed before.
    func adopted(_ position: Int, now: Moment) {
        if record.attempts.indices.contains(current), record.attempts[current].outcome == .cancelled {
            record.attempts[current].outcome = .outpaced
        }
        current = position
    }

    /// A hedge ended that was never followed.
    func dropped(_ position: Int, isFailure: Bool, now: Moment) {
        end(position, isFailure ? .broken : .cancelled, now: now)
    }

    private func end(_ position: Int, _ outcome: AttemptRecord.Outcome, now: Moment) {
        guard record.attempts.indices.contains(position), record.attempts[position].endedAt == nil else { return }
        record.attempts[position].endedAt = now
        record.attempts[position].outcome = outcome
    }
}
