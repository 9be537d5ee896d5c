/// How a command ended, for scripts. This is the one place that gives exit statuses their meaning.
package enum CommandExit: Int32, CaseIterable, Sendable {
    case success = 0
    case invalid = 1
    case unreachable = 3
    case notFound = 4
    case conflict = 5
    case notPermitted = 6
    case serverFailed = 7
    case solverFailed = 8
    /// `EX_USAGE` of `sysexits.h`, which the argument parser ends with.
    case usage = 64

    package var meaning: String {
        switch self {
        case .success: "done"
        case .invalid: "the input is not valid (every problem is printed); nothing was changed"
        case .unreachable: "no control plane answered"
        case .notFound: "no such resource"
        case .conflict: "it changed meanwhile, or something still depends on it"
        case .notPermitted: "the token is missing, unknown, or may not do this"
        case .serverFailed: "the control plane failed or answered something unintelligible"
        case .solverFailed: "the solver's library failed"
        case .usage: "the command line is not valid"
        }
    }

    /// What an HTTP status of the control API ends a command with.
    package init(status: Int) {
        switch status {
        case 200..<300: self = .success
        case 401, 403: self = .notPermitted
        case 404: self = .notFound
        case 409, 410, 412: self = .conflict
        case 429: self = .serverFailed
        case 400..<500: self = .invalid
        default: self = .serverFailed
        }
    }

    /// The table `--help` and the documentation show.
    package static var help: String {
        let lines = allCases.map { exit in
            let number = String(exit.rawValue)
            return "  " + number + String(repeating: " ", count: 4 - number.count) + exit.meaning
        }
        return (["EXIT STATUS"] + lines).joined(separator: "\n")
    }
}
