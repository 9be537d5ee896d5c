import FleetModel
import FleetTransport
import NIOCore
import NIOHTTP1

/// One connection to a plane's feed: asks once, then reads signed lines until something is wrong.
final class FeedHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// A feed this silent is dead: planes write a line at least every 500 ms.
    static let silence = TimeAmount.seconds(3)

    private let request: HTTPRequestHead
    private var reader: FeedLineReader
    private let onReport: (PlaneReport) -> Void
    /// Called once, when the connection is over.
    private var onEnd: ((FeedProblem) -> Void)?
    private var watchdog: Scheduled<Void>?

    init(
        gateway: GatewayName, plane: PlaneName, key: String, address: ListenAddress, onReport: @escaping (PlaneReport) -> Void,
        onEnd: @escaping (FeedProblem) -> Void
    ) {
        let nonce = FeedAuthentication.makeNonce()
        let signature = FeedAuthentication.requestSignature(key: key, gateway: gateway, plane: plane, nonce: nonce)
        request = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/feed",
            headers: [
                "host": address.description, "accept": "application/x-ndjson", "x-tradewind-gateway": gateway.rawValue,
                "x-tradewind-nonce": nonce, "authorization": "Tradewind-HMAC \(signature)",
            ])
        reader = FeedLineReader(key: key, nonce: nonce, plane: plane)
        self.onReport = onReport
        self.onEnd = onEnd
    }

    func handlerAdded(context: ChannelHandlerContext) {
        watch(context)
        context.write(wrapOutboundOut(.head(request)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard onEnd != nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if head.status != .ok { end(.unexpectedStatus(Int(head.status.code)), context) }
        case .body(let bytes):
            watch(context)
            do {
                for report in try reader.read(bytes.readableBytesView) { onReport(report) }
            } catch {
                end(error, context)
            }
        case .end:
            end(.closed, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(.malformedLine, context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(.closed, context)
        context.fireChannelInactive()
    }

    private func watch(_ context: ChannelHandlerContext) {
        watchdog?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watchdog = context.eventLoop.scheduleTask(in: Self.silence) {
            let (handler, context) = bound.value
            handler.end(.silent(seconds: Int(Self.silence.nanoseconds / 1_000_000_000)), context)
        }
    }

    private func end(_ problem: FeedProblem, _ context: ChannelHandlerContext) {
        watchdog?.cancel()
        guard let onEnd else { return }
        self.onEnd = nil
        context.close(promise: nil)
        onEnd(problem)
    }
}
