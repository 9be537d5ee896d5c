package import FleetModel
import NIOCore
package import NIOPosix

/// The listening half of a gateway: one acceptor, one ``GatewayWorker`` per event loop. It routes by whatever its workers are
/// told through ``WorkerHandle``: by the control side in production, by a table made by hand in tests and benchmarks.
package struct DataPlane: Sendable {
    /// Connections the system holds for the acceptor.
    private static let backlog: Int32 = 1_024

    package let workers: [WorkerHandle]
    /// Where it listens, with the port the system picked.
    package let address: ListenAddress
    private let listener: any Channel

    /// Binds and accepts.
    /// - Parameters:
    ///   - group: one worker is made on each of its loops.
    ///   - transport: how clients are taken in until the workers are told otherwise.
    package static func start(
        listen: ListenAddress, group: MultiThreadedEventLoopGroup, dialer: Dialer, limits: ProxyLimits = ProxyLimits(),
        local: LocalEndpoints, transport: ClientTransport = .plain, recording: RequestRecorder.Configuration? = nil
    ) async throws -> DataPlane {
        var random = SystemRandomNumberGenerator()
        var workers: [WorkerHandle] = []
        let recording = recording?.share(of: Array(group.makeIterator()).count)
        for loop in group.makeIterator() {
            let seed = random.next()
            let handle = loop.submit {
                WorkerHandle(
                    GatewayWorker(
                        eventLoop: loop, dialer: dialer, limits: limits, local: local, seed: seed, transport: transport,
                        isExposed: !listen.isLoopback, recording: recording))
            }
            workers.append(try await handle.get())
        }
        let listener = try await bind(listen, group: group, workers: workers)
        let bound = listener.localAddress
        let address = ListenAddress(host: bound?.ipAddress ?? listen.host, port: bound?.port ?? listen.port)
        return DataPlane(workers: workers, address: address, listener: listener)
    }

    private static func bind(
        _ listen: ListenAddress, group: MultiThreadedEventLoopGroup, workers: [WorkerHandle]
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let worker = workers.first(where: { $0.eventLoop === channel.eventLoop }) else {
                        preconditionFailure("a loop of the group has no worker")
                    }
                    try worker.accept(channel)
                }
            }
            .bind(host: listen.host, port: listen.port)
            .get()
    }

    /// Stops accepting, lets requests in flight finish, and cuts what is left at the deadline.
    package func stop(deadline: Duration) async {
        try? await listener.close()
        await withTaskGroup(of: Void.self) { tasks in
            for worker in workers { tasks.addTask { await worker.stop(deadline: deadline) } }
        }
    }
}

extension WorkerHandle {
    /// Lets in-flight requests finish until the deadline, then cuts them.
    fileprivate func stop(deadline: Duration) async {
        let drained = drain()
        let cut = eventLoop.scheduleTask(in: .nanoseconds(Int64(deadline / .nanoseconds(1)))) { self.closeAll() }
        try? await drained.get()
        cut.cancel()
    }
}
