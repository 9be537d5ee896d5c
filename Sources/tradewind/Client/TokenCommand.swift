import ArgumentParser
import CommandLineInterface
import FleetTransport

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Makes tokens for planes, gateways and people.", subcommands: [TokenCreateCommand.self])
}

struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token and prints it, this once.",
        discussion: "Only the token goes to standard output: `(umask 077; tradewind token create --scope plane/toronto > FILE)`.")

    @Option(help: ArgumentHelp("What it may do: \(TokenScope.accepted).", valueName: "scope"))
    var scope: TokenScope

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { try await $0.createToken(scope) }
    }
}
