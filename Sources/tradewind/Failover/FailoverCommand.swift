import ArgumentParser
import CommandLineInterface
import FleetModel
import FleetTransport
import FoundationEssentials

/// `tradewind failover --rehearse`: a game day.
struct FailoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover",
        abstract: "Rehearses the loss of a plane, region or provider, and measures the recovery against the promise.",
        discussion: """
            Requests go through a gateway all the while; the place is taken away, watched until every request succeeds \
            again, and given back. In a fleet of `tradewind up` its processes are frozen (or killed); up gives them back after \
            --limit whatever becomes of this command. Other fleets are rehearsed by draining, with --drain. Without --plane, \
            --region and --provider each plane is lost in turn. The status is 1 when a promise was broken.
            """)

    @Flag(help: "Really take it away: nothing is done without this.")
    var rehearse = false

    @Option(help: ArgumentHelp("The plane to lose.", valueName: "plane"))
    var plane: String?

    @Option(help: ArgumentHelp("The region to lose: its name, or provider/region.", valueName: "region"))
    var region: String?

    @Option(help: ArgumentHelp("The provider to lose, with all its planes.", valueName: "provider"))
    var provider: String?

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Ask for workloads of this class alone: realtime, batch or training. May be repeated.", valueName: "class"))
    var classes: [Workload.Class] = []

    @Option(
        help: ArgumentHelp("The gateway to send requests through. (default: the nearest to what is lost)", valueName: "gateway"))
    var gateway: String?

    @Option(help: ArgumentHelp("Most requests sent for one loss.", valueName: "number"))
    var requests = 2_000

    @Option(help: ArgumentHelp("Requests a second, over all workloads asked for.", valueName: "number"))
    var rate = 20.0

    @Option(help: ArgumentHelp("How it is lost: freeze (it vanishes from the network) or kill.", valueName: "how"))
    var how = LossOrder.Kind.freeze

    @Flag(help: "Drain instead: for fleets that `tradewind up` does not run. Replicas move; no process is touched.")
    var drain = false

    @Option(help: ArgumentHelp("Longest time anything stays lost, in seconds.", valueName: "seconds"))
    var limit = 60

    @Flag(help: "Do not wait until what was lost is wholly back.")
    var noReturn = false

    @Option(
        help: ArgumentHelp("File that holds the API key to send, where tenants are declared.", valueName: "file"),
        completion: .file())
    var apiKeyFile: String?

    @OptionGroup var format: PlanFormatOptions
    @OptionGroup var connection: ConnectionOptions

    private static let requestLimit = 1_000_000
    private static let rates = 0.01...1_000.0

    func validate() throws {
        guard [plane, region, provider].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("give one of --plane, --region and --provider")
        }
        guard (1...Self.requestLimit).contains(requests) else { throw ValidationError("--requests is 1 to \(Self.requestLimit)") }
        guard Self.rates.contains(rate) else {
            throw ValidationError("--rate is \(Self.rates.lowerBound) to \(Int(Self.rates.upperBound)) requests a second")
        }
        guard (10...Int(LossOrder.longest)).contains(limit) else {
            throw ValidationError("--limit is 10 to \(Int(LossOrder.longest)) seconds")
        }
        guard rehearse else { throw ValidationError("--rehearse takes places away from a running fleet; give it to do so") }
    }

    func run() async throws {
        let thief = try thief()
        let key = try apiKeyFile.map { path -> String in
            guard let key = try PrivateFile.readSecret(path) else { throw ValidationError("\(path) holds no key") }
            return key
        }
        let report = try await connection.withFleetClient { client in
            try await Rehearsal(
                client: client, thief: thief, target: target, classes: Set(classes.isEmpty ? Workload.Class.allCases : classes),
                gateway: gateway.map { GatewayName($0) },
                load: Rehearsal.Load(requests: requests, rate: rate, apiKey: key), limit: .seconds(limit),
                waitsForReturn: !noReturn, remark: { StandardStreams.console.remark($0) }
            ).run()
        }
        try StandardStreams.console.write(format.output.text(page: report.page, document: report.document))
        if !report.isKept { throw CommandFailure(.invalid, "a promise was broken") }
    }

    private var target: RehearsalScene.Target {
        if let plane { return .plane(PlaneName(plane)) }
        if let region { return .region(region) }
        if let provider { return .provider(ProviderName(provider)) }
        return .everyPlane
    }

    /// Who takes planes away: `up` where it runs this fleet.
    private func thief() throws -> PlaneThief {
        if drain { return .drain }
        let choice = try ConnectionChoice(
            state: connection.state, server: connection.server, tokenFile: connection.tokenFile, caFile: connection.caFile,
            environment: ProcessInfo.processInfo.environment)
        guard case .state(let folder, _, _) = choice, Self.isUp(folder) else {
            throw CommandFailure(
                .invalid,
                "no `tradewind up` runs this fleet here, so its processes are left alone; --drain rehearses without them"
            )
        }
        return .up(folder, how)
    }

    private static func isUp(_ folder: StateFolder) -> Bool {
        guard FileManager.default.fileExists(atPath: folder.upLock) else { return false }
        do {
            _ = try FileLock(path: folder.upLock)
            return false
        } catch {
            return error is FileLock.Taken
        }
    }
}

extension LossOrder.Kind: ExpressibleByArgument {}
extension Workload.Class: ExpressibleByArgument {}
