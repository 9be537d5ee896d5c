import FleetModel
import FleetRouting
import NIOCore

/// The request's way out: head and held body in one piece, a larger body as it comes.
extension Exchange {
    func send(on connection: UpstreamConnection, now: Moment) {
        self.connection = connection
        state = .awaiting
        epoch += 1
        plan.noteSent()
        dispatchedAt = now
        deadlines.attempt = route?.policy.perTryTimeout.map { now.advanced(by: $0) }
        noteSent(nil, now: now)
        writeRequest(on: connection)
        arm(after: route?.firstByteTimeout ?? .seconds(60), now: now)
        if !client.body.isComplete { client.readMore() } else { planHedge(now: now) }
    }

    /// The head and, where it is held whole, the body.
    func writeRequest(on connection: UpstreamConnection) {
        let (client, worker) = (client, worker)
        connection.begin(
            self, isHeadRequest: client.head.method == .head, decodesChunks: client.head.isHTTP10 || translation != nil,
            scansUsage: readsUsage && !client.passesUpgrade, acceptsUpgrade: client.passesUpgrade)
        var out = worker.outbox.buffer()
        client.headBytes.withUnsafeReadableBytes { bytes in
            let head = UpstreamRequestHead(
                hostLine: client.passesUpgrade ? connection.hostLine + Self.upgradeLines : connection.hostLine,
                forwardingLines: client.forwardingLines, identity: client.identity,
                framing: requestFraming)
            if let translation { return head.write(translatedTo: translation.target, to: &out) }
            head.write(bytes, head: client.head, fields: client.table.fields, to: &out)
        }
        let body = requestBody
        if client.body.isComplete, body.readableBytes <= ProxyLimits.copiedBytes {
            out.writeImmutableBuffer(body)
            connection.write(out)
        } else {
            connection.write(out)
            if client.body.isComplete { connection.write(body) }
        }
        worker.outbox.flushLater(connection)
        worker.outbox.keep(out)
    }

    var requestFraming: UpstreamRequestHead.Framing {
        if client.body.isComplete, requestBody.readableBytes > 0 { return .length(requestBody.readableBytes) }
        return switch client.head.framing {
        case .none: .none
        case .length(let length): .length(length)
        case .chunked: client.body.isComplete ? .none : .chunked
        }
    }

    /// Whether more of a streamed body can be sent now.
    var takesBody: Bool { (state == .awaiting || state == .forwarding) && connection?.isWritable == true }

    /// Sends what was gathered of a streamed body. From here the request cannot be sent again.
    func sendBody() {
        guard let connection else { return }
        plan.isHeld = false
        let bytes = client.body.take()
        let isChunked = client.head.framing == .chunked
        if bytes.readableBytes > 0 {
            if isChunked { connection.write(ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")) }
            connection.write(bytes)
            if isChunked { connection.write(ByteBuffer(string: "\r\n")) }
        }
        if client.body.isComplete, isChunked { connection.write(ByteBuffer(string: "0\r\n\r\n")) }
        connection.flush()
        client.setReading(connection.isWritable || client.body.isComplete)
        let waitsForClient = !client.body.isComplete && connection.isWritable
        let timeout = waitsForClient ? worker.limits.bodyTimeout : route?.firstByteTimeout ?? .seconds(60)
        arm(after: timeout, now: worker.now())
    }

    func upstreamBecameWritable() {
        if client.phase == .streaming || client.phase == .tunneling { client.readMore() }
    }

    /// What came of the body so far must not be served: the replica sees a broken request.
    func cutRequest(_ refusal: GatewayRefusal) {
        let isCommitted = state == .forwarding
        release(closing: true, now: worker.now())
        if isCommitted {
            finish()
            client.count(status: refusal.status, firstByte: firstByteAt)
            client.abortAfterExchange()
        } else {
            giveUp(refusal)
        }
    }
}
