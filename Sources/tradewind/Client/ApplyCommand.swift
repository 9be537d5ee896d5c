import ArgumentParser
import CommandLineInterface

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Declares the resources of fleet files.",
        discussion: """
            The files are checked here first. Every problem is one line, file:line: path: what is wrong; what would be \
            accepted. With a single problem nothing is applied.
            """)

    @Option(name: [.customShort("f"), .customLong("file")], help: FileArgument.help, completion: .file())
    var files: [String] = []

    @Flag(help: "Check only, here and in the control plane; change nothing.")
    var dryRun = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if files.isEmpty { throw ValidationError("name what to apply: -f FILE, -f DIR, or -f - for standard input") }
    }

    func run() async throws {
        let sources = try FleetSourceCollection.collect(files, access: LocalFiles())
        try await connection.withFleetClient { try await $0.apply(sources, isDryRun: dryRun) }
    }
}
