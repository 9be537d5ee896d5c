import ArgumentParser

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Plays decisions in virtual time, with the code that decides live.",
        subcommands: [SimulateSpotCommand.self])
}
