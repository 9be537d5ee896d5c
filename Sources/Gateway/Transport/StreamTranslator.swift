import NIOCore
import NIOHPACK
import NIOHTTP2

/// One HTTP/2 stream seen as one HTTP/1.1 exchange: requests become the bytes the gateway reads, its answer becomes frames.
///
/// So there is one parser, one set of limits and one way to a replica. Back-pressure goes through both ways: a stream that is not
/// read gets no more window, and one whose client takes nothing is not writable.
final class StreamTranslator: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    private enum Request {
        case waiting
        /// What is left of the declared length; nil where the body goes on in chunks.
        case body(left: Int?)
        case ended
    }

    /// Handed to the stream and not yet taken by the connection.
    private(set) var unsentBytes = 0
    private var request = Request.waiting
    private var response = ResponseReader()
    private var hasSentHead = false
    /// The frame that ended the response; what is written behind it is done when it is.
    private var end: EventLoopFuture<Void>?
    private var isClosed = false

    // MARK: The request

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers): takeHeaders(headers, context)
        case .data(let data): takeData(data, context)
        case .rstStream, .priority, .settings, .pushPromise, .ping, .goAway, .windowUpdate, .alternativeService, .origin: return
        }
    }

    private func takeHeaders(_ frame: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        guard case .waiting = request else { return takeTrailers(frame, context) }
        do throws(StreamRequestHead.Problem) {
            let head = try StreamRequestHead(frame.headers, hasBody: !frame.endStream)
            request = frame.endStream ? .ended : .body(left: head.contentLength)
            response.start(isHeadRequest: head.isHead, decodesChunks: true)
            context.fireChannelRead(wrapInboundOut(head.bytes))
        } catch {
            reset(error == .connectMethod ? .connectError : .protocolError, context)
        }
    }

    /// Trailers end the body; nothing of them is passed on.
    private func takeTrailers(_ frame: HTTP2Frame.FramePayload.Headers, _ context: ChannelHandlerContext) {
        guard frame.endStream, case .body = request else { return reset(.protocolError, context) }
        endBody(context)
    }

    private func takeData(_ frame: HTTP2Frame.FramePayload.Data, _ context: ChannelHandlerContext) {
        guard case .body(let left) = request, case .byteBuffer(var bytes) = frame.data else {
            return reset(.protocolError, context)
        }
        if let left {
            // More than was declared would be read as the next request.
            guard bytes.readableBytes <= left else { return reset(.protocolError, context) }
            request = .body(left: left - bytes.readableBytes)
            if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        } else if bytes.readableBytes > 0 {
            var chunk = context.channel.allocator.buffer(capacity: bytes.readableBytes + 16)
            chunk.writeString(String(bytes.readableBytes, radix: 16) + "\r\n")
            chunk.writeBuffer(&bytes)
            chunk.writeStaticString("\r\n")
            context.fireChannelRead(wrapInboundOut(chunk))
        }
        if frame.endStream { endBody(context) }
    }

    private func endBody(_ context: ChannelHandlerContext) {
        guard case .body(let left) = request else { return }
        guard let left else {
            request = .ended
            return context.fireChannelRead(wrapInboundOut(ByteBuffer(string: "0\r\n\r\n")))
        }
        guard left == 0 else { return reset(.protocolError, context) }
        request = .ended
    }

    // MARK: The response

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        guard !isClosed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if bytes.readableBytes == 0 {
            // Nothing follows: a body whose end was left to the connection's is whole.
            if hasSentHead, end == nil, response.receiveEnd() { sendBody(context) }
        } else {
            send(bytes, context)
        }
        guard let promise else { return }
        if let end { end.cascade(to: promise) } else { promise.succeed() }
    }

    private func send(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        if !hasSentHead, Self.isContinue(bytes) { return sendHeaders([(":status", "100")], endsStream: false, context) }
        do throws(ResponseReader.Problem) {
            try response.receive(bytes)
        } catch {
            return reset(.internalError, context)
        }
        guard let head = response.head else { return }
        if !hasSentHead {
            hasSentHead = true
            let isWhole = response.isComplete && response.heldBytes == 0
            sendHeaders(StreamResponseHead.fields(head, response), endsStream: isWhole, context)
            if isWhole { return }
        }
        sendBody(context)
    }

    private func sendBody(_ context: ChannelHandlerContext) {
        let bytes = response.takeBody()
        guard bytes.readableBytes > 0 || response.isComplete else { return }
        write(.data(.init(data: .byteBuffer(bytes), endStream: response.isComplete)), bytes.readableBytes, context)
    }

    private func sendHeaders(_ fields: [(String, String)], endsStream: Bool, _ context: ChannelHandlerContext) {
        write(.headers(.init(headers: HPACKHeaders(fields), endStream: endsStream)), 0, context, endsStream: endsStream)
    }

    private func write(
        _ payload: HTTP2Frame.FramePayload, _ count: Int, _ context: ChannelHandlerContext, endsStream: Bool? = nil
    ) {
        unsentBytes += count
        let isLast = endsStream ?? response.isComplete
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in self.unsentBytes -= count }
        if isLast { end = written.futureResult }
        context.write(wrapOutboundOut(payload), promise: written)
    }

    // MARK: The end

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard !isClosed else { return context.close(mode: mode, promise: promise) }
        switch mode {
        case .output where end != nil:
            // The answer is whole: what is left of the request need not come (RFC 9113 section 8.1).
            if case .ended = request { promise?.succeed() } else { reset(.noError, context, promise) }
        case .all where end != nil:
            if case .ended = request { context.close(mode: .all, promise: promise) } else { reset(.noError, context, promise) }
        default: reset(hasSentHead ? .internalError : .cancel, context, promise)
        }
    }

    private func reset(_ code: HTTP2ErrorCode, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
        guard !isClosed else {
            promise?.succeed()
            return
        }
        isClosed = true
        context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
        context.close(promise: promise)
    }

    private static func isContinue(_ bytes: ByteBuffer) -> Bool {
        bytes.readableBytes == 25 && bytes.readableBytesView.starts(with: "HTTP/1.1 100 ".utf8)
    }
}
