import ArgumentParser
import CommandLineInterface
import FoundationEssentials
import Logging
import ProcessSupervision

/// The one command of Tradewind. Where every process of a fleet begins.
@main
struct Tradewind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tradewind",
        abstract: "Runs AI inference across clouds as one fleet.",
        discussion: """
            Client commands find the control plane by its state folder (--state DIR, TRADEWIND_STATE, ./.tradewind) or by its \
            address (--server URL --token-file FILE; TRADEWIND_SERVER, TRADEWIND_TOKEN_FILE).

            \(CommandExit.help)
            """,
        version: ProductVersion.current,
        groupedSubcommands: [
            CommandGroup(
                name: "Declare and look",
                subcommands: [
                    ApplyCommand.self, GetCommand.self, DescribeCommand.self, DeleteCommand.self, DrainCommand.self,
                    ReclaimCommand.self, FailoverCommand.self, RolloutCommand.self, ExplainCommand.self,
                ]),
            CommandGroup(
                name: "Plan",
                subcommands: [
                    PlanCommand.self, CostCommand.self, AdviseCommand.self, CatalogCommand.self, SimulateCommand.self,
                    DemandCommand.self,
                ]),
            CommandGroup(
                name: "Run a fleet",
                subcommands: [
                    UpCommand.self, ServeCommand.self, PlaneCommand.self, GatewayCommand.self, RelayCommand.self,
                    MetadataDoubleCommand.self, EngineCommand.self,
                ]),
            CommandGroup(name: "Guard it", subcommands: [TenantCommand.self, TokenCommand.self, AuditCommand.self]),
            CommandGroup(name: "Other", subcommands: [VersionCommand.self]),
        ])

    @OptionGroup var logging: LoggingOptions

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The shim guards a replica for as long as it runs: it starts before anything that would cost it memory.
        if arguments.first == SuperviseShim.subcommand {
            ProcessEnd.end(SuperviseShim.run(arguments: Array(arguments.dropFirst())))
        }
        ProcessEnd.ignoreClosedPipes()
        let environment = ProcessInfo.processInfo.environment
        let level = LogLevelChoice.level(arguments: arguments, environment: environment)
        LoggingSystem.bootstrap { StandardErrorLogHandler(label: $0, logLevel: level) }
        await run(arguments)
    }

    private static func run(_ arguments: [String]) async {
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            for line in failure.lines { StandardStreams.writeError(line) }
            ProcessEnd.end(failure.exit.rawValue)
        } catch is Console.Closed {
            ProcessEnd.end(CommandExit.success.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
