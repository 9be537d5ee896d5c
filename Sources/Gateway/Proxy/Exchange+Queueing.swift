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
        case .wait:
            let wait = coldStartWait ?? .milliseconds(policy.queueTimeoutMilliseconds)
            if !standInLine(policy, for: wait, now: now) { fallBackOrGiveUp(.queueFull, now: now) }
        case .refuse(let refusal): fallBackOrGiveUp(refusal, now: now)
        }
    }

    /// How long it may wait for its workload's first replica; nil where there is one, or requests do not wake the workload.
    private var coldStartWait: Duration? { worker.table?.coldStartWait(of: facts.workload) }

    /// Waits for a replica that takes the request, where the workload lets requests wait. False: it does not, or has waited long enough.
    func waitsForRoom(_ refusal: RoutingRefusal, now: Moment) -> Bool {
        let policy = admissionPolicy
        let coldStart = refusal == .noReplica ? coldStartWait : nil
        // The last replica may have left while it was on its way there.
        let isUnasked = plan.attempts == 0 || coldStart != nil && plan.sent == 0
        let wait = coldStart ?? .milliseconds(policy.queueTimeoutMilliseconds)
        guard isUnasked, wait > .zero, lineDeadline.map({ now < $0 }) ?? true else { return false }
        if isInside {
            isInside = false
            worker.gate.leave(gatePlace)
        }
        let isNew = lineNumber == 0
        if standInLine(policy, for: wait, now: now) {
            if coldStart != nil, isNew, worker.gate.count(in: gatePlace) == 1 { worker.demandAppeared() }
            return true
        }
        guard coldStart != nil else { return false }
        noteMiss(facts.workload, now: now)
        giveUp(.queueFull)
        return true
    }

    /// There is nothing to try before the workload's first replica is ready: nobody else may answer either.
    var awaitsFirstReplica: Bool {
        guard let table = worker.table, table.coldStartWait(of: facts.workload) != nil else { return false }
        return route?.policy.fallbacks(of: facts.workload, in: table.directory).isEmpty ?? true
    }

    /// Nothing was sent, and its workload has no replica that takes requests.
    var findsNobody: Bool { plan.sent == 0 && worker.table?.isServable(facts.workload) == false }

    /// The request found no replica, and does not wait for one.
    func noteMiss(_ workload: WorkloadIndex, now: Moment) {
        worker.counters.demand.missed(workload)
        if worker.table?.coldStartWait(of: workload) != nil { worker.noteMiss(now: now) }
    }

    private func standInLine(_ policy: WorkloadAdmission, for wait: Duration, now: Moment) -> Bool {
        let deadline = lineDeadline ?? now.advanced(by: wait)
        if lineDeadline == nil { linedAt = now }
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
        guard coldStartWait != nil, let name = worker.table?.directory[facts.workload].name else {
            return fallBackOrGiveUp(.queueTimedOut, now: now)
        }
        fallBackOrGiveUp(.coldStartTimedOut(workload: name), now: now)
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
