import FleetModel
import FleetRouting

/// What may pass while a request is under way.
struct ExchangeDeadlines {
    /// The end of the whole request.
    var total: Moment?
    /// The end of the attempt under way, until something of its response reaches the client.
    var attempt: Moment?
    /// The first byte, or the next one; nil while no replica is to blame for the wait.
    var phase: Moment?
}

extension Exchange {
    func startDeadlines(now: Moment) {
        deadlines = ExchangeDeadlines()
        guard let policy = route?.policy else { return }
        if let total = policy.totalTimeout { deadlines.total = now.advanced(by: total) }
        if let interval = policy.keepAlive { keepAlive.due = now.advanced(by: interval) }
    }

    /// Sets when the replica must have sent something.
    @inline(__always)
    func arm(after duration: Duration, now: Moment) {
        var due = now.advanced(by: duration)
        if let attempt = deadlines.attempt, state == .awaiting { due = min(due, attempt) }
        deadlines.phase = due
        guard deadlines.total != nil || keepAlive.due != nil else { return worker.arm(client, at: due) }
        worker.arm(client, at: earliest ?? due)
    }

    /// Only what bounds the whole request counts.
    func armWithoutPhase(now: Moment) {
        deadlines.phase = nil
        guard let earliest else { return worker.wheel.disarm(client) }
        worker.arm(client, at: earliest)
    }

    private var earliest: Moment? {
        let nobody = Moment(nanoseconds: .max)
        let comment = state == .forwarding ? nobody : keepAlive.due ?? nobody
        let earliest = min(deadlines.phase ?? nobody, deadlines.total ?? nobody, comment)
        return earliest == nobody ? nil : earliest
    }

    func deadlinePassed(now: Moment) {
        guard state != .idle else { return }
        if let total = deadlines.total, now >= total { return totalPassed(now: now) }
        if let phase = deadlines.phase, now >= phase { return phasePassed(now: now) }
        if state != .forwarding, let due = keepAlive.due, now >= due { return sendKeepAlive(now: now) }
        if let earliest { worker.arm(client, at: earliest) }
    }

    /// The replica did not send, or took no request from the line, in time.
    private func phasePassed(now: Moment) {
        if state == .queued { return waitedTooLong(now: now) }
        guard state == .awaiting || state == .forwarding else { return }
        if client.phase == .tunneling { return closeTunnel(now: now) }
        if isHeldUpByClient { return clientWasTooSlow(now: now) }
        worker.router.handle(.responseFailed(handle, .timeout), now: now)
        noteFailure(.timeout)
        if state == .forwarding { return breakOff(now: now) }
        release(closing: true, failure: .response, now: now)
        firstByteAt = nil
        if adoptHedge(now: now) { return }
        goOn(plan.fail(.silent, window: worker.limits.retryWindow, now: now), now: now, isTimeout: true)
    }

    /// The time for the whole request is over, wherever it is. No replica is blamed for it.
    private func totalPassed(now: Moment) {
        switch state {
        case .idle: return
        case .forwarding: return client.phase == .tunneling ? closeTunnel(now: now) : breakOff(now: now)
        case .waiting: worker.stopWaiting(self)
        case .queued: worker.gate.abandon(self)
        case .connecting: endAttempt(nil, now: now)
        case .awaiting: release(closing: true, now: now)
        }
        firstByteAt = nil
        giveUp(.upstreamTimedOut(attempts: plan.attempts))
    }
}
