import ArgumentParser
import CommandLineInterface

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Lists resources, replicas, events or audit entries.",
        discussion: """
            Kinds: \(Listing.all.map(\.plural).joined(separator: ", ")), all. Short forms such as plane, wl, gw and policy \
            work too. -o yaml prints what `tradewind apply -f -` takes again.
            """)

    @Argument(help: "What to list.", completion: KindCompletion.listed)
    var kind: String

    @Argument(
        help: "One resource; for replicas a plane, a workload, PLANE/WORKLOAD or a replica; for events what they are about.")
    var name: String?

    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "Go on printing changes until interrupted.")
    var watch = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let selection = try ListingSelection(spelling: kind)
        try await connection.withFleetClient { client in
            guard watch else { return try await client.get(selection, name: name, format: output.output) }
            guard case .one(let listing) = selection else {
                throw CommandFailure(.usage, "`get all` cannot be watched; watch one kind, such as `get replicas --watch`")
            }
            try await client.watch(listing, name: name, format: output.output) { try await Task.sleep(for: $0) }
        }
    }
}
