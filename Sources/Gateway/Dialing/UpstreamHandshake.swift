import FleetModel
import NIOCore
import NIOSSL
import NIOTLS

/// Waits until a replica has proven itself, and steps out of the pipeline then.
final class UpstreamHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let address: ListenAddress
    private let timeout: TimeAmount
    private var established: EventLoopPromise<Void>?
    private var deadline: Scheduled<Void>?

    init(address: ListenAddress, timeout: TimeAmount, established: EventLoopPromise<Void>) {
        self.address = address
        self.timeout = timeout
        self.established = established
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.fail(.timedOut(handler.address), context: context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        established?.fail(DialFailure.unreachable(address, cause: "the connection ended in its TLS handshake"))
        established = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent, let established else {
            return context.fireUserInboundEventTriggered(event)
        }
        self.established = nil
        deadline?.cancel()
        context.pipeline.syncOperations.removeHandler(self, promise: established)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.unreachable(address, cause: "the connection ended in its TLS handshake"), context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard established != nil else { return context.fireErrorCaught(error) }
        fail(.untrusted(address, cause: "\(error)"), context: context)
    }

    private func fail(_ failure: DialFailure, context: ChannelHandlerContext) {
        guard let established else { return }
        self.established = nil
        deadline?.cancel()
        established.fail(failure)
        context.close(promise: nil)
    }
}
