import FleetModel
import FleetRouting
import NIOCore

/// What breaks an attempt, and what follows from it.
extension Exchange {
    /// The connection ended or was closed, by the replica or because its incarnation is gone.
    func upstreamClosed(_ connection: UpstreamConnection) {
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
            worker.counters.upstreamFailed(.broken)
            return breakOff(now: now)
        }
        if wasIdle, plan.isRepeatable, plan.isHeld, let entry = worker.router.table?.replica(handle) {
            // It idled too long for the replica's taste: no failure, a fresh connection to the same replica decides.
            self.connection = nil
            connection.detach()
            connection.close()
            plan.takeBackSent()
            return dial(entry)
        }
        worker.router.handle(
            !hasStarted && !wasIdle ? .connectFailed(handle) : .responseFailed(handle, .broken), now: now)
        worker.counters.upstreamFailed(.broken)
        release(closing: true, failure: hasStarted ? .response : .connection, now: now)
        firstByteAt = nil
        goOn(plan.fail(.broken, window: worker.limits.retryWindow, now: now), now: now, isTimeout: false)
    }

    func deadlinePassed(now: Moment) {
        guard state == .awaiting || state == .forwarding else { return }
        worker.router.handle(.responseFailed(handle, .timeout), now: now)
        worker.counters.upstreamFailed(.timeout)
        if state == .forwarding { return breakOff(now: now) }
        release(closing: true, failure: .response, now: now)
        firstByteAt = nil
        goOn(plan.fail(.silent, window: worker.limits.retryWindow, now: now), now: now, isTimeout: true)
    }

    /// Part of the response is with the client: all that is left is that it notices.
    func breakOff(now: Moment) {
        release(closing: true, now: now)
        finish()
        client.count(status: 502, firstByte: firstByteAt)
        client.abortAfterExchange()
    }

    /// The client left: so does the request.
    func cancel() {
        let now = worker.now()
        switch state {
        case .idle: return
        case .waiting: worker.stopWaiting(self)
        case .connecting: worker.router.handle(.finished(handle), now: now)
        case .awaiting, .forwarding: release(closing: true, now: now)
        }
        finish()
    }

    /// Lets go of the connection: back to the pool, or closed.
    func release(closing: Bool, failure: AttemptHistory.Failure? = nil, now: Moment) {
        let held = connection
        connection = nil
        endAttempt(failure, now: now)
        guard let held else { return }
        held.detach()
        if closing { held.close() } else { worker.pool.release(held) }
    }
}
