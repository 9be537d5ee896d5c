import ArgumentParser
import CommandLineInterface
import FleetModel
import FleetTransport
import FoundationEssentials
import MetadataDoubles

/// `tradewind reclaim PLANE/POOL[/NODE]`: has the cloud of a fleet on this machine take a spot node back.
struct ReclaimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reclaim",
        abstract: "Rehearse a spot reclaim in a fleet that `tradewind up` runs.",
        discussion: """
            The doubled metadata service of the node announces its end as the plane's provider would, and the node goes when its \
            time is up. What becomes of it, and of the replicas there, is printed until then. Interrupting the command changes \
            nothing; --cancel does.
            """)

    @Argument(
        help: ArgumentHelp(
            "The node, counted from 0 in its pool; the first where none is named.", valueName: "PLANE/POOL[/NODE]"))
    var target: String

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("How long before the end it is announced; by default as the provider does.", valueName: "time"),
        transform: Self.time)
    var notice: Duration?

    @Flag(help: "Take the node at once, without a notice.") var now = false
    @Flag(help: "Only advise to leave it: the node is not taken.") var rebalance = false
    @Flag(help: "Take back what was announced.") var cancel = false

    @Option(
        help: ArgumentHelp("How long no machine stands there afterwards (default: 15s).", valueName: "time"),
        transform: Self.time)
    var away = Duration.seconds(15)

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard ReclaimTarget(target) != nil else {
            throw ValidationError("a node is PLANE/POOL or PLANE/POOL/NODE such as aws-frankfurt/spot/0; '\(target)' is not")
        }
        let chosen = [notice != nil, now, rebalance, cancel].filter { $0 }.count
        guard chosen <= 1 else { throw ValidationError("--in, --now, --rebalance and --cancel exclude each other") }
    }

    @Sendable private static func time(_ text: String) throws -> Duration {
        guard let time = Duration(text: text), time <= .milliseconds(ReclaimOrder.longest) else {
            throw ValidationError("'\(text)' is not accepted; \(Duration.accepted), at most 24h")
        }
        return time
    }

    func run() async throws {
        guard let target = ReclaimTarget(target) else { return }
        let choice = try ConnectionChoice(
            state: connection.state, server: connection.server, tokenFile: connection.tokenFile, caFile: connection.caFile,
            environment: ProcessInfo.processInfo.environment)
        guard case .state(let folder, _, _) = choice else {
            throw CommandFailure(.usage, "nodes are reclaimed where `tradewind up` runs: give its state folder with --state")
        }
        let double = try DoubleClient(folder)
        try await connection.withFleetClient { client in
            let rehearsal = ReclaimRehearsal(
                node: try target.node(in: try await DeclaredFleet.plane(target.plane, client.connection)), double: double,
                connection: client.connection)
            if cancel { return try await rehearsal.cancel() }
            guard !rebalance || rehearsal.node.service != .gcp else {
                throw CommandFailure(.invalid, "GCP gives no advice before it takes a machine; leave --rebalance away")
            }
            try await rehearsal.run(order(rehearsal.node))
        }
    }

    private func order(_ node: DoubleNode) -> ReclaimOrder {
        let milliseconds = { (time: Duration) in Int64(time.milliseconds) }
        let left = now ? 0 : notice.map(milliseconds) ?? node.service.noticeMilliseconds
        return ReclaimOrder(
            kind: rebalance ? .rebalance : .termination, inMilliseconds: rebalance ? 0 : left,
            awayMilliseconds: milliseconds(away))
    }
}
