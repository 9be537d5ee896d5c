import ArgumentParser
import CommandLineInterface
import FleetModel

extension DemandFormat: ExpressibleByArgument {}

struct DemandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demand",
        abstract: "Reads what arrived for each workload.",
        subcommands: [DemandExportCommand.self])
}

struct DemandExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the recorded demand, for a scenario to play (docs/simulate.md).",
        discussion: """
            The control plane keeps the mean rate of each quarter of an hour of the last eight weeks, of every workload whose scaling \
            follows load. A scenario with `demand: { recorded: FILE }` plays the CSV.
            """)

    @Argument(help: "One workload; without it all.")
    var workload: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("How to write.", valueName: "format"))
    var output = DemandFormat.csv

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { client in
            try await client.exportDemand(of: workload.map { WorkloadName($0) }, format: output)
        }
    }
}
