import ArgumentParser
import CommandLineInterface
import FleetModel

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Removes resources.",
        usage: """
            tradewind delete <kind> <name> [<options>]
            tradewind delete -f <file> [<options>]
            """)

    @Argument(help: "Its kind.", completion: KindCompletion.declared)
    var kind: String?

    @Argument(help: "Its name.")
    var name: String?

    @Option(name: [.customShort("f"), .customLong("file")], help: FileArgument.help, completion: .file())
    var files: [String] = []

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        switch (kind, name, files.isEmpty) {
        case (.some, .some, true), (nil, nil, false): break
        default: throw ValidationError("name what to delete: KIND NAME, or -f FILE for everything a file declares")
        }
    }

    func run() async throws {
        if let kind, let name {
            let key = ResourceKey(kind: try Listing.declaredKind(spelling: kind), name: name)
            try await connection.withFleetClient { try await $0.delete(key) }
        } else {
            let sources = try FleetSourceCollection.collect(files, access: LocalFiles())
            try await connection.withFleetClient { try await $0.delete(declaredIn: sources) }
        }
    }
}
