import FleetModel
import FleetRouting
import NIOCore

/// One request's way to a replica and back: attempts, waits, the held or streamed answer. Used again for every request of a
/// connection.
final class Exchange {
    enum State: Equatable {
        case idle
        case waiting
        /// In its workload's line.
        case queued
        case connecting
        /// Sent; nothing has reached the client.
        case awaiting
        /// The response's head has reached the client: there is no way back.
        case forwarding
    }

    unowned let worker: GatewayWorker
    unowned let client: ClientConnection
    var state = State.idle
    var facts = RequestFacts(workload: WorkloadIndex(0))
    var route: RouteEntry?
    var plan = RetryPlan()
    var history = AttemptHistory()
    var handle = ReplicaHandle(slot: -1, birth: 0)
    var plane = PlaneIndex(0)
    var reason = RoutingReason.nearestInBudget
    var placeLines: [UInt8] = []
    var connection: UpstreamConnection?
    var dispatchedAt = Moment.origin
    var firstByteAt: Moment?
    var status = 0
    /// Grows with every attempt and wait: what comes late from an earlier one is told apart by it.
    var epoch: UInt64 = 0
    var isStarted = false
    var isDispatched = false
    /// What the request holds of its tenant's limits, from its start to ``settle()``.
    var reservation: Reservation?
    var usage: UsageScanner?
    /// It counts as running at its workload's gate.
    var isInside = false
    /// Its number in line, kept where it goes back; 0 before the first time.
    var ticket: UInt64 = 0
    var lineDeadline: Moment?
    /// Body bytes of the response that went to the client.
    var responseBytes = 0

    init(worker: GatewayWorker, client: ClientConnection) {
        self.worker = worker
        self.client = client
    }

    var countedWorkload: WorkloadIndex? { isStarted ? facts.workload : nil }
    var countedPlane: PlaneIndex? { isDispatched ? plane : nil }

    /// The request was counted: the next one starts from nothing.
    func forget() {
        isStarted = false
        isDispatched = false
    }

    // MARK: Starting

    func start(workload: WorkloadIndex, route: RouteEntry) {
        self.route = route
        facts = facts(workload: workload, route: route)
        plan = RetryPlan()
        plan.maxAttempts = route.maxAttempts
        plan.isRepeatable = client.head.method.isIdempotent || isInference
        history = AttemptHistory()
        connection = nil
        firstByteAt = nil
        isStarted = true
        isDispatched = false
        worker.budget.earn()
        worker.counters.requestsInFlight += 1
        responseBytes = 0
        enterGate(now: worker.now())
    }

    var isInference: Bool {
        client.head.method == .post && client.headBytes.withUnsafeReadableBytes { InferencePath.matches($0, client.head.path) }
    }

    // MARK: Attempts

    func attempt(now: Moment) {
        guard let table = worker.router.table else {
            return giveUp(.noReplica(explanation: "no routing snapshot", retryAfterSeconds: 1))
        }
        switch worker.router.decide(facts, attempts: history, now: now) {
        case .refuse(let refusal): refused(refusal, table: table, now: now)
        case .send(let handle, let plane, let reason):
            // Every replica was tried: a moment's rest before the round begins anew.
            guard !history.contains(handle), let entry = table.replica(handle) else { return wait(now: now) }
            if plan.attempts > 0 {
                guard worker.budget.spend(now: now) else { return wait(now: now) }
                worker.counters.retried()
            }
            self.plane = plane
            self.reason = reason
            dispatch(entry, now: now)
        }
    }

    func refused(_ refusal: RoutingRefusal, table: RoutingTable, now: Moment) {
        if refusal == .noReplica || refusal == .overloaded, waitsForRoom(now: now) { return }
        let mayComeBack = plan.attempts > 0 || worker.wasServedRecently(facts.workload, now: now)
        if refusal == .noReplica, mayComeBack, plan.isHeld {
            plan.start(window: worker.limits.retryWindow, now: now)
            if !plan.isOver(now: now) { return wait(now: now) }
        }
        worker.counters.refused(refusal)
        giveUp(GatewayRefusal(refusal, explanation: table.explanation(of: refusal, workload: facts.workload)))
    }

    /// Waits until the table changes or a short time passed, then tries everything again.
    func wait(now: Moment) {
        plan.start(window: worker.limits.retryWindow, now: now)
        guard !plan.isOver(now: now), worker.wait(self) else { return giveUp(exhausted) }
        state = .waiting
        worker.wheel.disarm(client)
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
        let explanation = worker.router.table?.explanation(of: .noReplica, workload: facts.workload)
        return GatewayRefusal(
            .noReplica, explanation: explanation ?? "this gateway has no routing snapshot yet; try again shortly")
    }

    func wake() {
        guard state == .waiting else { return }
        epoch += 1
        history = AttemptHistory()
        state = .idle
        attempt(now: worker.now())
    }

    func dispatch(_ entry: ReplicaEntry, now: Moment) {
        handle = entry.handle
        placeLines = entry.headerLines
        isDispatched = true
        plan.noteAttempt()
        worker.counters.routed(reason)
        worker.router.handle(.requestStarted(handle), now: now)
        worker.router.remember(facts, on: handle)
        if let idle = worker.pool.takeIdle(handle) {
            send(on: idle, now: now)
        } else {
            dial(entry)
        }
    }

    func dial(_ entry: ReplicaEntry) {
        state = .connecting
        epoch += 1
        let expected = epoch
        worker.wheel.disarm(client)
        worker.pool.dial(entry, timeout: route?.connectTimeout ?? .seconds(2)) { result in
            guard self.epoch == expected, self.state == .connecting else {
                if case .success(let connection) = result { connection.releaseUnused() }
                return
            }
            switch result {
            case .success(let connection): self.send(on: connection, now: self.worker.now())
            case .failure: self.connectFailed(now: self.worker.now())
            }
        }
    }

    func connectFailed(now: Moment) {
        worker.router.handle(.connectFailed(handle), now: now)
        worker.counters.upstreamFailed(.connect)
        endAttempt(.connection, now: now)
        goOn(plan.fail(.notSent, window: worker.limits.retryWindow, now: now), now: now, isTimeout: false)
    }

    func goOn(_ verdict: RetryPlan.Verdict, now: Moment, isTimeout: Bool) {
        switch verdict {
        case .again: attempt(now: now)
        case .giveUp:
            giveUp(isTimeout ? .upstreamTimedOut(attempts: plan.attempts) : .upstreamFailed(attempts: plan.attempts))
        }
    }

    /// Settles the router's account of the attempt.
    func endAttempt(_ failure: AttemptHistory.Failure?, now: Moment) {
        worker.router.handle(.finished(handle), now: now)
        if let failure { history.record(handle, plane: plane, failure) }
        state = .idle
        epoch += 1
    }

    func giveUp(_ refusal: GatewayRefusal) {
        finish()
        client.refuse(refusal)
    }

    func finish() {
        settle()
        leaveGate()
        state = .idle
        epoch += 1
        route = nil
        facts.prefix = nil
        worker.counters.requestsInFlight -= 1
    }
}
