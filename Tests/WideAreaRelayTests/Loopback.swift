import NIOCore
import NIOPosix
import Synchronization
import Testing

/// One end of a connection in a test: writes, and reads what comes as a sequence.
final class Loopback: Sendable {
    enum Event: Equatable, Sendable {
        case bytes([UInt8])
        case end
        /// Gone as a whole; `isReset` when by an RST.
        case closed(isReset: Bool)
    }

    let channel: any Channel
    private let events: AsyncStream<(Event, NIODeadline)>

    private init(channel: any Channel, events: AsyncStream<(Event, NIODeadline)>) {
        (self.channel, self.events) = (channel, events)
    }

    /// Takes over a channel on its own event loop.
    fileprivate static func attach(_ channel: any Channel) throws -> Loopback {
        let (events, continuation) = AsyncStream.makeStream(of: (Event, NIODeadline).self)
        try channel.pipeline.syncOperations.addHandler(Recorder(continuation))
        return Loopback(channel: channel, events: events)
    }

    static func connect(_ address: SocketAddress) async throws -> Loopback {
        // Attached before the connection is made: a peer that closes at once is heard, too.
        let end = Mutex<Loopback?>(nil)
        _ = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let attached = try attach(channel)
                    end.withLock { $0 = attached }
                }
            }
            .connect(to: address)
            .get()
        return try #require(end.withLock { $0 })
    }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }
    func send(_ text: String) async throws { try await send(Array(text.utf8)) }
    func endOutput() async throws { try await channel.close(mode: .output) }

    /// Reads until as many bytes as asked for have come; also says when the last of them came.
    func read(_ count: Int) async -> (bytes: [UInt8], at: NIODeadline) {
        var (bytes, at) = ([UInt8](), NIODeadline.now())
        guard count > 0 else { return (bytes, at) }
        for await (event, time) in events {
            guard case .bytes(let piece) = event else { break }
            bytes += piece
            at = time
            if bytes.count >= count { break }
        }
        return (bytes, at)
    }

    /// Reads to the next event that is not bytes.
    func readToEnd() async -> (bytes: [UInt8], event: Event?) {
        var bytes: [UInt8] = []
        for await (event, _) in events {
            guard case .bytes(let piece) = event else { return (bytes, event) }
            bytes += piece
        }
        return (bytes, nil)
    }

    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<(Event, NIODeadline)>.Continuation
        private var isReset = false

        init(_ continuation: AsyncStream<(Event, NIODeadline)>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield((.bytes(Array(unwrapInboundIn(data).readableBytesView)), .now()))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { continuation.yield((.end, .now())) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            isReset = true
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.yield((.closed(isReset: isReset), .now()))
            continuation.finish()
        }
    }
}

/// A server whose accepted connections come as a sequence.
struct LoopbackServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let accepted: AsyncStream<Loopback>

    static func start(reads: Bool = true) async throws -> LoopbackServer {
        let (accepted, continuation) = AsyncStream.makeStream(of: Loopback.self)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: reads)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { _ = continuation.yield(try Loopback.attach(channel)) }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        return LoopbackServer(port: channel.localAddress?.port ?? 0, channel: channel, accepted: accepted)
    }

    func accept() async -> Loopback? {
        for await end in accepted { return end }
        return nil
    }

    func stop() async { try? await channel.close() }
}
