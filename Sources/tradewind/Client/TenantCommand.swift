import ArgumentParser
import CommandLineInterface
import FleetModel

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Makes and revokes the keys of tenants.", subcommands: [TenantKeyCommand.self])
}

struct TenantKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes and revokes the keys of a tenant.",
        subcommands: [TenantKeyCreateCommand.self, TenantKeyRevokeCommand.self])
}

struct TenantKeyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a key and prints it, this once.",
        discussion: "Only the key goes to standard output. The control plane and the gateways know its SHA-256 alone.")

    @Argument(help: ArgumentHelp("The tenant.", valueName: "tenant"))
    var tenant: String

    @Argument(help: ArgumentHelp("A name for the key.", valueName: "name"))
    var name: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { try await $0.createKey(name, of: TenantName(tenant)) }
    }
}

struct TenantKeyRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Takes a key away.")

    @Argument(help: ArgumentHelp("The tenant.", valueName: "tenant"))
    var tenant: String

    @Argument(help: ArgumentHelp("The key's name.", valueName: "name"))
    var name: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withFleetClient { try await $0.revokeKey(name, of: TenantName(tenant)) }
    }
}
