import FleetModel
import FleetTransport
import FoundationEssentials
package import NIOCore
import NIOHTTP1
import NIOPosix

/// Doubles of the metadata services of EC2, GCP and Azure on one loopback port, a path prefix for each node.
package final class MetadataDoubleServer: Sendable {
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Most connections at a time; each node's client keeps one.
    static let connectionLimit = 4_096

    package let address: DoubleAddress
    private let listener: any Channel
    private let connections: ConnectionSet

    private init(address: DoubleAddress, listener: any Channel, connections: ConnectionSet) {
        (self.address, self.listener, self.connections) = (address, listener, connections)
    }

    /// - Parameters:
    ///   - port: of 127.0.0.1; 0 takes a free one.
    ///   - key: by which it is commanded; nil makes one.
    ///   - azureRequestsPerSecond: more than the real service takes, for those whose seconds are shorter.
    package static func start(
        port: Int, key: String? = nil, azureRequestsPerSecond: Int = AzureDouble.requestsPerSecond, group: any EventLoopGroup
    ) async throws -> MetadataDoubleServer {
        let clock = ContinuousClock()
        let origin = clock.now
        let world = DoubleWorld(
            now: { Moment(nanoseconds: origin.duration(to: clock.now).nanoseconds) },
            utc: { Int64(Date().timeIntervalSince1970) }, token: makeSecret,
            azureRequestsPerSecond: azureRequestsPerSecond)
        let key = key ?? makeSecret()
        let connections = ConnectionSet(limit: connectionLimit)
        let listener: any Channel
        do {
            listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    guard connections.add(channel) else {
                        return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                    }
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                        try channel.pipeline.syncOperations.addHandler(DoubleConnection(world: world, key: key))
                    }
                }
                .bind(host: "127.0.0.1", port: port).get()
        } catch {
            throw Failure(description: "cannot listen on 127.0.0.1:\(port): \(error)")
        }
        let url = "http://127.0.0.1:\(listener.localAddress?.port ?? port)"
        return MetadataDoubleServer(address: DoubleAddress(url: url, key: key), listener: listener, connections: connections)
    }

    package func shutdown() async {
        try? await listener.close()
        connections.closeAll()
    }

    /// 256 bits of the system's randomness, as hexadecimal digits.
    @Sendable private static func makeSecret() -> String { FeedAuthentication.makeNonce() + FeedAuthentication.makeNonce() }
}
