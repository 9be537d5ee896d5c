import FleetModel
import FleetRouting
import NIOCore

/// The rests between attempts.
extension Exchange {
    /// Waits until the table changes or a short time passed, then tries everything again.
    func wait(now: Moment) {
        plan.start(window: worker.limits.retryWindow, now: now)
        guard takePendingSeat() else {
            worker.counters.refused(.overloaded)
            return fallBackOrGiveUp(overloaded, now: now)
        }
        guard !plan.isOver(now: now), worker.wait(self) else {
            leavePending()
            return fallBackOrGiveUp(exhausted, now: now)
        }
        state = .waiting
        armWithoutPhase(now: now)
        epoch += 1
        let expected = epoch
        let pause = plan.nextWait(shortest: worker.limits.shortestWait, longest: worker.limits.longestWait, now: now)
        worker.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(max(1, Int64(pause / .nanoseconds(1))))) {
            guard self.epoch == expected else { return }
            self.worker.stopWaiting(self)
            self.wake()
        }
    }

    /// What the client is told when the window closed without an answer.
    var exhausted: GatewayRefusal {
        guard plan.attempts == 0 else { return .upstreamFailed(attempts: plan.attempts) }
        return GatewayRefusal(.noReplica, explanation: explanation(of: .noReplica))
    }

    private var overloaded: GatewayRefusal { GatewayRefusal(.overloaded, explanation: explanation(of: .overloaded)) }

    private func explanation(of refusal: RoutingRefusal) -> String {
        worker.table?.explanation(of: refusal, workload: facts.workload, places: facts.places)
            ?? "this gateway has no routing snapshot yet; try again shortly"
    }

    func wake() {
        guard state == .waiting else { return }
        leavePending()
        epoch += 1
        history = AttemptHistory()
        state = .idle
        attempt(now: worker.now())
    }

    /// The jittered rest before a repetition; what was tried stays remembered.
    func pause(now: Moment) {
        guard let policy = route?.policy else { return attempt(now: now) }
        let rest = plan.nextBackOff(base: policy.baseBackOff, longest: policy.maxBackOff, random: worker.random.next())
        state = .waiting
        armWithoutPhase(now: now)
        epoch += 1
        let expected = epoch
        worker.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(max(1, Int64(rest / .nanoseconds(1))))) {
            guard self.epoch == expected else { return }
            self.epoch += 1
            self.state = .idle
            self.attempt(now: self.worker.now())
        }
    }

    /// A seat among those of its workload that wait; false when there is none.
    private func takePendingSeat() -> Bool {
        leavePending()
        guard let account = worker.account(of: facts.workload), let limit = account.limits.maxPendingRequests else {
            return true
        }
        guard account.pending.reserve(limit: limit) else { return false }
        pendingSeat = account.pending
        return true
    }

    func leavePending() {
        pendingSeat?.release()
        pendingSeat = nil
    }
}
