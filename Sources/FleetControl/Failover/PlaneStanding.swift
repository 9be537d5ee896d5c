package import FleetModel

/// Where one plane stands with the fleet: a state machine over the outcomes of its ballots.
///
/// serving → (lost for the whole down time) → failed → (seen for the whole hold) → returning → (its replicas are ready) →
/// serving. A ballot without an outcome starts every such time anew: nothing is concluded from not knowing. The hold doubles
/// with each failure that follows another one soon.
package struct PlaneStanding: Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        /// `lostSince`: a majority has lost it since then.
        case serving(lostSince: Moment?)
        /// Its capacity counts for nothing. `seenSince`: a majority sees it again since then.
        case failed(lostSince: Moment, seenSince: Moment?)
        /// It is given work again; others still come first.
        case returning(since: Moment, lostSince: Moment?)
    }

    package enum Change: Equatable, Sendable {
        /// `lostSince`: when it was last all right, as far as anybody knows.
        case failed(lostSince: Moment)
        /// `after`: how long it had to be seen.
        case returned(after: Duration)
        case resumed
    }

    package private(set) var phase = Phase.serving(lostSince: nil)
    /// Failures of which each followed the one before within the policy's memory.
    package private(set) var failures = 0
    private var failedAt: Moment?

    package init() {}

    /// - Parameters:
    ///   - isNeeded: no other plane is left: a failed one that is seen returns without the hold.
    ///   - lastHeard: when the plane was last heard of by anybody; the loss is counted from there.
    ///   - isComplete: every replica it should have is ready.
    package mutating func take(
        _ outcome: PlaneBallot.Outcome, isNeeded: Bool = false, lastHeard: Moment?, isComplete: Bool, policy: FailoverPolicy,
        now: Moment
    ) -> Change? {
        switch phase {
        case .serving(let lostSince):
            guard let since = doubt(outcome, lostSince, now: now) else {
                phase = .serving(lostSince: nil)
                return nil
            }
            phase = .serving(lostSince: since)
            return now.since(since) >= policy.downTime ? fail(since, lastHeard, policy: policy, now: now) : nil
        case .failed(let lostSince, let seenSince):
            guard outcome == .seen else {
                phase = .failed(lostSince: lostSince, seenSince: nil)
                return nil
            }
            let since = seenSince ?? now
            phase = .failed(lostSince: lostSince, seenSince: since)
            let hold = isNeeded ? .zero : policy.hold(failures: failures)
            guard now.since(since) >= hold else { return nil }
            phase = .returning(since: now, lostSince: nil)
            return .returned(after: hold)
        case .returning(let begun, let lostSince):
            if let since = doubt(outcome, lostSince, now: now) {
                phase = .returning(since: begun, lostSince: since)
                return now.since(since) >= policy.downTime ? fail(since, lastHeard, policy: policy, now: now) : nil
            }
            phase = .returning(since: begun, lostSince: nil)
            let isSettled = isComplete && now.since(begun) >= Handover.settling
            guard isSettled || now.since(begun) >= policy.patience else { return nil }
            phase = .serving(lostSince: nil)
            return .resumed
        }
    }

    /// Since when a majority has lost it without a break.
    private func doubt(_ outcome: PlaneBallot.Outcome, _ since: Moment?, now: Moment) -> Moment? {
        outcome == .lost ? since ?? now : nil
    }

    private mutating func fail(_ since: Moment, _ lastHeard: Moment?, policy: FailoverPolicy, now: Moment) -> Change {
        let lostSince = min(since, lastHeard ?? since)
        if let failedAt, now.since(failedAt) <= policy.memory { failures += 1 } else { failures = 1 }
        failedAt = now
        phase = .failed(lostSince: lostSince, seenSince: nil)
        return .failed(lostSince: lostSince)
    }

    // MARK: Across processes

    /// What is kept of it; nil where nothing happened to it lately.
    func kept(as plane: PlaneName, because: String?, policy: FailoverPolicy, now: Moment) -> ControllerMemory.Plane? {
        let failedAgo = failedAt.map { now.since($0) }
        var kept = ControllerMemory.Plane(
            plane: plane, phase: .serving, failures: failures, failedSecondsAgo: failedAgo?.inSeconds)
        switch phase {
        case .serving: guard let failedAgo, failedAgo <= policy.memory else { return nil }
        case .failed(let lostSince, let seenSince):
            kept.phase = .failed
            kept.lostSeconds = now.since(lostSince).inSeconds
            kept.seenSeconds = seenSince.map { now.since($0).inSeconds }
            kept.because = because
        case .returning(let since, _):
            kept.phase = .returning
            kept.returningSeconds = now.since(since).inSeconds
        }
        return kept
    }

    /// What was kept, as if nothing had been heard since.
    ///
    /// - Parameter away: between the two processes.
    init(_ kept: ControllerMemory.Plane, away: Duration, now: Moment) {
        failures = min(max(0, kept.failures), 1_000)
        failedAt = kept.failedSecondsAgo.map { now.ago($0, and: away) }
        switch kept.phase {
        case .serving: phase = .serving(lostSince: nil)
        case .failed:
            phase = .failed(
                lostSince: now.ago(kept.lostSeconds ?? 0, and: away), seenSince: kept.seenSeconds.map { now.ago($0) })
        case .returning: phase = .returning(since: now.ago(kept.returningSeconds ?? 0), lostSince: nil)
        }
    }

    /// Its capacity counts for nothing.
    package var isFailed: Bool {
        if case .failed = phase { true } else { false }
    }

    /// Others come first.
    package var isAvoided: Bool {
        if case .serving = phase { false } else { true }
    }

    /// Nothing is in doubt: nothing has to be looked at again before something is heard.
    package var isSettled: Bool { phase == .serving(lostSince: nil) }
}
