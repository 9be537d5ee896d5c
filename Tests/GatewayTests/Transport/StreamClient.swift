import FleetModel
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization
import TestCertificates

/// An HTTP/2 client, over TLS or with prior knowledge.
struct StreamClient: Sendable {
    /// One stream: what came back on it.
    struct Exchange: Sendable {
        let received: Transcript
        let channel: any Channel
        private let heads: Heads

        init(_ channel: any Channel, _ heads: Heads, _ received: Transcript) {
            (self.channel, self.heads, self.received) = (channel, heads, received)
        }

        var headers: HPACKHeaders { heads.value.withLock { $0.last ?? HPACKHeaders() } }
        var status: String? { headers.first(name: ":status") }
        var resetCode: HTTP2ErrorCode? { heads.reset.withLock { $0 } }
        var endedWhole: Bool { heads.isWhole.withLock { $0 } }

        /// Waits for the end of the response, whole or not.
        func body() async throws -> String { try await received.waitForClose().text }

        func send(_ text: String, ends: Bool) async throws {
            let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(ByteBuffer(string: text)), endStream: ends)
            try await channel.writeAndFlush(HTTP2Frame.FramePayload.data(data))
        }
    }

    final class Heads: Sendable {
        let value = Mutex<[HPACKHeaders]>([])
        let reset = Mutex<HTTP2ErrorCode?>(nil)
        let isWhole = Mutex(false)
    }

    private final class Made: Sendable {
        let value = Mutex<NIOHTTP2Handler.StreamMultiplexer?>(nil)
    }

    let channel: any Channel
    /// Closed with the connection.
    let ending = Transcript()
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    init(_ address: ListenAddress, trusting authority: TestAuthority? = nil) async throws {
        let ending = ending
        let context = try authority.map {
            try NIOSSLContext(configuration: try SecureClient.configuration(trusting: $0, protocols: ["h2"]))
        }
        let multiplexers = Made()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: "api.test"))
                    }
                    let made = try pipeline.configureHTTP2Pipeline(
                        mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { stream in stream.eventLoop.makeSucceededVoidFuture() }
                    multiplexers.value.withLock { $0 = made }
                }
            }
            .connect(host: address.host, port: address.port).get()
        channel.closeFuture.whenComplete { _ in ending.close() }
        guard let made = multiplexers.value.withLock({ $0 }) else { throw ChannelError.eof }
        multiplexer = made
    }

    static func post(path: String = "/v1/chat/completions", extra: [(String, String)] = []) -> HPACKHeaders {
        HPACKHeaders(
            [(":method", "POST"), (":scheme", "https"), (":authority", "gateway"), (":path", path)]
                + [("content-type", "application/json")] + extra)
    }

    static func get(_ path: String) -> HPACKHeaders {
        HPACKHeaders([(":method", "GET"), (":scheme", "https"), (":authority", "gateway"), (":path", path)])
    }

    /// Opens a stream and sends its first frame.
    func open(_ headers: HPACKHeaders, ends: Bool = false) async throws -> Exchange {
        let heads = Heads()
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        let received = Transcript()
        multiplexer.createStreamChannel(promise: promise) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandler(Reader(received, heads))
            }
        }
        let stream = try await promise.futureResult.get()
        try await stream.writeAndFlush(HTTP2Frame.FramePayload.headers(.init(headers: headers, endStream: ends)))
        return Exchange(stream, heads, received)
    }

    /// Asks a model for an answer and waits for it.
    func ask(_ body: String = "{\"model\":\"chat\"}") async throws -> (exchange: Exchange, body: String) {
        let exchange = try await open(Self.post())
        try await exchange.send(body, ends: true)
        return (exchange, try await exchange.body())
    }

    func close() async throws { try? await channel.close() }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = HTTP2Frame.FramePayload

        private let received: Transcript
        private let heads: Heads

        init(_ received: Transcript, _ heads: Heads) { (self.received, self.heads) = (received, heads) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .headers(let headers):
                heads.value.withLock { $0.append(headers.headers) }
                if headers.endStream { heads.isWhole.withLock { $0 = true } }
            case .data(let data):
                if case .byteBuffer(let bytes) = data.data { received.append(Array(bytes.readableBytesView)) }
                if data.endStream { heads.isWhole.withLock { $0 = true } }
            case .rstStream(let code): heads.reset.withLock { $0 = code }
            default: break
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? StreamClosedEvent { heads.reset.withLock { $0 = event.reason ?? $0 } }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) { received.close() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { received.fail() }
    }
}
