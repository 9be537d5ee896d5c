import FleetModel
import NIOCore
import NIOHTTP2

/// A client's HTTP/2 connection beside its streams: counted, closed when nothing happens on it, and told to go away when the
/// gateway ends.
final class StreamCarrier: ChannelInboundHandler, WorkerConnection {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    var deadline = DeadlineSlot()
    var registration = -1
    private unowned let worker: GatewayWorker
    private var context: ChannelHandlerContext?
    private var openStreams = 0
    private var lastStream = HTTP2StreamID.rootStream
    private var isLeaving = false

    init(worker: GatewayWorker) { self.worker = worker }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard worker.connections.add(self, limit: worker.limits.handshakes) else {
            context.close(promise: nil)
            return
        }
        worker.arm(self, after: worker.limits.headTimeout, now: worker.now())
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended() }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
        context.fireChannelInactive()
    }

    /// What concerns one stream was answered with its reset. Anything else ends the connection, behind the GOAWAY that says so.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        worker.counters.protocolErrors += 1
        // A frame for a stream that was never opened ends the connection (RFC 9113 section 5.1).
        if let idle = error as? NIOHTTP2Errors.NoSuchStream, idle.streamID > lastStream { return leave() }
        // nio-http2 resets the stream with PROTOCOL_ERROR where section 5.1 wants STREAM_CLOSED: that is said of the connection,
        // which takes no further stream and finishes the others.
        if let state = (error as? NIOHTTP2Errors.BadStreamStateTransition)?.fromState, Self.isEnded(state) {
            return drain(.streamClosed)
        }
        if !Self.concernsOneStream(error) { leave() }
    }

    func streamCreated(_ id: HTTP2StreamID) {
        lastStream = max(lastStream, id)
        openStreams += 1
        worker.wheel.disarm(self)
    }

    func streamClosed() {
        openStreams -= 1
        guard openStreams == 0, context != nil else { return }
        if isLeaving { return leaveBehindWrites() }
        worker.arm(self, after: worker.limits.keepAliveTimeout, now: worker.now())
    }

    /// Nothing was asked for long.
    func deadlinePassed(now: Moment) {
        guard openStreams == 0 else { return }
        drain()
    }

    /// Streams that are open are finished; the client is told not to open more (RFC 9113 section 6.8).
    func drain() { drain(.noError) }

    private func drain(_ code: HTTP2ErrorCode) {
        guard !isLeaving, let context else { return }
        isLeaving = true
        guard openStreams > 0 else { return goAway(code) }
        write(goAway: code, context)
    }

    /// The client has ended its half of the stream.
    private static func isEnded(_ state: NIOHTTP2StreamState) -> Bool {
        switch state {
        case .halfClosedRemoteLocalIdle, .halfClosedRemoteLocalActive: true
        default: false
        }
    }

    /// The last stream's frames were written and not flushed when it closed: the connection ends behind them.
    private func leaveBehindWrites() {
        worker.eventLoop.assumeIsolated().execute { self.goAway(.noError) }
    }

    /// Tells the client, then ends the connection.
    private func goAway(_ code: HTTP2ErrorCode) {
        guard let context else { return }
        let told = context.eventLoop.makePromise(of: Void.self)
        told.futureResult.assumeIsolated().whenComplete { _ in self.leave() }
        write(goAway: code, context, promise: told)
    }

    private func write(goAway code: HTTP2ErrorCode, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: lastStream, errorCode: code, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: promise)
    }

    func cut() { leave() }

    private func leave() {
        let open = context
        ended()
        open?.close(promise: nil)
    }

    private func ended() {
        guard context != nil else { return }
        context = nil
        worker.remove(self)
    }

    /// Errors that nio-http2 answers with RST_STREAM, not with GOAWAY.
    private static func concernsOneStream(_ error: any Error) -> Bool {
        switch error {
        case is NIOHTTP2Errors.BadStreamStateTransition, is NIOHTTP2Errors.ContentLengthViolated,
            is NIOHTTP2Errors.ContentLengthHeadersMismatch, is NIOHTTP2Errors.ContentLengthHeaderNegative,
            is NIOHTTP2Errors.ContentLengthHeaderMalformedValue, is NIOHTTP2Errors.DuplicateHostHeader,
            is NIOHTTP2Errors.DuplicatePseudoHeader, is NIOHTTP2Errors.EmptyPathHeader,
            is NIOHTTP2Errors.ForbiddenHeaderField, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue, is NIOHTTP2Errors.InvalidPseudoHeaderValue,
            is NIOHTTP2Errors.InvalidPseudoHeaders, is NIOHTTP2Errors.InvalidWindowIncrementSize,
            is NIOHTTP2Errors.MissingHostHeader, is NIOHTTP2Errors.MissingPseudoHeader, is NIOHTTP2Errors.NoSuchStream,
            is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader, is NIOHTTP2Errors.StreamClosed,
            is NIOHTTP2Errors.TrailersWithoutEndStream, is NIOHTTP2Errors.UnknownPseudoHeader,
            is NIOHTTP2Errors.UnsupportedPseudoHeader:
            true
        default: false
        }
    }
}

/// Tells a carrier of its streams, on its loop.
struct StreamCounting: NIOHTTP2StreamDelegate {
    let carrier: NIOLoopBound<StreamCarrier>

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) { carrier.value.streamCreated(id) }
    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) { carrier.value.streamClosed() }
}
