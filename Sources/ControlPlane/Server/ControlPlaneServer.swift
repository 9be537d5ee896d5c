package import FleetModel
package import FleetTransport
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The control plane as one service: the store, the reconcile loop and the API on its port.
package struct ControlPlaneServer: Service, CustomStringConvertible {
    package var description: String { "control plane of \(configuration.stateFolder.root)" }

    private let configuration: ControlPlaneConfiguration
    private let logger: Logger
    private let clock: any FleetClock
    private let prices: @Sendable (Fleet) -> PriceBook
    private let onListening: @Sendable (ServerAddress) async -> Void

    /// - Parameters:
    ///   - prices: what is known of the places and machines a fleet names, for pools that declare no price.
    ///   - onListening: told where it listens, once it does.
    package init(
        configuration: ControlPlaneConfiguration, logger: Logger, clock: any FleetClock = SystemClock(),
        prices: @escaping @Sendable (Fleet) -> PriceBook = { _ in PriceBook(asOf: "") },
        onListening: @escaping @Sendable (ServerAddress) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
        self.prices = prices
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or the service group shuts down gracefully.
    package func run() async throws {
        try configuration.validate()
        let server = try serverBuilder()
        let lock = try lockedFolder()
        let assembly = try await ControlPlaneAssembly(
            folder: configuration.stateFolder, clock: clock, prices: prices, logger: logger)
        let application = Application(
            router: assembly.router, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(APILimits.connections)),
            services: [
                assembly.reconciler,
                Heartbeat(changes: assembly.changes, documents: assembly.streams, inquiries: assembly.inquiries),
                AuditSigning(store: assembly.store, notary: assembly.notary, logger: logger),
            ],
            onServerRunning: { channel in await announce(channel) },
            logger: logger)
        try await application.run()
        try assembly.store.close()
        withExtendedLifetime(lock) {}
    }

    /// Keeps a second control plane out of the state folder.
    private func lockedFolder() throws -> FileLock {
        do {
            return try FileLock(path: configuration.stateFolder.serverLock)
        } catch is FileLock.Taken {
            throw ControlPlaneConfiguration.Problem.alreadyServed(folder: configuration.stateFolder.root)
        }
    }

    private func announce(_ channel: any Channel) async {
        let address = ServerAddress(url: configuration.url(port: channel.localAddress?.port ?? configuration.port))
        do {
            try PrivateFile.write(try FleetJSON.encode(address), to: configuration.stateFolder.serverAddress)
        } catch {
            logger.error("clients of this folder will not find the server", metadata: ["error": "\(error)"])
        }
        logger.info("control plane listens", metadata: ["url": "\(address.url)"])
        await onListening(address)
    }

    private func serverBuilder() throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                idleTimeout: APILimits.idleTimeout,
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: APILimits.headerBytes, maxHeaderListSize: APILimits.headerBytes,
                    maxHeaderFieldCount: APILimits.headerCount)))
        guard let files = configuration.tls else { return http }
        let chain = try Self.reading(files.certificateFile) { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try Self.reading(files.keyFile) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        return try .tls(http, tlsConfiguration: tls)
    }

    private static func reading<Value>(_ file: String, _ read: (String) throws -> Value) throws -> Value {
        do {
            return try read(file)
        } catch {
            throw ControlPlaneConfiguration.Problem.unusableTLS(file: file, cause: "\(error)")
        }
    }
}
