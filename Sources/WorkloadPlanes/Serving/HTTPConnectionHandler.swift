package import NIOCore
package import NIOHTTP1

/// A request whose body has arrived whole.
package struct ServedRequest: Sendable {
    package var head: HTTPRequestHead
    package var body: ByteBuffer
}

/// Takes the requests of one connection, one after the other. The next may arrive while the end of an answer is still on its
/// way: it waits, and a client that sends more than one request ahead is disconnected.
final class HTTPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPRequestHead, ByteBuffer)
        case responding(Task<Void, Never>)
        case closing
    }

    private let bodyLimit: Int
    private let patience: TimeAmount
    private let respond: HTTPListener.Handler
    private var state = State.idle
    /// Closes the connection where nothing of a request comes; nil while one is being answered.
    private var giveUp: Scheduled<Void>?
    /// What arrived of the next request while an answer was being written.
    private var waiting: [HTTPServerRequestPart] = []
    private var waitingBytes = 0
    private static let waitingLimit = 4_096

    init(bodyLimit: Int, patience: TimeAmount, respond: @escaping HTTPListener.Handler) {
        (self.bodyLimit, self.patience, self.respond) = (bodyLimit, patience, respond)
    }

    func handlerAdded(context: ChannelHandlerContext) { expectMore(on: context.channel) }

    private func expectMore(on channel: any Channel) {
        giveUp?.cancel()
        giveUp = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(unwrapInboundIn(data), context: context)
    }

    private func take(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch (part, state) {
        case (.head(let head), .idle):
            state = .receiving(head, ByteBuffer())
            expectMore(on: context.channel)
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > bodyLimit {
                refuse(context: context)
            } else if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
                context.writeAndFlush(
                    wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
            }
        case (.body(var piece), .receiving(let head, var body)):
            state = .idle
            guard body.readableBytes + piece.readableBytes <= bodyLimit else { return refuse(context: context) }
            body.writeBuffer(&piece)
            state = .receiving(head, body)
            expectMore(on: context.channel)
        case (.end, .receiving(let head, let body)):
            begin(ServedRequest(head: head, body: body), context: context)
        case (_, .responding) where mayWait(part): waiting.append(part)
        case (_, .closing): break
        default:
            state = cancelled()
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp?.cancel()
        state = cancelled()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state = cancelled()
        context.close(promise: nil)
    }

    /// At most one request, with no more of a body than would be taken.
    private func mayWait(_ part: HTTPServerRequestPart) -> Bool {
        if case .end? = waiting.last { return false }
        if case .body(let piece) = part { waitingBytes += piece.readableBytes }
        return waitingBytes <= bodyLimit && waiting.count < Self.waitingLimit
    }

    private func cancelled() -> State {
        waiting = []
        if case .responding(let task) = state { task.cancel() }
        return .closing
    }

    private func begin(_ request: ServedRequest, context: ChannelHandlerContext) {
        giveUp?.cancel()
        let stream = ResponseStream(
            channel: context.channel, isKeptAlive: request.head.isKeepAlive, isHead: request.head.method == .HEAD)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let boundContext = NIOLoopBound(context, eventLoop: context.eventLoop)
        let (respond, channel) = (respond, context.channel)
        state = .responding(
            Task {
                do {
                    try await respond(request, stream)
                    let isKept = stream.isKeptAlive
                    channel.eventLoop.execute { bound.value.end(isKept: isKept, context: boundContext.value) }
                } catch {
                    // The client is gone, or the answer broke off: an unfinished answer must not look finished.
                    channel.close(promise: nil)
                }
            })
    }

    /// Ends the answer. The next request is expected before the end is written: the client may send it at once.
    private func end(isKept: Bool, context: ChannelHandlerContext) {
        guard case .responding = state else { return }
        state = isKept ? .idle : .closing
        let channel = context.channel
        expectMore(on: channel)
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !isKept { written.whenComplete { _ in channel.close(promise: nil) } }
        let next = waiting
        (waiting, waitingBytes) = ([], 0)
        for part in next { take(part, context: context) }
    }

    private func refuse(context: ChannelHandlerContext) {
        state = .closing
        let headers: HTTPHeaders = ["connection": "close", "content-length": "0"]
        let head = HTTPResponseHead(version: .http1_1, status: .payloadTooLarge, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }
}

/// Writes one answer; every call returns when the bytes are with the system, so that a slow client slows the source.
package final class ResponseStream: Sendable {
    let isKeptAlive: Bool
    private let channel: any Channel
    private let isHead: Bool

    init(channel: any Channel, isKeptAlive: Bool, isHead: Bool) {
        (self.channel, self.isKeptAlive, self.isHead) = (channel, isKeptAlive, isHead)
    }

    package func begin(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:]) async throws {
        var headers = headers
        if !isKeptAlive { headers.replaceOrAdd(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        try await channel.writeAndFlush(HTTPServerResponsePart.head(head))
    }

    package func write(_ bytes: ByteBuffer) async throws {
        guard !isHead else { return }
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(bytes)))
    }

    /// A whole answer.
    package func answer(_ status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: String = "") async throws {
        var headers = headers
        headers.replaceOrAdd(name: "content-length", value: "\(body.utf8.count)")
        try await begin(status, headers: headers)
        if !body.isEmpty { try await write(ByteBuffer(string: body)) }
    }

    /// An error as the OpenAI API shapes it. `code` and `message` are our own words, without quotes or line ends.
    func refuse(_ status: HTTPResponseStatus, code: String, message: String, retryAfter: Int? = nil) async throws {
        var headers: HTTPHeaders = ["content-type": "application/json"]
        if let retryAfter { headers.add(name: "retry-after", value: "\(retryAfter)") }
        let type = status.code >= 500 ? "server_error" : "invalid_request_error"
        let text = String(message.map { $0 == "\"" || $0 == "\\" || $0.isNewline ? "'" : $0 })
        try await answer(
            status, headers: headers,
            body: "{\"error\":{\"code\":\"\(code)\",\"message\":\"\(text)\",\"param\":null,\"type\":\"\(type)\"}}")
    }
}
