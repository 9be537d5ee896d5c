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

    let worker: GatewayWorker
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
    /// What the attempt under way took of its workload's limits.
    var ticket = AttemptTicket()
    /// What the request itself took, for as long as it lasts and while it waits.
    var activeSeat: SharedCount?
    var pendingSeat: SharedCount?
    var deadlines = ExchangeDeadlines()
    var fallback = FallbackProgress()
    /// The second attempt, while there is one.
    var hedge: Hedge?
    var wasHedged = false
    var keepAlive = KeepAliveState()
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
    /// The workload at whose gate it is: the one whose replicas it asks for.
    var gatePlace = WorkloadIndex(0)
    /// It counts as running there.
    var isInside = false
    /// Its number in line, kept where it goes back; 0 before the first time.
    var lineNumber: UInt64 = 0
    var lineDeadline: Moment?
    /// When it first took its place in line, kept where it goes back.
    var linedAt = Moment.origin
    /// What a request for predictions becomes for its replica; nil while it passes as it is.
    var translation: ExchangeTranslation?
    /// Body bytes of the response that went to the client.
    var responseBytes = 0
    /// What becomes of the request, for the access log, traces and explanations; nil where none of them is on.
    var journal: RequestJournal?
    /// When it took its place in line; nil while it stands in none.
    var queuedAt: Moment?

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
        let (client, worker) = (client, worker)
        let now = worker.now()
        self.route = route
        facts = facts(workload: workload, route: route)
        plan = RetryPlan()
        plan.maxAttempts = route.maxAttempts
        plan.retryOn = route.policy.retryOn
        plan.isRepeatable = client.head.method.isIdempotent || isInference
        history = AttemptHistory()
        connection = nil
        firstByteAt = nil
        wasHedged = false
        fallback = FallbackProgress()
        keepAlive = KeepAliveState()
        isStarted = true
        isDispatched = false
        worker.budget.earn()
        worker.counters.requestsInFlight += 1
        worker.counters.demand.arrived(workload)
        responseBytes = 0
        openJournal()
        takeActiveSeat()
        startDeadlines(now: now)
        enterGate(now: now)
    }

    var isInference: Bool {
        let client = client
        if client.route?.api == .predict { return true }
        return client.head.method == .post
            && client.headBytes.withUnsafeReadableBytes { InferencePath.matches($0, client.head.path) }
    }

    // MARK: Attempts

    func attempt(now: Moment) {
        guard let table = worker.table else {
            return giveUp(.noReplica(explanation: "no routing snapshot", retryAfterSeconds: 1))
        }
        let decision = worker.router.decide(facts, attempts: history, now: now)
        noteDecision(decision, now: now)
        switch decision {
        case .refuse(let refusal): refused(refusal, table: table, now: now)
        case .send(let handle, let plane, let reason):
            // Every replica was tried: another workload, or a moment's rest before the round begins anew.
            guard !history.contains(handle), let entry = table.replica(handle) else {
                return fallBack(now: now) ? () : wait(now: now)
            }
            let isRetry = plan.attempts > 0
            guard let account = worker.account(of: facts.workload),
                let ticket = account.begin(at: plane, isRetry: isRetry, budget: route?.policy.budget)
            else { return wait(now: now) }
            self.ticket = ticket
            if isRetry {
                guard worker.budget.spend(now: now) else {
                    self.ticket.end()
                    return wait(now: now)
                }
                worker.counters.retried()
            }
            self.plane = plane
            self.reason = reason
            dispatch(entry, now: now)
        }
    }

    func refused(_ refusal: RoutingRefusal, table: RoutingTable, now: Moment) {
        let isPassing = refusal == .noReplica || refusal == .overloaded
        let missed = refusal == .noReplica && findsNobody ? facts.workload : nil
        if isPassing, fallBack(now: now) {
            if let missed { noteMiss(missed, now: now) }
            return
        }
        if isPassing, waitsForRoom(refusal, now: now) { return }
        let mayComeBack = plan.attempts > 0 || worker.wasServedRecently(facts.workload, now: now)
        if refusal == .noReplica, mayComeBack, plan.isHeld {
            plan.start(window: worker.limits.retryWindow, now: now)
            if !plan.isOver(now: now) { return wait(now: now) }
        }
        worker.counters.refused(refusal)
        if let missed { noteMiss(missed, now: now) }
        giveUp(
            GatewayRefusal(refusal, explanation: table.explanation(of: refusal, workload: facts.workload, places: facts.places)))
    }

    func dispatch(_ entry: ReplicaEntry, now: Moment) {
        handle = entry.handle
        placeLines = entry.headerLines
        if let entry = fallback.entry { placeLines += entry.headerLine }
        isDispatched = true
        plan.noteAttempt()
        worker.counters.routed(reason)
        noteAttempt(entry, reason, now: now)
        worker.router.handle(.requestStarted(handle), now: now)
        worker.router.remember(facts, on: handle)
        if let idle = worker.pool.takeIdle(handle) {
            send(on: idle, now: now)
        } else {
            dial(entry, now: now)
        }
    }

    func dial(_ entry: ReplicaEntry, now: Moment) {
        state = .connecting
        epoch += 1
        let expected = epoch
        armWithoutPhase(now: now)
        worker.pool.dial(entry, timeout: route?.connectTimeout ?? .seconds(2)) { result in
            guard self.epoch == expected, self.state == .connecting else {
                if case .success(let connection) = result { connection.releaseUnused() }
                return
            }
            switch result {
            case .success(let connection): self.send(on: connection, now: self.worker.now())
            case .failure(let error): self.connectFailed(error, now: self.worker.now())
            }
        }
    }

    func connectFailed(_ error: any Error, now: Moment) {
        if error is UpstreamPool.ConnectionLimit {
            // Nobody was asked: it waits as for any other seat.
            endAttempt(nil, now: now)
            return wait(now: now)
        }
        worker.router.handle(.connectFailed(handle), now: now)
        noteFailure(.connect)
        endAttempt(.connection, now: now)
        goOn(plan.fail(.notSent, window: worker.limits.retryWindow, now: now), now: now)
    }

    /// What follows a failed attempt.
    func goOn(_ verdict: RetryPlan.Verdict, now: Moment, isTimeout: Bool = false) {
        switch verdict {
        case .again: attempt(now: now)
        case .againLater: pause(now: now)
        case .giveUp:
            if fallBack(now: now) { return }
            giveUp(isTimeout ? .upstreamTimedOut(attempts: plan.attempts) : .upstreamFailed(attempts: plan.attempts))
        }
    }

    /// Settles the router's account of the attempt.
    func endAttempt(_ failure: AttemptHistory.Failure?, now: Moment) {
        worker.router.handle(.finished(handle), now: now)
        ticket.end()
        journal?.ended(now: now)
        if let failure { history.record(handle, plane: plane, failure) }
        state = .idle
        epoch += 1
    }

    func giveUp(_ refusal: GatewayRefusal) {
        finish()
        if keepAlive.isHeadSent { return tellStreamError(refusal) }
        client.refuse(refusal)
    }

    func finish() {
        settle()
        dropHedge(now: worker.now())
        leavePending()
        activeSeat?.release()
        activeSeat = nil
        leaveGate()
        fallback = FallbackProgress()
        state = .idle
        epoch += 1
        route = nil
        facts.prefix = nil
        translation = nil
        worker.counters.requestsInFlight -= 1
    }

    /// A route with a retry budget counts its requests: repetitions are a share of them.
    func takeActiveSeat() {
        activeSeat?.release()
        activeSeat = nil
        guard route?.policy.budget != nil, let active = worker.account(of: facts.workload)?.active else { return }
        if active.reserve(limit: .max) { activeSeat = active }
    }
}
