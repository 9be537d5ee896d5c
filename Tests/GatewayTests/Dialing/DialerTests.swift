import FleetModel
import Gateway
import NIOCore
import NIOPosix
import Testing

@Suite("Dialer", .timeLimit(.minutes(5)))
struct DialerTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    /// A server that shows its first read to `answer`, writes what that returns, and closes where it returns nil.
    private func server(_ answer: @escaping @Sendable (String) -> String?) async throws -> (any Channel, ListenAddress) {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Responder(answer)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return (channel, ListenAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0))
    }

    /// Connects, sends `ping` and returns what comes back.
    private func ping(
        _ dialer: Dialer, _ address: ListenAddress, timeout: Duration = .seconds(5)
    ) async throws -> String {
        let answer = loop.makePromise(of: String.self)
        do {
            let channel = try await dialer.connect(to: address, plane: "near", on: loop, timeout: timeout) { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Collector(answer)) }
            }.get()
            try await channel.writeAndFlush(ByteBuffer(string: "ping"))
            let text = try await answer.futureResult.get()
            try await channel.close()
            return text
        } catch {
            answer.fail(error)
            throw error
        }
    }

    @Test("connects directly to planes without a proxy")
    func direct() async throws {
        let (server, address) = try await server { $0 == "ping" ? "pong" : nil }
        #expect(try await ping(Dialer(via: ["far": ListenAddress(host: "127.0.0.1", port: 1)]), address) == "pong")
        try await server.close()
    }

    @Test("asks a plane's proxy for a tunnel and hands on only what comes after it")
    func tunnel() async throws {
        let target = ListenAddress(host: "127.64.0.1", port: 20_001)
        let (server, proxy) = try await server { text in
            if text == "CONNECT 127.64.0.1:20001 HTTP/1.1\r\nhost: 127.64.0.1:20001\r\n\r\n" {
                return "HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n"
            }
            return text == "ping" ? "pong" : nil
        }
        #expect(try await ping(Dialer(via: ["near": proxy]), target) == "pong")
        try await server.close()
    }

    @Test("a refused connection, directly or behind the proxy, is a refusal")
    func refusals() async throws {
        let closed = try ClosedPort()
        let address = closed.address
        await #expect(throws: DialFailure.refused(address)) { try await ping(Dialer(), address) }
        let (proxyServer, proxy) = try await self.server { _ in "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n" }
        let failure = DialFailure.tunnelRefused(via: proxy, status: 502)
        await #expect(throws: failure) { try await ping(Dialer(via: ["near": proxy]), address) }
        #expect(failure.isRefusal && DialFailure.refused(address).isRefusal && !DialFailure.timedOut(address).isRefusal)
        #expect(!DialFailure.tunnelRefused(via: proxy, status: 403).isRefusal)
        closed.free()
        try await proxyServer.close()
    }

    @Test(
        "a proxy that answers no HTTP, too much, or bytes before they were asked for breaks the tunnel",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nearly",
            String(repeating: "x", count: 5_000), nil,
        ] as [String?])
    func brokenTunnels(answer: String?) async throws {
        let (server, proxy) = try await server { _ in answer }
        let target = ListenAddress(host: "127.0.0.1", port: 9)
        await #expect(throws: DialFailure.tunnelBroken(via: proxy)) { try await ping(Dialer(via: ["near": proxy]), target) }
        try await server.close()
    }

    @Test("a silent proxy is given up at the timeout")
    func silentProxy() async throws {
        let (server, proxy) = try await server { _ in "" }
        let target = ListenAddress(host: "127.0.0.1", port: 9)
        await #expect(throws: DialFailure.timedOut(target)) {
            try await ping(Dialer(via: ["near": proxy]), target, timeout: .milliseconds(50))
        }
        try await server.close()
    }

    @Test("names are not resolved")
    func names() async throws {
        let address = ListenAddress(host: "localhost", port: 9)
        await #expect(throws: DialFailure.notAnAddress("localhost:9")) { try await ping(Dialer(), address) }
    }

    private final class Responder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: @Sendable (String) -> String?

        init(_ answer: @escaping @Sendable (String) -> String?) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let text = answer(String(buffer: unwrapInboundIn(data))) else { return context.close(promise: nil) }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<String>

        init(_ promise: EventLoopPromise<String>) { self.promise = promise }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed(String(buffer: unwrapInboundIn(data))) }
        func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
    }
}
