import NIOCore

/// Tells the request that is being answered when its client leaves.
///
/// Hummingbird reads no further while it answers, so that a client's leaving is seen first in the pipeline. A closed sending side
/// counts as leaving, as it does for vLLM's server (uvicorn).
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias OutboundIn = NIOAny

    /// Sent down the pipeline as an outbound event by the request that wants to know.
    struct Interest: Sendable {
        /// Called on the event loop, at once when the client has left already.
        var onLeave: @Sendable () -> Void
    }

    private var interest: Interest?
    private var hasLeft = false

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let interest = event as? Interest else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        if hasLeft { interest.onLeave() } else { self.interest = interest }
        promise?.succeed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { leave() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    private func leave() {
        hasLeft = true
        interest?.onLeave()
        interest = nil
    }
}

@available(*, unavailable)
extension ConnectionWatch: Sendable {}
