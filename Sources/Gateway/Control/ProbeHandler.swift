import NIOCore
import NIOHTTP1

/// The reading end of a probe's kept-alive connection.
final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    /// Longest answer to a probe, bytes; more breaks the probe.
    static let bodyLimit = 64 << 10

    private let probe: ReplicaProbe
    private var bodyBytes = 0
    private var isKeptAlive = true

    init(_ probe: ReplicaProbe) { self.probe = probe }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            bodyBytes = 0
            isKeptAlive = head.isKeepAlive
            probe.headArrived(status: Int(head.status.code))
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            if bodyBytes > Self.bodyLimit { context.close(promise: nil) }
        case .end:
            probe.answerEnded(isKeptAlive: isKeptAlive)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        probe.connectionClosed(context.channel)
        context.fireChannelInactive()
    }
}
