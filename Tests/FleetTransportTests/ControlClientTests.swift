import FleetTransport
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite("ControlClient")
struct ControlClientTests {
    /// A server that answers each path with a fixed text, and tells the authorization it was shown.
    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            let status: HTTPResponseStatus = head.uri == "/missing" || head.uri == "/forbidden" ? .notFound : .ok
            let body =
                head.uri == "/events"
                ? "event: snapshot\ndata: {\"n\":1}\n\n: still here\n\nevent: snapshot\ndata: {\"n\":2}\n\n"
                : "\(head.method) \(head.headers["authorization"].first ?? "none")"
            context.write(
                wrapOutboundOut(
                    .head(.init(version: .http1_1, status: status, headers: ["content-length": "\(body.utf8.count)"]))),
                promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func withServer(_ body: (ControlClient) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try ControlClient(
            url: "http://127.0.0.1:\(server.localAddress?.port ?? 0)/", token: "tw_test", eventLoopGroup: group)
        do {
            try await body(client)
        } catch {
            try await client.shutdown()
            try await server.close()
            throw error
        }
        try await client.shutdown()
        try await server.close()
    }

    @Test("requests carry the token, and any status is an answer")
    func send() async throws {
        try await withServer { client in
            let answer = try await client.send("GET", "/x")
            #expect(answer == ControlResponse(status: 200, body: Array("GET Bearer tw_test".utf8)))
            let missing = try await client.send("POST", "/missing", body: [1])
            #expect(missing.status == 404)
        }
    }

    @Test("a stream gives its events and ends with the connection")
    func events() async throws {
        try await withServer { client in
            var data: [String] = []
            for try await event in client.events("/events") { data.append(event.data) }
            #expect(data == ["{\"n\":1}", "{\"n\":2}"])
        }
    }

    @Test("a refused stream throws with its status")
    func refusedStream() async throws {
        try await withServer { client in
            await #expect(throws: ControlClient.Failure.refused(status: 404, url: client.url + "/forbidden")) {
                for try await _ in client.events("/forbidden") {}
            }
        }
    }

    @Test("an unreachable server is an error that names it and never the token")
    func unreachable() async throws {
        let client = try ControlClient(
            url: "http://127.0.0.1:1", token: "tw_secret", eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let failure = await #expect(throws: ControlClient.Failure.self) { try await client.send("GET", "/") }
        try await client.shutdown()
        let text = failure.map { "\($0)" } ?? ""
        #expect(text.contains("http://127.0.0.1:1"))
        #expect(!text.contains("tw_secret"))
    }
}
