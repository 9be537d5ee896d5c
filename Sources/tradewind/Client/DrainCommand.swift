import ArgumentParser
import CommandLineInterface
import FleetModel

struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Empties a workload plane, or takes it back.",
        discussion:
            "It gets no new replicas; those it has serve until others are ready elsewhere, then finish and end.")

    @Argument(help: "The workload plane.")
    var plane: String

    @Flag(help: "Let the plane take replicas again.")
    var undo = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { try await $0.drain(plane: PlaneName(plane), isDrained: !undo) }
    }
}
