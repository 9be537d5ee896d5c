import EngineTiming
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An OpenAI-compatible model server without weights: real HTTP, simulated time per token.
///
/// ```swift
/// let server = try SimulatedEngineServer(configuration: SimulatedEngineConfiguration(models: ["chat"]), logger: logger)
/// try await server.run()
/// ```
package struct SimulatedEngineServer: Service {
    /// Where a server listens.
    package struct Address: Hashable, Sendable, CustomStringConvertible {
        package var host: String
        package var port: Int

        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// A connection on which nothing happens this long is closed.
    private static let idleLimit = TimeAmount.minutes(5)

    private let configuration: SimulatedEngineConfiguration
    private let logger: Logger
    private let die: @Sendable () -> Void
    private let listening: AsyncStream<Address>
    private let listeningSource: AsyncStream<Address>.Continuation

    /// - Parameter die: what the `dieAfterTokens` fault does; tests replace it.
    /// - Throws: ``InvalidEngineConfiguration`` or `InvalidTimingParameter`.
    package init(
        configuration: SimulatedEngineConfiguration, logger: Logger, die: @escaping @Sendable () -> Void = Self.killThisProcess
    ) throws {
        try configuration.validate()
        self.configuration = configuration
        self.logger = logger
        self.die = die
        (listening, listeningSource) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The address it listens on, once it does; nil when ``run()`` ended before that. To be asked once.
    package func boundAddress() async -> Address? {
        for await address in listening { return address }
        return nil
    }

    /// Serves until the task is cancelled, or until a graceful shutdown has let the running requests finish. Loading starts now.
    package func run() async throws {
        defer { listeningSource.finish() }
        // One thread: an engine's work is small, and many share a machine.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.any()
        let result: Result<Void, any Error>
        do {
            let driver = try makeDriver(eventLoop: eventLoop)
            let application = makeApplication(driver: driver, group: group)
            try await withTaskExecutorPreference(EventLoopExecutor(eventLoop: eventLoop)) {
                try await withGracefulShutdownHandler {
                    try await application.run()
                } onGracefulShutdown: {
                    driver.beginDraining()
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        try result.get()
    }

    private func makeDriver(eventLoop: any EventLoop) throws -> EngineDriver {
        let timing = try EngineTiming(parameters: configuration.timing, startedAt: EngineDriver.now())
        let state = EngineState(timing: timing, gate: FaultGate(settings: configuration.faults, seed: configuration.seed))
        let driver = EngineDriver(state: state, eventLoop: eventLoop, die: die)
        driver.replaceFaults(configuration.faults)
        return driver
    }

    private func makeApplication(driver: EngineDriver, group: any EventLoopGroup) -> Application<Routes> {
        Application(
            responder: Routes(configuration: configuration, driver: driver),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ConnectionWatch()], idleTimeout: Self.idleLimit,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10, maxHeaderFieldCount: 128))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: .maximum(configuration.maxConnections, logger: logger)),
            onServerRunning: { channel in
                if let address = channel.localAddress, let port = address.port {
                    listeningSource.yield(Address(host: address.ipAddress ?? configuration.host, port: port))
                }
            },
            eventLoopGroupProvider: .shared(group), logger: logger)
    }

    /// Ends this process as a crash or `kill -9` does: nothing is flushed, nobody is told.
    @Sendable package static func killThisProcess() { kill(getpid(), SIGKILL) }
}
