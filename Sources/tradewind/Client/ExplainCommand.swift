import ArgumentParser
import CommandLineInterface
import FleetModel

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Says why something is as it is.", subcommands: [ExplainWorkloadCommand.self])
}

struct ExplainWorkloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workload",
        abstract: "Says where a workload runs and why, and which rule keeps every other plane out.")

    @Argument(help: "The workload.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { client in
            try await client.explain(workload: WorkloadName(name), format: output.output)
        }
    }
}
