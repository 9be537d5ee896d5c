import FleetModel
import FleetTransport
package import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 server for what a plane itself serves: its feed, and the forwarders of endpoints.
///
/// One request of a connection at a time, its body collected up to a limit; the answer is written by an async function whose
/// task is cancelled as soon as the client is gone, which is why neither uses a web framework: they stream for hours.
package final class HTTPListener: Sendable {
    package typealias Handler = @Sendable (ServedRequest, ResponseStream) async throws -> Void

    package struct Limits: Sendable {
        /// Largest request body; a longer one is answered 413 and the connection closed.
        package var body: Int
        /// Most connections; further ones are closed at once.
        package var connections: Int
        /// How long a request's head, and each further piece of its body, may be waited for, on a new connection as on a kept one.
        /// Longer than gateways keep idle connections; then the connection is closed.
        package var patience: Duration

        package init(body: Int, connections: Int, patience: Duration = .seconds(10)) {
            (self.body, self.connections, self.patience) = (body, connections, patience)
        }
    }

    package let port: Int
    private let channel: any Channel
    private let connections: ConnectionSet

    private init(channel: any Channel, port: Int, connections: ConnectionSet) {
        (self.channel, self.port, self.connections) = (channel, port, connections)
    }

    /// Throws what the system says when the address cannot be taken.
    package static func bind(
        host: String, port: Int, limits: Limits, eventLoopGroup: any EventLoopGroup, handler: @escaping Handler
    ) async throws -> HTTPListener {
        let connections = ConnectionSet(limit: limits.connections)
        let channel = try await ServerBootstrap(group: eventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                guard connections.add(channel) else {
                    return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(
                        HTTPConnectionHandler(
                            bodyLimit: limits.body, patience: .nanoseconds(limits.patience.nanoseconds), respond: handler))
                }
            }
            .bind(host: host, port: port).get()
        return HTTPListener(channel: channel, port: channel.localAddress?.port ?? port, connections: connections)
    }

    /// Takes no further connection; those that are open stay.
    package func stopListening() async { try? await channel.close() }

    package func close() async {
        await stopListening()
        connections.closeAll()
    }
}
