import FleetModel
import FleetRouting
import NIOCore

/// A request's way through its workload's gate: in at once, in line, or not at all.
extension Exchange {
    var priority: Tenant.Priority { client.tenant?.priority ?? .standard }

    var admissionPolicy: WorkloadAdmission { worker.table?.directory.admission(of: facts.workload) ?? .standard }

    /// Starts a request that has been taken.
    func enterGate(now: Moment) {
        let policy = admissionPolicy
        let workload = facts.workload
        gatePlace = worker.table?.directory.source(of: workload) ?? workload
        guard policy != .standard else { return attempt(now: now) }
        switch worker.gate.enter(self, policy) {
        case .enter:
            isInside = true
            attempt(now: now)
        case .wait: if !standInLine(policy, now: now) { fallBackOrGiveUp(.queueFull, now: now) }
        case .refuse(let refusal): fallBackOrGiveUp(refusal, now: now)
        }
    }

    /// Waits for a replica that takes the request, where the workload lets requests wait. False: it does not, or has waited long enough.
    func waitsForRoom(now: Moment) -> Bool {
        let policy = admissionPolicy
        guard plan.attempts == 0, policy.queueTimeoutMilliseconds > 0, lineDeadline.map({ now < $0 }) ?? true else {
            return false
        }
        if isInside {
            isInside = false
            worker.gate.leave(gatePlace)
        }
        return standInLine(policy, now: now)
    }

    private func standInLine(_ policy: WorkloadAdmission, now: Moment) -> Bool {
        let deadline = lineDeadline ?? now.advanced(by: .milliseconds(policy.queueTimeoutMilliseconds))
        lineDeadline = deadline
        state = .queued
        queuedAt = now
        epoch += 1
        guard worker.gate.wait(self, policy, deadline: deadline) else {
            state = .idle
            return false
        }
        // Whoever gave way may have sent another request, which took this one's place in turn.
        if state == .queued { arm(after: deadline.since(now), now: now) }
        return true
    }

    /// Its turn came.
    func leaveLine() {
        isInside = true
        state = .idle
        let now = worker.now()
        noteQueueWait(now: now)
        armWithoutPhase(now: now)
        attempt(now: now)
    }

    func waitedTooLong(now: Moment) {
        worker.gate.abandon(self)
        state = .idle
        fallBackOrGiveUp(.queueTimedOut, now: now)
    }

    /// The request is over for its gate.
    func leaveGate() {
        lineNumber = 0
        lineDeadline = nil
        if queuedAt != nil { noteQueueWait(now: worker.now()) }
        guard isInside else { return }
        isInside = false
        worker.gate.leave(gatePlace)
    }
}
