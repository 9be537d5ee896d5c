import ArgumentParser
import CommandLineInterface
import FleetModel

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Says why something is as it is.",
        subcommands: [ExplainRequestCommand.self, ExplainWorkloadCommand.self])
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

struct ExplainRequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Says where one request went and why: the fence, the candidates and their scores, the attempts, the times.",
        discussion: """
            ID is what the gateway's answer says in x-request-id. Gateways remember their last few thousand requests, and longer those \
            that failed, were repeated or were slow.
            """)

    @Argument(help: ArgumentHelp("The request's id.", valueName: "ID"))
    var id: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { client in
            try await client.explain(request: id, format: output.output)
        }
    }
}
