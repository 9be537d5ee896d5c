import ArgumentParser
import CommandLineInterface
import FleetModel

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Empties a workload plane or takes it back, or has one replica replaced.",
        discussion: """
            A drained plane gets no new replicas; those it has serve until others are ready elsewhere, then finish and end. \
            A drained replica is replaced first where there is room, finishes its requests and ends.

            tradewind drain toronto, or: tradewind drain plane toronto
            tradewind drain replica toronto/chat/3
            """)

    @Argument(help: "A workload plane; or `plane` or `replica`, followed by a name.")
    var what: String

    @Argument(help: "The name of a plane, or PLANE/WORKLOAD/INCARNATION of a replica.")
    var name: String?

    @Flag(help: "Let the plane take replicas again.")
    var undo = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard name != nil else { return }
        guard ["plane", "replica"].contains(what) else {
            throw ValidationError(
                "only a plane or a replica is drained: drain plane NAME, drain replica PLANE/WORKLOAD/INCARNATION")
        }
        guard what == "replica" else { return }
        guard replica != nil else { throw ValidationError("a replica is PLANE/WORKLOAD/INCARNATION, such as toronto/chat/3") }
        guard !undo else { throw ValidationError("a replica that drains is not taken back: another serves in its stead") }
    }

    private var replica: ReplicaID? { what == "replica" ? name.flatMap { ReplicaID($0) } : nil }

    func run() async throws {
        try await connection.withFleetClient { client in
            if let replica {
                try await client.drain(replica: replica)
            } else {
                try await client.drain(plane: PlaneName(name ?? what), isDrained: !undo)
            }
        }
    }
}
