import ArgumentParser
import CommandLineInterface
import FleetModel
import FleetTransport

extension OutputFormat: ExpressibleByArgument {}

extension TokenScope: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

/// What shells complete a kind with.
enum KindCompletion {
    static let listed = CompletionKind.list(Listing.all.map(\.plural) + ["all"])
    static let declared = CompletionKind.list(ResourceKind.allCases.map(\.plural))
}

/// How the answer is printed.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("How to print.", valueName: "format"))
    var output = OutputFormat.table
}

/// The fleet files a command reads.
enum FileArgument {
    static let help = ArgumentHelp(
        "Fleet file, folder of fleet files (*.yaml, *.yml, *.json), or - for standard input. May be repeated.", valueName: "file")
}
