package import Logging

/// How much a process logs: `--log-level LEVEL`, else `TRADEWIND_LOG`, else `info`.
package enum LogLevelChoice {
    package static let optionName = "log-level"
    package static let variable = "TRADEWIND_LOG"
    package static let fallback = Logger.Level.info

    /// Reads the option wherever it stands before `--`. A level that does not exist counts as none: the argument parser
    /// refuses it, and a wrong variable must not keep a process from starting.
    package static func level(arguments: [String], environment: [String: String]) -> Logger.Level {
        option(in: arguments) ?? environment[variable].flatMap { Logger.Level(rawValue: $0.lowercased()) } ?? fallback
    }

    private static func option(in arguments: [String]) -> Logger.Level? {
        let own = arguments.prefix { $0 != "--" }
        let flag = "--\(optionName)"
        for (index, argument) in own.enumerated() {
            if argument == flag, index + 1 < own.count { return Logger.Level(rawValue: own[index + 1]) }
            if argument.hasPrefix(flag + "=") { return Logger.Level(rawValue: String(argument.dropFirst(flag.count + 1))) }
        }
        return nil
    }
}
