import ArgumentParser
import CommandLineInterface
import FleetModel

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Shows one resource with its conditions, replicas and events.")

    @Argument(help: "Its kind.", completion: KindCompletion.declared)
    var kind: String

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let key = ResourceKey(kind: try Listing.declaredKind(spelling: kind), name: name)
        try await connection.withFleetClient { try await $0.describe(key) }
    }
}
