import FleetModel
import NIOCore
import NIOPosix
import Synchronization

/// A CONNECT proxy that passes bytes on (RFC 9110 section 9.3.6).
final class ForwardingProxy: Sendable {
    let address: ListenAddress
    private let listener: any Channel
    private let asked: Asked

    private final class Asked: Sendable {
        let targets = Mutex<[String]>([])
    }

    /// What it was asked to connect to.
    var targets: [String] { asked.targets.withLock { $0 } }

    init() async throws {
        let asked = Asked()
        self.asked = asked
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Front { target in asked.targets.withLock { $0.append(target) } })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        address = ListenAddress(host: "127.0.0.1", port: listener.localAddress?.port ?? 0)
    }

    func stop() async throws { try? await listener.close() }

    private final class Front: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let note: @Sendable (String) -> Void
        private var back: (any Channel)?

        init(_ note: @escaping @Sendable (String) -> Void) { self.note = note }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if let back { return back.writeAndFlush(bytes, promise: nil) }
            let target = String(buffer: bytes).split(separator: " ").dropFirst().first.map(String.init) ?? ""
            note(target)
            guard let address = ListenAddress(target) else { return context.close(promise: nil) }
            let front = context.channel
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Back(front)) }
                }
                .connect(host: address.host, port: address.port)
                .whenComplete { result in
                    guard case .success(let channel) = result else { return front.close(promise: nil) }
                    bound.value.back = channel
                    front.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"), promise: nil)
                }
        }

        func channelInactive(context: ChannelHandlerContext) { back?.close(promise: nil) }
    }

    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let front: any Channel

        init(_ front: any Channel) { self.front = front }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            front.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { front.close(promise: nil) }
    }
}
