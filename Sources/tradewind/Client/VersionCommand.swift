import ArgumentParser
import CommandLineInterface

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

    func run() throws { try StandardStreams.console.write("tradewind \(ProductVersion.current)\n") }
}
