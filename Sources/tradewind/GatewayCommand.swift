import ArgumentParser
import CommandLineInterface
import FleetModel
import FleetTransport
import FoundationEssentials
import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

/// `tradewind gateway NAME`: one gateway, until SIGTERM or SIGINT, then finishes what runs.
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Run one gateway.",
        discussion: """
            Takes requests of OpenAI clients and sends each to the best replica its rules allow. It learns those rules from the \
            control plane and keeps the last ones in DIR, so that it serves on while the control plane is away, also after a \
            restart of its own.
            """)

    @Argument(help: ArgumentHelp("The gateway's name in the fleet.", valueName: "NAME"))
    var name: String

    @Option(name: .long, help: ArgumentHelp("The fleet's state folder on this machine.", valueName: "DIR"))
    var state = "./.tradewind"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The control API, such as http://127.0.0.1:8080 (default: what DIR/server.json says).", valueName: "URL"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Holds this gateway's token (default: DIR/tokens/gateway-NAME.token).", valueName: "FILE"))
    var tokenFile: String?

    @Option(name: .long, help: ArgumentHelp("Certificates to trust for the control API, PEM.", valueName: "FILE"))
    var caFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The address to listen on; port 0 lets the system pick (default: as the fleet declares).", valueName: "HOST:PORT"))
    var listen: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Reach a plane through a CONNECT proxy; may be repeated.", valueName: "PLANE=HOST:PORT"))
    var via: [String] = []

    @OptionGroup(title: "TLS for clients")
    var tls: GatewayTLSOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write one JSON line a request there; - is standard output (default: as the fleet declares).", valueName: "FILE"))
    var accessLog: String?

    @Option(name: .long, help: ArgumentHelp("Requests that can be explained; 0 remembers none.", valueName: "N"))
    var rememberedRequests = 4_096

    @Option(name: .long, help: "Threads that serve.")
    var threads = 1

    func validate() throws { _ = try gatewayConfiguration() }

    func run() async throws {
        let logger = Logger(label: "tradewind.gateway")
        let server = GatewayServer(
            configuration: try gatewayConfiguration(), logger: logger,
            onServing: { [name] url in
                // The reader may have gone; that is no reason not to serve.
                try? StandardStreams.console.write("gateway \(name): \(url)\n")
            })
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        try await group.run()
    }

    private func gatewayConfiguration() throws -> GatewayConfiguration {
        guard ResourceNameRule.allows(name) else { throw ValidationError("NAME is \(ResourceNameRule.accepted)") }
        let address = try listen.map { text in
            guard let address = ListenAddress(text) else {
                throw ValidationError("--listen is HOST:PORT, such as 127.0.0.1:8081, not \(text)")
            }
            return address
        }
        let folder = StateFolder(root: state)
        let gateway = GatewayName(name)
        var configuration = GatewayConfiguration(
            name: gateway, listen: address, stateFolder: folder.gatewayFolder(gateway), serverURL: server,
            serverAddressFile: server == nil ? folder.serverAddress : nil,
            tokenFile: tokenFile ?? folder.tokenFile(.gateway(gateway)), caFile: caFile, via: try proxies(), threads: threads,
            tls: try tls.declaration())
        configuration.version = ProductVersion.current
        configuration.rememberedRequests = rememberedRequests
        do {
            configuration.telemetry = try TelemetryOverrides(
                accessLog: accessLog, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw ValidationError(error.description)
        }
        do {
            try configuration.validate()
        } catch {
            throw ValidationError(error.description)
        }
        return configuration
    }

    private func proxies() throws -> [PlaneName: ListenAddress] {
        var proxies: [PlaneName: ListenAddress] = [:]
        for text in via {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, ResourceNameRule.allows(parts[0]), let address = ListenAddress(parts[1]), address.port > 0
            else {
                throw ValidationError("--via is PLANE=HOST:PORT, such as toronto=127.0.0.1:9001, not \(text)")
            }
            guard proxies.updateValue(address, forKey: PlaneName(parts[0])) == nil else {
                throw ValidationError("--via names plane \(parts[0]) twice; give it once")
            }
        }
        return proxies
    }
}
