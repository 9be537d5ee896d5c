package import FleetModel
import FleetRouting
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// One gateway: the data path, and the control side that tells it where requests may go.
package struct GatewayServer: Service, CustomStringConvertible {
    package var description: String { "gateway \(configuration.name)" }

    private let configuration: GatewayConfiguration
    private let logger: Logger
    private let onListening: @Sendable (ListenAddress) -> Void
    private let onServing: @Sendable (String) -> Void

    /// - Parameters:
    ///   - onListening: told the bound address once requests are taken.
    ///   - onServing: told the URL, such as `https://127.0.0.1:8443`, at the same time.
    package init(
        configuration: GatewayConfiguration, logger: Logger,
        onListening: @escaping @Sendable (ListenAddress) -> Void = { _ in },
        onServing: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.onServing = onServing
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until it is told to shut down gracefully or its task is cancelled, then lets requests in flight finish.
    package func run() async throws {
        try configuration.validate()
        let token = configuration.readToken() ?? ""
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        let answers = ControlAnswers(version: configuration.version)
        do {
            try await serve(group: group, answers: answers, token: token)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    private func serve(group: MultiThreadedEventLoopGroup, answers: ControlAnswers, token: String) async throws {
        let dialer = Dialer(via: configuration.via)
        let transport = try configuration.initialTransport()
        guard let listen = try await listenAddress(group) else { return }
        let telemetry = TelemetryService(
            gateway: configuration.name, version: configuration.version, overrides: configuration.telemetry, group: group,
            logger: logger)
        let plane = try await DataPlane.start(
            listen: listen, group: group, dialer: dialer, limits: configuration.limits, local: answers.endpoints,
            transport: transport,
            recording: RequestRecorder.Configuration(
                explained: configuration.rememberedRequests, notable: configuration.rememberedRequests / 4,
                queue: telemetry.queue, overrides: configuration.telemetry))
        let keeper = CertificateKeeper(
            fixed: configuration.tls, initial: transport, isExposed: !listen.isLoopback, workers: plane.workers,
            dialer: dialer, logger: logger)
        do {
            let control = try GatewayControl(
                GatewayControl.Configuration(
                    gateway: configuration.name, controlURL: configuration.serverURL, token: token, caFile: configuration.caFile,
                    folder: configuration.stateFolder, dialer: dialer,
                    renewed: configuration.renewedCredentials, onSnapshot: { await keeper.follow($0) }),
                group: group, sinks: plane.workers, logger: logger, traffic: { await answers.traffic() },
                planeTallies: { await answers.planeTallies() },
                revisions: { await answers.revisionOutcomes() },
                explain: { await answers.explanation(of: $0, at: configuration.name) })
            answers.connect(workers: plane.workers, telemetry: telemetry, facts: { control.facts })
            for worker in plane.workers { worker.tellDemand { [weak control] in control?.reportSoon() } }
            telemetry.start { control.facts.table?.directory.telemetry ?? .none }
            try await control.start(address: plane.address.description)
            let looking = Task { await keeper.run() }
            let places = Task { [logger] in
                var keeper = CountryDatabaseKeeper(workers: plane.workers, logger: logger) {
                    control.facts.table?.directory.clientPlace?.database
                }
                await keeper.run()
            }
            onListening(plane.address)
            onServing("\(await keeper.scheme)://\(plane.address)")
            let settling = Task { try await Self.settle() }
            await Self.untilTold()
            settling.cancel()
            looking.cancel()
            logger.info("shutting down: finishing requests in flight")
            places.cancel()
            await places.value
            await plane.stop(deadline: configuration.drainDeadline)
            await telemetry.stop()
            await control.stop()
        } catch {
            await plane.stop(deadline: .zero)
            await telemetry.stop()
            throw error
        }
    }

    /// Nil where it was told to end before anybody knew.
    private func listenAddress(_ group: MultiThreadedEventLoopGroup) async throws -> ListenAddress? {
        if let listen = configuration.listen { return listen }
        let declared = DeclaredListen(
            gateway: configuration.name, folder: configuration.stateFolder, caFile: configuration.caFile,
            credentials: configuration.renewedCredentials, group: group, logger: logger)
        do {
            return try await cancelWhenGracefulShutdown { try await declared.find() }
        } catch is CancellationError {
            return nil
        }
    }

    /// Once what it began with is done.
    private static func settle() async throws {
        try await Task.sleep(for: .seconds(2))
        #if canImport(Glibc)
        StartingPages.giveBack()
        #endif
    }

    private static func untilTold() async {
        try? await gracefulShutdown()
    }
}
