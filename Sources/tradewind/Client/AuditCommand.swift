import ArgumentParser
import CommandLineInterface

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Reads and checks the record of every change.",
        subcommands: [AuditListCommand.self, AuditVerifyCommand.self])
}

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the entries; the same as `get audit`.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { client in
            try await client.get(.one(.audit), name: nil, format: output.output)
        }
    }
}

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks that no entry was changed, removed or added behind the control plane's back.",
        discussion: "Ends with status 1 where the log does not hold.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { client in
            try await client.verifyAudit(format: output.output)
        }
    }
}
