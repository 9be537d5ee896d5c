import ArgumentParser
import CommandLineInterface
import ControlPlane
import FleetCatalogue
import FleetTransport
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `tradewind serve`: the control plane alone.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the control plane.",
        discussion: """
            Keeps the declared fleet, decides what runs where and tells planes and gateways. The admin token is made at the first \
            start and stands in DIR/admin.token. Beyond loopback it serves with TLS only.
            """)

    @Option(name: .long, help: ArgumentHelp("The folder that holds its state.", valueName: "DIR"))
    var state = "./.tradewind"

    @Option(name: .long, help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(name: .long, help: "The TCP port to listen on; 0 lets the system pick.")
    var port = 8080

    @Option(name: .long, help: ArgumentHelp("The certificate chain, PEM.", valueName: "FILE"))
    var tlsCertificate: String?

    @Option(name: .long, help: ArgumentHelp("The certificate's key, PEM.", valueName: "FILE"))
    var tlsKey: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is 0 to 65535") }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
    }

    func run() async throws {
        var configuration = ControlPlaneConfiguration(stateFolder: StateFolder(root: state), host: host, port: port)
        if let tlsCertificate, let tlsKey {
            configuration.tls = ControlPlaneConfiguration.TLS(certificateFile: tlsCertificate, keyFile: tlsKey)
        }
        try configuration.validate()
        let logger = Logger(label: "tradewind.serve")
        let catalogue = Self.catalogue(of: configuration.stateFolder, logger)
        let server = ControlPlaneServer(
            configuration: configuration, logger: logger, prices: { catalogue.priceBook(for: $0) },
            onListening: { address in
                // Written at once, also into a pipe, where print would wait for a full buffer.
                try? FileHandle.standardOutput.write(contentsOf: Data("control plane: \(address.url)\n".utf8))
            })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        try await group.run()
    }

    /// The catalogue under what was imported into the folder; the embedded one alone where that cannot be read.
    private static func catalogue(of folder: StateFolder, _ logger: Logger) -> Catalogue {
        do {
            return try CatalogImports(folder: folder).catalogue()
        } catch {
            logger.warning("imported prices are left out", metadata: ["error": "\(error)"])
            return .embedded
        }
    }
}
