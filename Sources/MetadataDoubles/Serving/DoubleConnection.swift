import FleetModel
import FleetTransport
import NIOCore
import NIOHTTP1

/// One connection: collects a request, lets the node's service or the commands answer, holds it while it hangs.
final class DoubleConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Largest body, in bytes; approvals and orders are far smaller.
    static let bodyLimit = 64 << 10

    private let world: DoubleWorld
    private let key: String
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// Counts the requests of the connection: what wakes up for an earlier one is passed over.
    private var number: UInt64 = 0
    private var isClosed = false
    /// The node whose change is waited for.
    private var waitsAt: DoubleNode?

    init(world: DoubleWorld, key: String) { (self.world, self.key) = (world, key) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let next):
            head = next
            body = []
        case .body(let piece):
            guard body.count + piece.readableBytes <= Self.bodyLimit else { return close(context) }
            body.append(contentsOf: piece.readableBytesView)
        case .end:
            guard let head else { return }
            self.head = nil
            number += 1
            take(head, context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        endWaiting()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close(context) }

    private func close(_ context: ChannelHandlerContext) {
        isClosed = true
        context.close(promise: nil)
    }

    private func take(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let path = head.uri.prefix { $0 != "?" }
        if path.hasPrefix("/-/") { return write(command(head, path), to: head, context: context) }
        guard let (node, rest) = DoubleNode.split(path) else {
            return write(DoubleReply(404, "paths begin with /SERVICE/PLANE/POOL/INDEX\n"), to: head, context: context)
        }
        let request = DoubleRequest(
            head.method.rawValue, rest + head.uri[path.endIndex...],
            headers: head.headers.map { ($0.name, $0.value) }, body: body)
        ask(request, of: node, head: head, overdueAt: nil, context: context)
    }

    // MARK: Services

    private func ask(
        _ request: DoubleRequest, of node: DoubleNode, head: HTTPRequestHead, overdueAt: NIODeadline?,
        context: ChannelHandlerContext
    ) {
        endWaiting()
        let isOverdue = overdueAt.map { $0 <= .now() } ?? false
        let (answer, seen) = world.answer(request, of: node, isOverdue: isOverdue)
        switch answer {
        case .reply(let reply): write(reply, to: head, context: context)
        case .hangUp: close(context)
        case .hold(let wait, let held):
            let overdueAt = overdueAt ?? .now() + .nanoseconds(wait.nanoseconds)
            let (number, eventLoop) = (number, context.eventLoop)
            let bound = NIOLoopBound((self, context), eventLoop: eventLoop)
            let again: @Sendable () -> Void = {
                let (handler, context) = bound.value
                guard handler.number == number, !handler.isClosed else { return }
                // Answered or held anew: whatever else wakes up for this is passed over.
                handler.number += 1
                handler.ask(held, of: node, head: head, overdueAt: overdueAt, context: context)
            }
            waitsAt = node
            let next = world.whenChanged(node, since: seen, for: ObjectIdentifier(self)) { eventLoop.execute(again) }
            let change = next.map { NIODeadline.now() + .nanoseconds($0.nanoseconds) + .milliseconds(1) }
            eventLoop.scheduleTask(deadline: min(overdueAt, change ?? overdueAt), again)
        }
    }

    private func endWaiting() {
        if let node = waitsAt { world.forget(ObjectIdentifier(self), at: node) }
        waitsAt = nil
    }

    // MARK: Commands

    private func command(_ head: HTTPRequestHead, _ path: Substring) -> DoubleReply {
        guard let (command, node) = DoubleCommand.split(path) else { return DoubleReply(404, "no such command\n") }
        let proof = head.headers["authorization"]
        guard proof.count == 1, FeedAuthentication.matches(proof[0], "Bearer \(key)") else {
            return DoubleReply(401, "the key is in the double's address file\n")
        }
        let status: DoubleStatus?
        switch (command, head.method) {
        case (.status, .GET): status = world.status(node)
        case (.cancel, .POST): status = world.cancel(node)
        case (.reclaim, .POST):
            guard let order = try? FleetJSON.decode(ReclaimOrder.self, from: body), order.isWithinLimits else {
                return DoubleReply(400, "an order is {\"kind\", \"inMilliseconds\", \"awayMilliseconds\"}, each at most a day\n")
            }
            status = world.reclaim(node, order)
        default: return DoubleReply(405, "status is asked by GET, the others by POST\n")
        }
        guard let status, let text = try? FleetJSON.encode(status) else { return DoubleReply(503, "too many nodes\n") }
        return DoubleReply(200, String(decoding: text, as: UTF8.self), headers: ["content-type": "application/json"])
    }

    private func write(_ reply: DoubleReply, to head: HTTPRequestHead, context: ChannelHandlerContext) {
        var headers = HTTPHeaders(reply.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        headers.replaceOrAdd(name: "content-length", value: "\(reply.body.utf8.count)")
        if !head.isKeepAlive { headers.replaceOrAdd(name: "connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: reply.status)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if head.method != .HEAD, !reply.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
        }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !head.isKeepAlive {
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
