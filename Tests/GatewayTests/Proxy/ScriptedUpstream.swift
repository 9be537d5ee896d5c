import FleetModel
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A replica that does with every request what a script says.
final class ScriptedUpstream: Sendable {
    enum Step: Sendable {
        case send(String)
        case sendBytes([UInt8])
        /// Ends the connection in order.
        case close
        /// Resets it.
        case reset
    }

    struct Request: Sendable {
        /// Head and body as received.
        var bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }
        var body: ArraySlice<UInt8> { bytes[(RawResponse.headEnd(bytes) ?? bytes.count)...] }
        /// Counted over the upstream's life, from 0.
        var number: Int
    }

    typealias Script = @Sendable (Request) -> [Step]

    private struct State: Sendable {
        var requests: [Request] = []
        var connections: [any Channel] = []
    }

    let address: ListenAddress
    /// Closed connections are told here, one byte each; requests in `requestLog`.
    let closures = Transcript()
    let requestLog = Transcript()
    private let state: StateBox
    private let listener: any Channel

    private static let hostCount = Mutex(0)

    /// A loopback address of its own: the address of an upstream that stopped is never given to one of another test.
    private static func nextHost() -> String {
        let number = hostCount.withLock { count in
            count += 1
            return count
        }
        return "127.\(getpid() % 200 + 10).\(number / 250).\(number % 250 + 1)"
    }

    /// Serves on a free port of loopback, over TLS where a context is given.
    init(tls: NIOSSLContext? = nil, _ script: @escaping Script) async throws {
        let state = StateBox()
        self.state = state
        let host = Self.nextHost()
        let (closures, requestLog) = (closures, requestLog)
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    state.value.withLock { $0.connections.append(channel) }
                    channel.closeFuture.whenComplete { _ in closures.append([1]) }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { bytes in
                            let request = state.value.withLock { state in
                                let request = Request(bytes: bytes, number: state.requests.count)
                                state.requests.append(request)
                                return request
                            }
                            requestLog.append([1])
                            return script(request)
                        })
                }
            }
            .bind(host: host, port: 0).get()
        address = ListenAddress(host: host, port: listener.localAddress?.port ?? 0)
    }

    /// Answers everything with 200 and a name.
    static func answering(_ name: String) async throws -> ScriptedUpstream {
        try await ScriptedUpstream { _ in [.send(ok(name))] }
    }

    static func ok(_ body: String) -> String { response(200, body) }

    static func response(_ status: Int, _ body: String) -> String {
        "HTTP/1.1 \(status) Scripted\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    var requests: [Request] { state.value.withLock(\.requests) }
    var connectionCount: Int { state.value.withLock(\.connections.count) }

    /// Sends more on the newest connection.
    func send(_ text: String) async throws {
        let channel = state.value.withLock(\.connections.last)
        try await channel?.writeAndFlush(ByteBuffer(string: text))
    }

    /// Resets every connection, so that no end is an orderly one.
    func resetConnections() async throws {
        for channel in state.value.withLock(\.connections) {
            try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try? await channel.close()
        }
    }

    func closeConnections() async throws {
        for channel in state.value.withLock(\.connections) { try? await channel.close() }
    }

    func waitForRequests(_ count: Int) async throws {
        _ = try await requestLog.wait("\(count) requests") { $0.bytes.count >= count }
    }

    func waitForClosures(_ count: Int) async throws {
        _ = try await closures.wait("\(count) closed connections") { $0.bytes.count >= count }
    }

    /// Nobody listens there any more.
    func stop() async throws {
        try? await listener.close()
        try await closeConnections()
    }

    private final class StateBox: Sendable {
        let value = Mutex(State())
    }

    /// Cuts requests by content-length or chunks' end and does what the script says.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answer: ([UInt8]) -> [Step]
        private var bytes: [UInt8] = []

        init(_ answer: @escaping ([UInt8]) -> [Step]) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes += unwrapInboundIn(data).readableBytesView
            while let request = takeRequest() {
                for step in answer(request) { act(step, context) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func takeRequest() -> [UInt8]? {
            guard let end = RawResponse.headEnd(bytes) else { return nil }
            let head = RawResponse(status: 0, head: String(decoding: bytes[..<end], as: UTF8.self), body: "")
            var total = end + (head.header("content-length").flatMap { Int($0) } ?? 0)
            if head.header("transfer-encoding") != nil {
                guard bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8) else { return nil }
                total = bytes.count
            }
            guard bytes.count >= total else { return nil }
            defer { bytes.removeFirst(total) }
            return Array(bytes[..<total])
        }

        private func act(_ step: Step, _ context: ChannelHandlerContext) {
            switch step {
            case .send(let text): context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
            case .sendBytes(let bytes): context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
            case .close: context.close(promise: nil)
            case .reset:
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            }
        }
    }
}
