import NIOCore
import NIOPosix

/// One client's connection through the relay: the CONNECT head, then two directions. Lives on the client's event loop, where
/// the target's channel is registered too.
final class RelayConnection {
    enum Side { case client, target }

    private enum State {
        case readingHead(ConnectHead)
        /// The head is on its way to the target, or its connection is being made.
        case connecting
        case tunnelling(target: any Channel)
        /// Refused, or the client went away before the target was reached.
        case over
    }

    private let client: any Channel
    private let limits: RelayLimits
    private let delay: TimeAmount
    private let upstream: RelayDirection
    private let downstream: RelayDirection
    private var state: State
    private var headTimeout: Scheduled<Void>?
    private var broken: (client: Bool, target: Bool) = (false, false)
    private var ended: (client: Bool, target: Bool) = (false, false)

    init(client: any Channel, delay: Int64, limits: RelayLimits) {
        let loop = client.eventLoop
        self.client = client
        self.limits = limits
        self.delay = .nanoseconds(delay)
        upstream = RelayDirection(source: client, sink: nil, loop: loop, delay: delay, capacity: limits.inFlightBytes)
        downstream = RelayDirection(source: nil, sink: client, loop: loop, delay: delay, capacity: limits.inFlightBytes)
        state = .readingHead(ConnectHead(limit: limits.headBytes))
    }

    /// Called once, when the client's channel is active.
    func begin() {
        let handle = NIOLoopBound(self, eventLoop: client.eventLoop)
        headTimeout = client.eventLoop.scheduleTask(in: .milliseconds(limits.headMilliseconds)) {
            handle.value.client.close(promise: nil)
        }
    }

    // MARK: What channels report

    func mayRead(_ side: Side) -> Bool { from(side).mayRead() }

    func received(_ bytes: ByteBuffer, _ side: Side) {
        if case .readingHead(let head) = state, case .client = side { return readHead(head, bytes) }
        from(side).take(bytes)
    }

    /// The channel's other end sends no more.
    func inputClosed(_ side: Side) {
        mark(&ended, side)
        if case .readingHead = state { return client.close(promise: nil) }
        if case .over = state { return client.close(promise: nil) }
        from(side).takeEnd()
    }

    func failed(_ side: Side) { mark(&broken, side) }

    func becameWritable(_ side: Side) { to(side).sinkBecameWritable() }

    func closed(_ side: Side) {
        headTimeout?.cancel()
        if case .tunnelling = state {} else { state = .over }
        // A channel also closes as a whole when its input ends after its output: that is an orderly end.
        let (isBroken, hasEnded) = side == .client ? (broken.client, ended.client) : (broken.target, ended.target)
        if isBroken || !to(side).hasEnded {
            from(side).takeReset()
        } else if !hasEnded {
            from(side).takeEnd()
        }
        to(side).sinkClosed()
    }

    private func from(_ side: Side) -> RelayDirection { side == .client ? upstream : downstream }
    private func to(_ side: Side) -> RelayDirection { side == .client ? downstream : upstream }

    private func mark(_ flags: inout (client: Bool, target: Bool), _ side: Side) {
        if side == .client { flags.client = true } else { flags.target = true }
    }

    // MARK: The head

    private func readHead(_ head: ConnectHead, _ bytes: ByteBuffer) {
        var head = head
        switch head.read(bytes.readableBytesView) {
        case .incomplete:
            state = .readingHead(head)
        case .refused(let refusal):
            refuse(refusal.statusLine, refusal.explanation)
        case .target(let host, let port, let rest):
            headTimeout?.cancel()
            state = .connecting
            upstream.take(ByteBuffer(bytes: rest))
            let handle = NIOLoopBound(self, eventLoop: client.eventLoop)
            client.eventLoop.scheduleTask(in: delay) { handle.value.connect(host: host, port: port) }
        }
    }

    private func refuse(_ statusLine: String, _ explanation: String) {
        state = .over
        headTimeout?.cancel()
        let body = explanation + "\n"
        let answer =
            "HTTP/1.1 \(statusLine)\r\ncontent-type: text/plain\r\ncontent-length: \(body.utf8.count)\r\n"
            + "connection: close\r\n\r\n\(body)"
        let channel = client
        channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }

    // MARK: The target

    /// Runs when the head has arrived on the far side.
    private func connect(host: String, port: Int) {
        guard case .connecting = state else { return }
        let handle = NIOLoopBound(self, eventLoop: client.eventLoop)
        RelayChannel.configured(ClientBootstrap(group: client.eventLoop), limits: limits)
            .connectTimeout(.milliseconds(limits.connectMilliseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RelayChannel(connection: handle.value, side: .target))
                }
            }
            .connect(host: host, port: port)
            .assumeIsolated()
            .whenComplete { handle.value.connected($0) }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        guard case .connecting = state else {
            if case .success(let target) = result { target.close(promise: nil) }
            return
        }
        switch result {
        case .success(let target):
            state = .tunnelling(target: target)
            downstream.connect(source: target)
            downstream.take(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
            upstream.connect(sink: target)
            target.setOption(.autoRead, value: true).whenFailure { _ in target.close(promise: nil) }
        case .failure:
            let handle = NIOLoopBound(self, eventLoop: client.eventLoop)
            client.eventLoop.scheduleTask(in: delay) {
                handle.value.refuse("502 Bad Gateway", "nothing accepted the connection at the target")
            }
        }
    }
}
