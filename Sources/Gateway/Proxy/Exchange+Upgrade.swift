import FleetModel
import FleetRouting
import NIOCore

/// A connection that changed to WebSocket: bytes pass both ways, unread, until one side ends or both are silent for the route's
/// `idle`. It is in flight for as long, and holds what its request took of limits.
extension Exchange {
    static let upgradeLines = Array("connection: upgrade\r\nupgrade: websocket\r\n".utf8)

    /// The replica agreed.
    func openTunnel(_ connection: UpstreamConnection, now: Moment) {
        guard let response = connection.reader.head else { return }
        status = response.status
        firstByteAt = now
        let firstByte = now.since(dispatchedAt)
        worker.router.handle(.firstByte(handle, after: firstByte), now: now)
        if isInside { worker.gate.learn(gatePlace, firstByte) }
        worker.noteServed(facts.workload, now: now)
        state = .forwarding
        keepAlive.due = nil
        client.phase = .tunneling
        var out = ByteBuffer()
        connection.reader.headBytes.withUnsafeReadableBytes { bytes in
            ClientResponseHead(
                placeLines: placeLines, sessionLine: sessionLine(route: route) + Self.upgradeLines, reason: reason.code,
                identity: client.identity, framing: .asSent, closes: false, isForHTTP10: false,
                rateLimits: client.rateLimits(now: now)
            ).write(bytes, head: response, fields: connection.reader.table.fields, to: &out)
        }
        var first = connection.reader.takeBody()
        out.writeBuffer(&first)
        client.write(out)
        worker.outbox.flushLater(client)
        keepForwarding(now: now)
        client.readMore()
    }

    func sendTunnel(_ bytes: ByteBuffer) {
        guard let connection else { return }
        connection.write(bytes)
        connection.flush()
        if !connection.isWritable { client.setReading(false) }
        keepForwarding(now: worker.now())
    }

    /// Nothing moved for long, or the request's time is over: nobody is blamed.
    func closeTunnel(now: Moment) {
        release(closing: true, now: now)
        finish()
        client.count(status: status, firstByte: firstByteAt)
        client.abortAfterExchange()
    }
}
