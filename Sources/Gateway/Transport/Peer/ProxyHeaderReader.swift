import FleetModel
import FleetRouting
import NIOCore

/// A connection of a trusted proxy that has yet to say whose it is. It makes way for what serves the connection.
final class ProxyHeaderReader: ChannelInboundHandler, RemovableChannelHandler, Deadlined, WorkerConnection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    var deadline = DeadlineSlot()
    var registration = -1
    private unowned let worker: GatewayWorker
    private var context: ChannelHandlerContext?
    private var bytes = ByteBuffer()

    init(worker: GatewayWorker) { self.worker = worker }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard worker.connections.add(self, limit: worker.limits.handshakes) else {
            context.close(promise: nil)
            return
        }
        worker.arm(self, after: worker.limits.proxyHeaderTimeout, now: worker.now())
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended() }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What was read with the bytes that broke a rule.
        guard self.context != nil else { return }
        var more = unwrapInboundIn(data)
        if bytes.readableBytes == 0 { bytes = more } else { bytes.writeBuffer(&more) }
        switch bytes.withUnsafeReadableBytes(ProxyHeader.read) {
        case .incomplete: return
        case .malformed: refuse()
        case .read(let source, let length):
            bytes.moveReaderIndex(forwardBy: length)
            serve(context, address(source, context))
        }
    }

    private func address(_ source: ProxyHeader.Source, _ context: ChannelHandlerContext) -> String? {
        switch source {
        case .address(let address): address.description
        case .hidden: nil
        case .proxy: context.remoteAddress?.ipAddress
        }
    }

    private func serve(_ context: ChannelHandlerContext, _ address: String?) {
        let rest = bytes
        bytes = ByteBuffer()
        ended()
        do {
            try worker.enter(context.channel, ClientPeer(address: address))
        } catch {
            return context.close(promise: nil)
        }
        if rest.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(rest))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { cut() }
    func deadlinePassed(now: Moment) { refuse() }
    func drain() { cut() }

    private func refuse() {
        worker.counters.malformedProxyHeaders += 1
        cut()
    }

    func cut() {
        let open = context
        bytes = ByteBuffer()
        ended()
        open?.close(promise: nil)
    }

    private func ended() {
        guard context != nil else { return }
        context = nil
        worker.remove(self)
    }
}
