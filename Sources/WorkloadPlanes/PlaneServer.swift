import FleetControl
import FleetModel
import FleetTransport
package import Logging
package import NIOCore
import NIOPosix
import ServiceLifecycle

/// One plane's process: runs what it was assigned, tells gateways about it, and needs the control plane only for changes.
package struct PlaneServer: Service, CustomStringConvertible {
    /// Its name and no more: service groups log their services, and the configuration holds the environment, where keys may stand.
    package var description: String { "plane \(configuration.plane)" }

    private static let assignmentLimit = 64 << 20

    private let configuration: PlaneConfiguration
    private let logger: Logger
    private let eventLoopGroup: any EventLoopGroup
    private let feedListens: @Sendable (String) -> Void

    /// - Parameter feedListens: told the feed's `host:port` once it takes connections.
    package init(
        configuration: PlaneConfiguration, logger: Logger,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        feedListens: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.feedListens = feedListens
        self.configuration = configuration
        self.logger = logger
        self.eventLoopGroup = eventLoopGroup
    }

    /// Runs until a graceful shutdown has drained every replica, or the task is cancelled (which ends them at once).
    package func run() async throws {
        let (stream, inputs) = AsyncStream.makeStream(of: PlaneRuntime.Input.self)
        let limit = configuration.shutdownLimit
        // Detached: what runs inside must go on through the shutdown, until the replicas have drained.
        let work = Task.detached { try await run(stream, inputs) }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await work.value
            } onGracefulShutdown: {
                inputs.yield(.event(.shutdownRequested(within: limit)))
            }
        } onCancel: {
            inputs.yield(.event(.shutdownRequested(within: .zero)))
        }
    }

    private func run(_ stream: AsyncStream<PlaneRuntime.Input>, _ inputs: AsyncStream<PlaneRuntime.Input>.Continuation)
        async throws
    {
        // Two processes of one plane would give the same numbers and ports.
        let lock = try FileLock(path: "\(configuration.folder)/lock")
        defer { withExtendedLifetime(lock) {} }
        var identity = try PlaneIdentity.load(configuration.identityFile)
        let hub = FeedHub()
        // Known before anyone can ask, so that no gateway of the fleet is taken for a stranger while the plane starts again.
        let kept = keptAssignment()
        if let kept { hub.admit(kept.feedPeers) }
        let listener = try await listen(hub, keptPort: identity.feedPort)
        identity.planeStart += 1
        identity.feedPort = listener.port
        try identity.save(configuration.identityFile)
        let feedAddress = "\(configuration.feedHost):\(listener.port)"
        logger.info("the feed listens", metadata: ["address": "\(feedAddress)", "replicas": "\(configuration.replicaHost)"])

        feedListens(feedAddress)

        let report: ReplicaEvents = { inputs.yield(.event($0)) }
        let accelerators = configuration.acceleratorMetrics.map {
            AcceleratorMonitor(url: $0, eventLoopGroup: eventLoopGroup, logger: logger)
        }
        let drivers = ReplicaDrivers(
            local: LocalReplicaDriver(
                configuration: configuration, eventLoopGroup: eventLoopGroup, accelerators: accelerators, report: report),
            endpoint: EndpointReplicaDriver(configuration: configuration, eventLoopGroup: eventLoopGroup, report: report))
        let notices = configuration.notices.map {
            NodeNotices(
                source: $0, pacing: configuration.noticePacing, eventLoopGroup: eventLoopGroup, logger: logger, report: report)
        }
        if let kept { inputs.yield(.event(.assigned(kept))) }
        let (changes, reportChanges) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        var runtime = PlaneRuntime(
            configuration: configuration, identity: identity, drivers: drivers,
            nodes: RehearsedNodeDriver(capacityFile: configuration.nodeCapacityFile, report: report), hub: hub,
            feedAddress: feedAddress, inputs: inputs, reportChanges: reportChanges, notices: notices,
            logger: logger)
        let control = ControlConnection(
            configuration: configuration, hub: hub, logger: logger, eventLoopGroup: eventLoopGroup, changes: changes,
            assigned: takeAssignment(inputs))
        await withTaskGroup { group in
            group.addTask { await control.run() }
            group.addTask { await beat(inputs) }
            if let accelerators { group.addTask { await accelerators.run() } }
            await runtime.run(stream)
            group.cancelAll()
        }
        hub.finish()
        await listener.close()
        await notices?.shutdown()
        await drivers.shutdown()
        await accelerators?.shutdown()
        logger.info("the plane ended")
    }

    private func beat(_ inputs: AsyncStream<PlaneRuntime.Input>.Continuation) async {
        while (try? await Task.sleep(for: PlaneRuntime.heartbeat)) != nil { inputs.yield(.heartbeat) }
    }

    /// Binds the port asked for; else the one of the last run, so that gateways find the plane again; else any.
    private func listen(_ hub: FeedHub, keptPort: Int?) async throws -> HTTPListener {
        let server = FeedServer(plane: configuration.plane, hub: hub)
        let bind = { (port: Int) in
            try await HTTPListener.bind(
                host: configuration.feedHost, port: port, limits: FeedServer.limits, eventLoopGroup: eventLoopGroup
            ) { request, response in try await server.serve(request, response) }
        }
        if configuration.feedPort != 0 { return try await bind(configuration.feedPort) }
        if let keptPort, keptPort != 0 {
            do { return try await bind(keptPort) } catch {
                logger.warning("the feed's last port is taken; it moves", metadata: ["port": "\(keptPort)"])
            }
        }
        return try await bind(0)
    }

    /// The last assignment, from disk. One that cannot be read is passed over: the control plane sends it again.
    private func keptAssignment() -> PlaneAssignment? {
        do {
            guard let bytes = try PrivateFile.read(configuration.assignmentFile, limit: Self.assignmentLimit) else { return nil }
            let kept = try FleetJSON.decode(PlaneAssignment.self, from: bytes)
            guard kept.plane == configuration.plane, kept.format == PlaneAssignment.currentFormat else { return nil }
            return kept
        } catch {
            logger.error("the kept assignment cannot be read", metadata: ["file": "\(configuration.assignmentFile)"])
            return nil
        }
    }

    /// Keeps a newer assignment on disk, then acts on it. The reconciler decides whether it is newer; the file only holds what
    /// was newest in this process, which began with the file's own.
    private func takeAssignment(
        _ inputs: AsyncStream<PlaneRuntime.Input>.Continuation
    ) -> @Sendable (PlaneAssignment) -> Void {
        let newest = NewestVersion(keptAssignment()?.version)
        return { [configuration, logger] assignment in
            guard newest.advance(to: assignment.version) else { return }
            do {
                try PrivateFile.write(try FleetJSON.encode(assignment), to: configuration.assignmentFile)
            } catch {
                logger.error("the assignment cannot be kept on disk", metadata: ["error": "\(error)"])
            }
            inputs.yield(.event(.assigned(assignment)))
        }
    }
}
