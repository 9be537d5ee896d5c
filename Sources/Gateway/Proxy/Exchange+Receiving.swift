import FleetModel
import FleetRouting
import NIOCore

/// The response's way back: held until it is whole, replaced by another attempt, or streamed.
extension Exchange {
    func upstreamRead(_ connection: UpstreamConnection, _ bytes: ByteBuffer) {
        if isHedge(connection) { return hedgeRead(connection, bytes) }
        do throws(ResponseReader.Problem) {
            try connection.reader.receive(bytes)
        } catch {
            return broken(connection, now: worker.now())
        }
        guard connection.reader.head != nil else { return }
        if connection.reader.isUpgraded, state == .awaiting { return openTunnel(connection, now: worker.now()) }
        if state == .awaiting { judge(connection) } else { forward(connection) }
    }

    /// Holds the response back, replaces it by another attempt, or lets it through.
    func judge(_ connection: UpstreamConnection) {
        guard let response = connection.reader.head else { return }
        let now = worker.now()
        if exceedsLimit(connection, response) { return refuseResponse(now: now) }
        if !hasSeen(response.status), replaces(response, on: connection, now: now) { return }
        if connection.reader.isComplete {
            commit(connection, response, now: now)
        } else if translation != nil {
            holdPredictions(connection, response, now: now)
        } else if passesAtOnce(connection, response) ?? exceedsHold(connection, response) {
            commit(connection, response, now: now)
        } else {
            arm(after: holdTimeout(response), now: now)
        }
    }

    func exceedsHold(_ connection: UpstreamConnection, _ response: ResponseHead) -> Bool {
        let limit = worker.limits.heldResponseBytes
        if case .length(let length) = response.framing, length > limit { return connection.reader.hasData }
        return connection.reader.heldBytes > limit
    }

    /// An event stream's first event may take as long as a first byte; any other body just has to go on.
    func holdTimeout(_ response: ResponseHead) -> Duration {
        (response.isEventStream ? route?.firstByteTimeout : route?.idleTimeout) ?? .seconds(30)
    }

    /// Notes the response's beginning once per attempt. True when it was noted before.
    func hasSeen(_ status: Int) -> Bool {
        defer { self.status = status }
        return firstByteAt != nil
    }

    /// Learns from the status; true when the response is set aside for another attempt.
    func replaces(_ response: ResponseHead, on connection: UpstreamConnection, now: Moment) -> Bool {
        firstByteAt = now
        journal?.answered(status: response.status, now: now)
        if response.status < 500 || response.status == 501 || response.status == 505 {
            let firstByte = now.since(dispatchedAt)
            worker.router.handle(.firstByte(handle, after: firstByte), now: now)
            if isInside { worker.gate.learn(gatePlace, firstByte) }
            if reason != .hedge { noteFirstByte(after: firstByte) }
        } else {
            worker.router.handle(.responseFailed(handle, Self.failure(of: response.status)), now: now)
            noteFailure(.serverError)
        }
        if hedge?.connection != nil, Self.callsForFallback(response.status) {
            release(closing: !connection.reader.isReusable, failure: .response, now: now)
            return adoptHedge(now: now)
        }
        // A hedge that still connects would only repeat what is repeated now.
        dropHedge(now: now)
        if repeats(response, on: connection, now: now) { return true }
        guard Self.callsForFallback(response.status), let step = nextFallback(now: now) else { return false }
        release(closing: !connection.reader.isReusable, failure: .response, now: now)
        firstByteAt = nil
        take(step, now: now)
        return true
    }

    /// Sends the request to somebody else where the route has it so and an untried replica is left.
    private func repeats(_ response: ResponseHead, on connection: UpstreamConnection, now: Moment) -> Bool {
        guard plan.retryOn.covers(status: response.status), plan.mayReplaceResponse(now: now) else { return false }
        var tried = history
        tried.record(handle, plane: plane, .response)
        guard case .send(let next, _, _) = worker.router.decide(facts, attempts: tried, now: now), !tried.contains(next) else {
            return false
        }
        release(closing: !connection.reader.isReusable, failure: .response, now: now)
        firstByteAt = nil
        plan.start(window: worker.limits.retryWindow, now: now)
        pause(now: now)
        return true
    }

    static func failure(of status: Int) -> RouterEvent.ResponseFailure {
        (502...504).contains(status) ? .gatewayError : .serverError
    }

    /// Writes the head and what there is of the body to the client.
    func commit(_ connection: UpstreamConnection, _ response: ResponseHead, now: Moment) {
        if keepAlive.isHeadSent { return commitBehindHead(connection, response, now: now) }
        if let translation, response.status < 300 { return commitPredictions(translation, connection, response, now: now) }
        let (client, worker) = (client, worker)
        let isComplete = connection.reader.isComplete
        let body = connection.reader.takeBody()
        responseBytes = body.readableBytes
        if response.isEventStream { noteFirstToken(now: now) }
        let framing = clientFraming(response, isComplete: isComplete, held: body.readableBytes)
        let closes = client.isLastRequest || framing == .untilClose || !client.body.isComplete
        state = .forwarding
        var out = worker.outbox.buffer()
        connection.reader.headBytes.withUnsafeReadableBytes { bytes in
            ClientResponseHead(
                placeLines: placeLines, sessionLine: sessionLine(route: route), reason: reason.code, identity: client.identity,
                framing: framing, closes: closes, isForHTTP10: client.head.isHTTP10, rateLimits: client.rateLimits(now: now)
            ).write(bytes, head: response, fields: connection.reader.table.fields, to: &out)
        }
        if body.readableBytes <= ProxyLimits.copiedBytes {
            out.writeImmutableBuffer(body)
            client.write(out)
        } else {
            client.write(out)
            client.write(body)
        }
        worker.outbox.keep(out)
        worker.outbox.flushLater(client)
        if response.status < 500 { worker.noteServed(facts.workload, now: now) }
        if isComplete { complete(connection, closes: closes, now: now) } else { keepForwarding(now: now) }
    }

    func clientFraming(_ response: ResponseHead, isComplete: Bool, held: Int) -> ClientResponseHead.Framing {
        let loses =
            response.framing == .untilClose || (response.framing == .chunked && (client.head.isHTTP10 || translation != nil))
        guard loses else { return .asSent }
        return isComplete ? .length(held) : .untilClose
    }

    func forward(_ connection: UpstreamConnection) {
        let now = worker.now()
        if let response = connection.reader.head, exceedsLimit(connection, response) { return breakOff(now: now) }
        if keepAlive.isHeadSent, let response = connection.reader.head {
            forwardBehindHead(connection, response)
            worker.outbox.flushLater(client)
            guard connection.reader.isComplete else { return keepForwarding(now: now) }
            return complete(connection, closes: client.isLastRequest || !client.body.isComplete, now: now)
        }
        let body = connection.reader.takeBody()
        responseBytes += body.readableBytes
        if body.readableBytes > 0 {
            client.write(body)
            worker.outbox.flushLater(client)
        }
        guard connection.reader.isComplete, let response = connection.reader.head else {
            return keepForwarding(now: now)
        }
        let ends = client.phase == .tunneling || clientFraming(response, isComplete: false, held: 0) == .untilClose
        complete(connection, closes: ends || client.isLastRequest || !client.body.isComplete, now: now)
    }

    /// The response is larger than its route lets one be. Chunk framing counts as it came.
    func exceedsLimit(_ connection: UpstreamConnection, _ response: ResponseHead) -> Bool {
        guard let limit = route?.responseBodyLimit, !connection.reader.isUpgraded else { return false }
        if case .length(let length) = response.framing, length > limit { return true }
        return responseBytes + connection.reader.heldBytes > limit
    }

    /// Nothing of the response has reached the client, and nothing will.
    func refuseResponse(now: Moment) {
        release(closing: true, now: now)
        giveUp(.responseTooLarge(limit: route?.responseBodyLimit ?? 0))
    }

    func keepForwarding(now: Moment) {
        arm(after: route?.idleTimeout ?? .seconds(30), now: now)
    }

    /// What was written is flushed: if the client's socket did not take it, the replica is not read on until it does. Judged behind
    /// the flush, because each pause costs two system calls.
    func clientWasFlushed() {
        if state == .forwarding, !client.isWritable { connection?.setReading(false) }
    }

    func clientBecameWritable() { connection?.setReading(true) }

    func complete(_ connection: UpstreamConnection, closes: Bool, now: Moment) {
        let client = client
        let isReusable = connection.reader.isReusable && client.body.isComplete && connection.isOpen
        release(closing: !isReusable, now: now)
        finish()
        client.count(status: status, firstByte: firstByteAt)
        client.responseEnded(closes: closes)
    }
}
