import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import WorkloadPlanes

@Suite struct HTTPListenerTests {
    private static let group = MultiThreadedEventLoopGroup.singleton

    /// A listener that waits 200 ms for a request.
    private func withListener(
        _ handler: @escaping HTTPListener.Handler, _ body: (HTTPListener) async throws -> Void
    ) async throws {
        let limits = HTTPListener.Limits(body: 1_024, connections: 16, patience: .milliseconds(200))
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, limits: limits, eventLoopGroup: Self.group, handler: handler)
        do {
            try await body(listener)
        } catch {
            await listener.close()
            throw error
        }
        await listener.close()
    }

    private func connect(_ listener: HTTPListener, sending text: String) async throws -> any Channel {
        let channel = try await ClientBootstrap(group: Self.group).connect(host: "127.0.0.1", port: listener.port).get()
        if !text.isEmpty { try await channel.writeAndFlush(ByteBuffer(string: text)) }
        return channel
    }

    @Test(
        "a connection without a whole request is closed, also one that is kept after an answer",
        arguments: [
            "", "GET /x HTT", "GET /x HTTP/1.1\r\nhost: a\r\n", "POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc",
            "GET /x HTTP/1.1\r\nhost: a\r\n\r\n",
        ])
    func patience(text: String) async throws {
        try await withListener { _, response in
            try await response.answer(.ok)
        } _: { listener in
            let channel = try await connect(listener, sending: text)
            try await within { try await channel.closeFuture.get() }
        }
    }

    @Test("an answer may take longer than a request may")
    func longAnswer() async throws {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        try await withListener { _, response in
            begin.yield()
            for await _ in gate {}
            try await response.answer(.ok)
        } _: { listener in
            let url = "http://127.0.0.1:\(listener.port)/"
            async let status = HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(60)).status
            try await within { for await _ in begun { return } }
            // A request that came later has been given up by the time this one is answered.
            let silent = try await connect(listener, sending: "")
            try await within { try await silent.closeFuture.get() }
            opener.finish()
            #expect(try await status == .ok)
        }
    }
}
