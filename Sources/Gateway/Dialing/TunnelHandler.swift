import FleetModel
import NIOCore

/// Asks a proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6) and steps out of the pipeline once it stands.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Largest answer head read from a proxy, bytes.
    static let headLimit = 4 << 10

    private let target: ListenAddress
    private let proxy: ListenAddress
    private let timeout: TimeAmount
    private var established: EventLoopPromise<Void>?
    private var head = ByteBuffer()
    private var deadline: Scheduled<Void>?

    init(target: ListenAddress, proxy: ListenAddress, timeout: TimeAmount, established: EventLoopPromise<Void>) {
        self.target = target
        self.proxy = proxy
        self.timeout = timeout
        self.established = established
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            let (handler, context) = bound.value
            handler.fail(.timedOut(handler.target), context: context)
        }
        let request = "CONNECT \(target) HTTP/1.1\r\nhost: \(target)\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: request)), promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        established?.fail(DialFailure.tunnelBroken(via: proxy))
        established = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let established else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        head.writeBuffer(&bytes)
        guard head.readableBytes <= Self.headLimit else { return fail(.tunnelBroken(via: proxy), context: context) }
        guard let end = Self.endOfHead(head.readableBytesView) else { return }
        guard let status = Self.status(head.readableBytesView) else { return fail(.tunnelBroken(via: proxy), context: context) }
        guard (200..<300).contains(status) else {
            return fail(.tunnelRefused(via: proxy, status: status), context: context)
        }
        guard end == head.readableBytes else { return fail(.tunnelBroken(via: proxy), context: context) }
        self.established = nil
        deadline?.cancel()
        context.pipeline.syncOperations.removeHandler(self, promise: established)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if established != nil { context.read() }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.tunnelBroken(via: proxy), context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard established != nil else { return context.fireErrorCaught(error) }
        fail(.tunnelBroken(via: proxy), context: context)
    }

    private func fail(_ failure: DialFailure, context: ChannelHandlerContext) {
        guard let established else { return }
        self.established = nil
        deadline?.cancel()
        established.fail(failure)
        context.close(promise: nil)
    }

    /// The offset just after the empty line that ends the head.
    private static func endOfHead(_ bytes: ByteBufferView) -> Int? {
        var state = 0
        for (offset, byte) in bytes.enumerated() {
            switch (byte, state) {
            case (13, 0), (13, 2): state += 1
            case (10, 1): state = 2
            case (10, 3): return offset + 1
            case (13, _): state = 1
            default: state = 0
            }
        }
        return nil
    }

    /// The status of `HTTP/1.x NNN …`.
    private static func status(_ bytes: ByteBufferView) -> Int? {
        let line = bytes.prefix(12)
        guard line.count == 12, line.starts(with: "HTTP/1.".utf8), line[line.startIndex + 8] == UInt8(ascii: " ") else {
            return nil
        }
        let digits = line.suffix(3)
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
