import FleetModel
package import NIOCore
import NIOPosix
import Synchronization

/// Distance on one machine: CONNECT proxies to loopback targets that let bytes arrive later, one port per stretch.
///
/// What passes behaves as over a long line: the answer to CONNECT takes a round trip, as a TCP handshake would; bytes, ends of
/// streams and resets arrive one way's time after they were sent, in order; a slow reader slows its sender down.
package struct RelayServer: Sendable {
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Where each link listens, in the order the links were given.
    package let bound: [BoundLink]
    private let listeners: [any Channel]

    /// Listens for every link, or for none.
    package static func start(
        _ links: [RelayLink], group: any EventLoopGroup, limits: RelayLimits = RelayLimits()
    ) async throws -> RelayServer {
        if let problem = links.compactMap(\.problem).first { throw Failure(description: problem) }
        let count = ConnectionCount(limit: limits.connections)
        var listeners: [any Channel] = []
        var bound: [BoundLink] = []
        do {
            for link in links {
                let listener = try await listen(link, group: group, limits: limits, count: count)
                listeners.append(listener)
                bound.append(BoundLink(gateway: link.gateway, plane: link.plane, address: try address(of: listener)))
            }
        } catch {
            for listener in listeners { try? await listener.close() }
            throw error
        }
        return RelayServer(bound: bound, listeners: listeners)
    }

    /// Stops listening. Connections end with their event loops or their peers.
    package func shutdown() async {
        for listener in listeners { try? await listener.close() }
    }

    private static func listen(
        _ link: RelayLink, group: any EventLoopGroup, limits: RelayLimits, count: ConnectionCount
    ) async throws -> any Channel {
        guard let wanted = ListenAddress(link.listen), let host = LoopbackAddress.resolve(wanted.host) else {
            throw Failure(description: "'\(link.listen)' is no loopback address")
        }
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 1_024)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelOption(.writeBufferWaterMark, value: .init(low: limits.socketBytes / 2, high: limits.socketBytes))
                .childChannelInitializer { channel in
                    guard count.take() else { return channel.close() }
                    channel.closeFuture.whenComplete { _ in count.giveBack() }
                    return channel.eventLoop.makeCompletedFuture {
                        let connection = RelayConnection(client: channel, delay: link.oneWayNanoseconds, limits: limits)
                        try channel.pipeline.syncOperations.addHandler(RelayChannel(connection: connection, side: .client))
                    }
                }
                .bind(host: host, port: wanted.port)
                .get()
        } catch {
            throw Failure(description: "cannot listen on \(link.listen) for \(link.gateway) to \(link.plane): \(error)")
        }
    }

    private static func address(of listener: any Channel) throws -> String {
        guard let address = listener.localAddress, let host = address.ipAddress, let port = address.port else {
            throw Failure(description: "the system does not tell where it listens")
        }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Connections open at this moment, over all listeners and event loops.
private final class ConnectionCount: Sendable {
    private let limit: Int
    private let open = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func take() -> Bool {
        open.withLock { open in
            guard open < limit else { return false }
            open += 1
            return true
        }
    }

    func giveBack() { open.withLock { $0 -= 1 } }
}
