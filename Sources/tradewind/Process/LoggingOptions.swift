import ArgumentParser
import CommandLineInterface
import Logging

/// How much a process logs. The level itself is read before parsing (``LogLevelChoice``), so that parsing can log too; the
/// option stands here for help and validation, and is taken before the subcommand's name as well as behind it.
struct LoggingOptions: ParsableArguments {
    private static let levels = Logger.Level.allCases.map(\.rawValue)

    @Option(
        name: .customLong(LogLevelChoice.optionName),
        help: ArgumentHelp(
            "How much to log to standard error (also TRADEWIND_LOG): \(levels.joined(separator: ", ")).", valueName: "level"),
        completion: .list(levels))
    var logLevel: String?

    func validate() throws {
        guard let logLevel, !Self.levels.contains(logLevel) else { return }
        throw ValidationError("--log-level is one of \(Self.levels.joined(separator: ", "))")
    }
}
