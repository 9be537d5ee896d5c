import ArgumentParser

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Plays decisions in virtual time, with the code that decides live.",
        discussion:
            "tradewind simulate -f FLEET --scenario FILE plays the whole fleet; tradewind simulate spot compares spot policies.",
        subcommands: [SimulateFleetCommand.self, SimulateSpotCommand.self], defaultSubcommand: SimulateFleetCommand.self)
}
