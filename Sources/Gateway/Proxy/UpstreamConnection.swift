import FleetModel
import FleetRouting
import NIOCore

/// One connection to one replica incarnation: at most one exchange at a time.
final class UpstreamConnection: ChannelInboundHandler, Deadlined {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let handle: ReplicaHandle
    let hostLine: [UInt8]
    var reader = ResponseReader()
    var deadline = DeadlineSlot()
    /// Where it stands in its pool; -1 while it is in none.
    var position = -1
    /// Exchanges it carried before: a closed connection that was used before may just have idled too long.
    private(set) var uses = 0
    /// Its place among the connections its workload may have at its plane.
    var seat: SharedCount?
    /// It ended by an error, so that even a response without a length is not complete.
    private(set) var wasReset = false
    private let worker: GatewayWorker
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    /// ``Outbox`` has it.
    var isFlushDue = false
    /// Whether it is read; not while its client takes nothing.
    private(set) var isReading = true

    init(worker: GatewayWorker, handle: ReplicaHandle, hostLine: [UInt8]) {
        self.worker = worker
        self.handle = handle
        self.hostLine = hostLine
    }

    var isOpen: Bool { context != nil }
    var isWritable: Bool { context?.channel.isWritable ?? false }
    var isFresh: Bool { uses == 1 }

    // MARK: For the exchange

    func begin(_ exchange: Exchange, isHeadRequest: Bool, decodesChunks: Bool, scansUsage: Bool, acceptsUpgrade: Bool = false) {
        self.exchange = exchange
        uses += 1
        reader.start(
            isHeadRequest: isHeadRequest, decodesChunks: decodesChunks, scansUsage: scansUsage, acceptsUpgrade: acceptsUpgrade)
    }

    /// The exchange lets go of the connection.
    func detach() {
        exchange = nil
        reader.releaseBuffers()
        setReading(true)
    }

    func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }
    func flush() { context?.flush() }

    /// Back-pressure: reads only while the client takes what was read.
    func setReading(_ wanted: Bool) {
        guard wanted != isReading, let context else { return }
        isReading = wanted
        try? context.channel.syncOptions?.setOption(.autoRead, value: wanted)
    }

    func close() {
        let open = context
        context = nil
        worker.pool.remove(self)
        open?.close(promise: nil)
        let cut = exchange
        exchange = nil
        cut?.upstreamClosed(self)
    }

    func replicaFellSilent() { exchange?.replicaFellSilent(self) }

    /// Whoever dialled left meanwhile: the connection waits for the next request.
    func releaseUnused() { worker.pool.release(self) }

    func deadlinePassed(now: Moment) {
        if exchange == nil { close() }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { ended() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else {
            // Nothing was asked: whatever this is, it answers nobody.
            close()
            return
        }
        exchange.upstreamRead(self, unwrapInboundIn(data))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.upstreamBecameWritable() }
    }

    func channelInactive(context: ChannelHandlerContext) { ended() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        wasReset = true
        close()
    }

    private func ended() {
        guard context != nil else { return }
        context = nil
        worker.pool.remove(self)
        let cut = exchange
        exchange = nil
        cut?.upstreamClosed(self)
    }
}
