import ArgumentParser
import FleetModel
import FleetTransport
import Foundation
import Logging
import ProcessSupervision
import ServiceLifecycle
import UnixSignals
import WorkloadPlanes

/// `tradewind plane NAME`: runs the replicas one plane was assigned, until SIGTERM or SIGINT.
struct PlaneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plane",
        abstract: "Run one workload plane: its replicas, their health, and the feed gateways follow.",
        discussion: """
            The plane keeps what it was last assigned in its state folder and runs it also while the control plane is gone. \
            On SIGTERM its replicas finish their requests; however it dies, none of them outlives it.
            """)

    @Argument(help: "The plane's name, as the fleet file declares it.") var name: String
    @Option(help: "Folder of what must outlive the process.") var state = "./.tradewind"
    @Option(help: "The control API, such as http://127.0.0.1:8080; by default what server.json of the state folder says.")
    var server: String?
    @Option(help: "File with this plane's token; by default the state folder's tokens/plane-NAME.token.") var tokenFile: String?
    @Option(help: "PEM certificates to trust for an https control API.") var caFile: String?
    @Option(help: "HOST:PORT the feed listens on; port 0 keeps the port of the last run.") var feedListen = "127.0.0.1:0"
    @Option(help: "A program that command engines may run: a name or a path. May be repeated.") var allowCommand: [String] = []
    @Option(help: "Folder of the endpoint keys; by default secrets in the plane's folder.") var secrets: String?
    @Option(help: "Where this machine's accelerators tell of themselves (DCGM exporter), such as http://127.0.0.1:9400/metrics.")
    var acceleratorMetrics: String?

    @Option(help: "Which cloud's metadata service tells that a node will be taken: ec2, gcp or azure.") var notices:
        NoticeService?
    @Option(
        help: ArgumentHelp(
            "That service's address, by default its own. With {pool} and {node} in it every spot node is followed at its own.",
            valueName: "url"))
    var metadataUrl: String?
    @Option(help: ArgumentHelp("Which node the plane's machine is.", valueName: "pool/index")) var noticesNode: String?

    func validate() throws {
        guard ResourceNameRule.allows(name) else {
            throw ValidationError("a plane's name is \(ResourceNameRule.accepted); '\(name)' is not")
        }
        guard Self.split(feedListen) != nil else {
            throw ValidationError("--feed-listen takes HOST:PORT such as 127.0.0.1:0; '\(feedListen)' is not")
        }
        if let acceleratorMetrics {
            let url = URL(string: acceleratorMetrics)
            guard ["http", "https"].contains(url?.scheme), url?.host?.isEmpty == false else {
                throw ValidationError(
                    "--accelerator-metrics takes a URL such as http://127.0.0.1:9400/metrics; '\(acceleratorMetrics)' is not")
            }
        }
        _ = try noticeSource()
    }

    func run() async throws {
        var logger = Logger(label: "plane")
        logger[metadataKey: "plane"] = "\(name)"
        let server = PlaneServer(configuration: try configuration(), logger: logger)
        try await ServiceGroup(
            configuration: .init(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }

    private func configuration() throws -> PlaneConfiguration {
        let root = URL(fileURLWithPath: state).standardizedFileURL.path
        var configuration = PlaneConfiguration(
            plane: PlaneName(name), state: StateFolder(root: root), executable: OwnExecutable.path,
            environment: ProcessInfo.processInfo.environment)
        configuration.serverURL = server
        configuration.tokenFile = tokenFile
        configuration.caFile = caFile
        if let (host, port) = Self.split(feedListen) { (configuration.feedHost, configuration.feedPort) = (host, port) }
        configuration.allowedCommands = allowCommand
        configuration.secretsFolder = secrets
        configuration.acceleratorMetrics = acceleratorMetrics
        configuration.notices = try noticeSource()
        return configuration
    }

    private func noticeSource() throws -> NoticeSource? {
        guard let notices else {
            guard metadataUrl == nil, noticesNode == nil else {
                throw ValidationError("--metadata-url and --notices-node go with --notices ec2, gcp or azure")
            }
            return nil
        }
        let node = noticesNode.map { WatchedNode($0) }
        if case .some(nil) = node { throw ValidationError("--notices-node takes POOL/INDEX such as spot/0") }
        do {
            return try NoticeSource(service: notices, url: metadataUrl, node: node ?? nil)
        } catch {
            throw ValidationError(error.description)
        }
    }

    private static func split(_ text: String) -> (String, Int)? {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        let host = text[..<colon].drop { $0 == "[" }.filter { $0 != "]" }
        return host.isEmpty ? nil : (String(host), port)
    }
}

extension NoticeService: ExpressibleByArgument {}
