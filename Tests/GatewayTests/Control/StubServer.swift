import FleetModel
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port of loopback whose answers a test writes.
final class StubServer: Sendable {
    /// One request's way back. Callable from any thread.
    struct Responder: Sendable {
        fileprivate let channel: any Channel

        func begin(_ status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:]) {
            channel.writeAndFlush(
                HTTPServerResponsePart.head(.init(version: .http1_1, status: status, headers: headers)), promise: nil)
        }
        func write(_ text: String) {
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        }
        func end() { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }
        func answer(_ status: HTTPResponseStatus, _ text: String = "") {
            begin(status, headers: ["content-length": "\(text.utf8.count)"])
            if !text.isEmpty { write(text) }
            end()
        }
        func close() { channel.close(promise: nil) }
        /// Does something again and again, with 1, 2, 3 …, until the connection ends.
        func keep(every interval: TimeAmount, _ body: @escaping @Sendable (UInt64) -> Void) {
            let turns = Turns()
            let task = channel.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in body(turns.next()) }
            channel.closeFuture.whenComplete { _ in task.cancel() }
        }
    }

    private final class Turns: Sendable {
        private let count = Mutex<UInt64>(0)

        func next() -> UInt64 {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    typealias Answer = @Sendable (HTTPRequestHead, String, Responder) -> Void

    let address: ListenAddress
    private let listener: any Channel
    private let connections: Connections

    private final class Connections: Sendable {
        let channels = Mutex<[any Channel]>([])
    }

    init(_ answer: @escaping Answer) async throws {
        let connections = Connections()
        self.connections = connections
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                connections.channels.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    try channel.pipeline.syncOperations.addHandler(StubHandler(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        address = ListenAddress(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
    }

    /// Stops listening and cuts every connection, as a killed process does.
    func kill() async throws {
        try await listener.close()
        for channel in connections.channels.withLock({ $0 }) { channel.close(promise: nil) }
    }

    private final class StubHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        private let answer: Answer
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ answer: @escaping Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, "")
            case .body(let bytes): body += String(buffer: bytes)
            case .end:
                if let head { answer(head, body, Responder(channel: context.channel)) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
