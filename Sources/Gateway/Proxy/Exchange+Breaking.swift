import FleetModel
import FleetRouting
import NIOCore

/// What breaks an attempt, and what follows from it.
extension Exchange {
    /// The connection ended or was closed, by the replica or because its incarnation is gone.
    func upstreamClosed(_ connection: UpstreamConnection) {
        if isHedge(connection) { return hedgeBroke(connection, now: worker.now()) }
        guard connection === self.connection else { return }
        let now = worker.now()
        if !connection.wasReset, connection.reader.receiveEnd(), let response = connection.reader.head,
            !response.isEventStream || connection.reader.hasData
        {
            return state == .awaiting ? judge(connection) : forward(connection)
        }
        broken(connection, now: now)
    }

    func broken(_ connection: UpstreamConnection, now: Moment) {
        let hasStarted = connection.reader.hasStarted
        let wasIdle = !connection.isFresh && !hasStarted
        if state == .forwarding {
            worker.router.handle(.responseFailed(handle, .broken), now: now)
            noteFailure(.broken)
            return breakOff(now: now)
        }
        if wasIdle, plan.isRepeatable, plan.isHeld, let entry = worker.table?.replica(handle) {
            // It idled too long for the replica's taste: no failure, a fresh connection to the same replica decides.
            self.connection = nil
            connection.detach()
            connection.close()
            plan.takeBackSent()
            return dial(entry, now: now)
        }
        // A body that was being sent may be what the replica would not take: that alone does not eject it at once.
        let isLost = !hasStarted && !wasIdle && plan.isHeld
        worker.router.handle(isLost ? .connectFailed(handle) : .responseFailed(handle, .broken), now: now)
        noteFailure(.broken)
        release(closing: true, failure: hasStarted ? .response : .connection, now: now)
        firstByteAt = nil
        if adoptHedge(now: now) { return }
        goOn(plan.fail(.broken, window: worker.limits.retryWindow, now: now), now: now)
    }

    /// Nothing moves because the client does not send its body, or does not take the response.
    var isHeldUpByClient: Bool {
        guard let connection else { return false }
        return !connection.isReading || !client.body.isComplete && connection.isWritable
    }

    /// The replica is not to blame for the silence.
    func clientWasTooSlow(now: Moment) {
        if client.takesBytes() { return keepForwarding(now: now) }
        if state == .awaiting { return cutRequest(.bodyTooSlow) }
        release(closing: true, now: now)
        finish()
        worker.counters.clientDisconnected()
        client.count(status: 499, firstByte: firstByteAt)
        client.abortAfterExchange(resets: true)
    }

    /// The replica is out and answers not even probes. A request that nobody can have seen an answer of goes elsewhere, where
    /// somebody healthy is; it would come to the same at its timeout, only that much later.
    func replicaFellSilent(_ connection: UpstreamConnection) {
        let now = worker.now()
        if isHedge(connection) { return dropHedge(now: now, failure: .response) }
        guard state == .awaiting, plan.mayReplaceResponse(now: now) else { return }
        var tried = history
        tried.record(handle, plane: plane, .response)
        guard case .send(let next, _, let reason) = worker.router.decide(facts, attempts: tried, now: now), reason != .panic,
            !tried.contains(next)
        else { return }
        noteFailure(.timeout)
        release(closing: true, failure: .response, now: now)
        firstByteAt = nil
        if adoptHedge(now: now) { return }
        plan.start(window: worker.limits.retryWindow, now: now)
        attempt(now: now)
    }

    /// Part of the response is with the client: all that is left is that it notices.
    func breakOff(now: Moment) {
        let response = connection?.reader.head
        let endsWithConnection =
            !keepAlive.isHeadSent && (response.map { clientFraming($0, isComplete: false, held: 0) == .untilClose } ?? false)
        release(closing: true, now: now)
        finish()
        journal?.record.error = "response_cut"
        client.count(status: 502, firstByte: firstByteAt)
        client.abortAfterExchange(resets: endsWithConnection)
    }

    /// The client left: so does the request.
    func cancel() {
        let now = worker.now()
        switch state {
        case .idle: return
        case .waiting: worker.stopWaiting(self)
        case .queued: worker.gate.abandon(self)
        case .connecting: endAttempt(nil, now: now)
        case .awaiting, .forwarding: release(closing: true, now: now)
        }
        settle(isCancelled: true)
        finish()
    }

    /// Lets go of the connection: back to the pool, or closed.
    func release(closing: Bool, failure: AttemptHistory.Failure? = nil, now: Moment) {
        let held = connection
        connection = nil
        if reservation != nil { usage = held?.reader.usage }
        noteUsage(held)
        endAttempt(failure, now: now)
        guard let held else { return }
        held.detach()
        if closing { held.close() } else { worker.pool.release(held) }
    }
}
