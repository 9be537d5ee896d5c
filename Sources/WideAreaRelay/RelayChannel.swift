import NIOCore
import NIOPosix

/// Passes what happens on one channel to its connection, and holds reads back while the connection is full.
final class RelayChannel: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: RelayConnection
    private let side: RelayConnection.Side

    init(connection: RelayConnection, side: RelayConnection.Side) {
        (self.connection, self.side) = (connection, side)
    }

    /// Options of a target's channel. It reads only once the tunnel stands.
    static func configured(_ bootstrap: ClientBootstrap, limits: RelayLimits) -> ClientBootstrap {
        bootstrap
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: limits.socketBytes / 2, high: limits.socketBytes))
            .channelOption(.autoRead, value: false)
    }

    func channelActive(context: ChannelHandlerContext) {
        if case .client = side { connection.begin() }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.closed(side)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received(unwrapInboundIn(data), side)
    }

    func read(context: ChannelHandlerContext) {
        if connection.mayRead(side) { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.becameWritable(side) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { connection.inputClosed(side) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.failed(side)
        context.close(promise: nil)
    }
}
