import FleetModel
import FleetRouting
import NIOCore

/// A second attempt beside the first, for short calls: the first good answer wins, the other attempt is cancelled. The hedge is a
/// repetition as any other: chosen by the same decision inside the same fence, and paid from the same budgets.
extension Exchange {
    /// Whether a second attempt may join: the call is short, may be computed twice, is no stream, and is held whole.
    private var isHedgeable: Bool {
        guard client.body.isComplete, plan.isHeld, !keepAlive.isHeadSent, !client.passesUpgrade else { return false }
        switch client.head.method {
        case .get, .head: return !asksEventStream
        case .post:
            let isShort = client.headBytes.withUnsafeReadableBytes { InferencePath.isShort($0, client.head.path) }
            return isShort && !client.body.asksStream
        default: return false
        }
    }

    private var asksEventStream: Bool {
        client.headBytes.withUnsafeReadableBytes { raw in
            client.table.fields.contains { field in
                let name = Int(field.nameStart)
                return raw.spells("accept", at: name, count: Int(field.nameCount))
                    && raw.begins(with: "text/event-stream", at: field.value.lowerBound, count: field.value.count)
            }
        }
    }

    /// Called once the first attempt was sent.
    func planHedge(now: Moment) {
        guard let hedging = route?.policy.hedging, !wasHedged, isHedgeable else { return }
        guard let delay = worker.hedgeDelay(hedging, workload: facts.workload) else { return }
        let expected = epoch
        worker.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(max(1, Int64(delay / .nanoseconds(1))))) {
            guard self.epoch == expected, self.state == .awaiting, self.firstByteAt == nil else { return }
            self.startHedge(now: self.worker.now())
        }
    }

    /// What first bytes of such calls take is what the percentile is taken of.
    func noteFirstByte(after duration: Duration) {
        guard route?.policy.hedging?.percentile != nil, isHedgeable else { return }
        worker.observeFirstByte(duration, workload: facts.workload)
    }

    private func startHedge(now: Moment) {
        guard hedge == nil, !wasHedged, plan.mayReplaceResponse(now: now), let table = worker.table else { return }
        var tried = history
        tried.record(handle, plane: plane, .response)
        guard case .send(let next, let plane, let reason) = worker.router.decide(facts, attempts: tried, now: now),
            reason != .panic, !tried.contains(next), let entry = table.replica(next)
        else { return }
        guard let account = worker.account(of: facts.workload),
            var ticket = account.begin(at: plane, isRetry: true, budget: route?.policy.budget)
        else { return }
        guard worker.budget.spend(now: now) else { return ticket.end() }
        let hedge = Hedge(entry, plane: plane, ticket: ticket, now: now)
        hedge.recordPosition = noteAttempt(entry, .hedge, now: now)
        self.hedge = hedge
        wasHedged = true
        plan.noteAttempt()
        worker.counters.hedged()
        worker.router.handle(.requestStarted(next), now: now)
        worker.router.remember(facts, on: next)
        if let idle = worker.pool.takeIdle(next) { return sendHedge(hedge, on: idle, now: now) }
        worker.pool.dial(entry, timeout: route?.connectTimeout ?? .seconds(2)) { result in
            guard self.hedge === hedge else {
                if case .success(let connection) = result { connection.releaseUnused() }
                return
            }
            switch result {
            case .success(let connection): self.sendHedge(hedge, on: connection, now: self.worker.now())
            case .failure(let error):
                let now = self.worker.now()
                if !(error is UpstreamPool.ConnectionLimit) { self.worker.router.handle(.connectFailed(next), now: now) }
                self.dropHedge(now: now, failure: .connection)
            }
        }
    }

    private func sendHedge(_ hedge: Hedge, on connection: UpstreamConnection, now: Moment) {
        hedge.connection = connection
        hedge.dispatchedAt = now
        plan.noteSent()
        noteSent(hedge.recordPosition, now: now)
        writeRequest(on: connection)
    }

    // MARK: What comes of it

    func isHedge(_ connection: UpstreamConnection) -> Bool { hedge?.connection === connection }

    /// The hedge's connection was read.
    func hedgeRead(_ connection: UpstreamConnection, _ bytes: ByteBuffer) {
        let now = worker.now()
        do throws(ResponseReader.Problem) {
            try connection.reader.receive(bytes)
        } catch {
            return hedgeBroke(connection, now: now)
        }
        guard let head = connection.reader.head else { return }
        guard !Self.callsForFallback(head.status) else {
            if head.status >= 500 {
                worker.router.handle(.responseFailed(connection.handle, Self.failure(of: head.status)), now: now)
            }
            return dropHedge(now: now, failure: .response)
        }
        win(now: now)
    }

    func hedgeBroke(_ connection: UpstreamConnection, now: Moment) {
        // A kept connection that had been closed before says nothing about the replica.
        if connection.isFresh || connection.reader.hasStarted {
            worker.router.handle(.responseFailed(connection.handle, .broken), now: now)
        }
        dropHedge(now: now, failure: .response)
    }

    /// The hedge answered first: the first attempt is cancelled.
    private func win(now: Moment) {
        guard let hedge, let won = hedge.connection else { return }
        if let lost = connection {
            connection = nil
            lost.detach()
            lost.close()
        }
        // The hedge's own time would draw the percentile down, and a replica that hangs would never be seen to be slow.
        let elapsed = now.since(dispatchedAt)
        worker.router.handle(.outpaced(handle, after: elapsed), now: now)
        noteFirstByte(after: elapsed)
        endAttempt(nil, now: now)
        become(hedge)
        arm(after: route?.firstByteTimeout ?? .seconds(60), now: now)
        judge(won)
    }

    /// The first attempt failed: the hedge, where it was sent, is the attempt now. False where there is none.
    func adoptHedge(now: Moment) -> Bool {
        guard let hedge, hedge.connection != nil else {
            dropHedge(now: now)
            return false
        }
        become(hedge)
        arm(after: route?.firstByteTimeout ?? .seconds(60), now: now)
        return true
    }

    private func become(_ hedge: Hedge) {
        self.hedge = nil
        handle = hedge.handle
        plane = hedge.plane
        placeLines = hedge.placeLines
        if let entry = fallback.entry { placeLines += entry.headerLine }
        reason = .hedge
        ticket = hedge.ticket
        connection = hedge.connection
        dispatchedAt = hedge.dispatchedAt
        firstByteAt = nil
        state = .awaiting
        epoch += 1
        deadlines.attempt = route?.policy.perTryTimeout.map { hedge.dispatchedAt.advanced(by: $0) }
        worker.counters.routed(.hedge)
        journal?.adopted(hedge.recordPosition, now: worker.now())
    }

    /// Ends the hedge: it lost, failed, or nobody waits any more.
    func dropHedge(now: Moment, failure: AttemptHistory.Failure? = nil) {
        guard let dropped = hedge else { return }
        hedge = nil
        worker.router.handle(.finished(dropped.handle), now: now)
        dropped.ticket.end()
        journal?.dropped(dropped.recordPosition, isFailure: failure != nil, now: now)
        if let failure { history.record(dropped.handle, plane: dropped.plane, failure) }
        guard let connection = dropped.connection else { return }
        connection.detach()
        connection.close()
    }
}
