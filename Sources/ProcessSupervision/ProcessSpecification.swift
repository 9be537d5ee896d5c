/// A program to run under supervision.
package struct ProcessSpecification: Sendable, Equatable {
    /// A path, or a name that is looked for along the `PATH` of ``environment``.
    package var program: String
    package var arguments: [String]
    /// Everything the program finds in its environment; nothing is inherited.
    package var environment: [String: String]
    /// Where the program starts; nil stays where the parent is.
    package var directory: String?
    /// Takes the program's standard output and error. Missing folders are made with mode 0700.
    package var logFile: String
    /// A log that would grow beyond this is renamed to `logFile` + ".1", so that a program never holds more than twice as much.
    package var maxLogBytes: Int
    /// How long the program may go on after it was told to stop.
    package var grace: Duration

    package static let defaultMaxLogBytes = 8 << 20

    package init(
        program: String, arguments: [String] = [], environment: [String: String] = [:], directory: String? = nil,
        logFile: String, maxLogBytes: Int = defaultMaxLogBytes, grace: Duration = .seconds(10)
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.logFile = logFile
        self.maxLogBytes = maxLogBytes
        self.grace = grace
    }

    /// The arguments the shim is started with, behind the name of the executable.
    var shimArguments: [String] {
        let milliseconds = grace.components.seconds * 1_000 + grace.components.attoseconds / 1_000_000_000_000_000
        return [
            "supervise", "--log", logFile, "--max-log-bytes", "\(maxLogBytes)", "--grace-milliseconds", "\(max(0, milliseconds))",
        ] + (directory.map { ["--directory", $0] } ?? []) + ["--", program] + arguments
    }

    /// `NAME=value`, sorted by name.
    var environmentLines: [String] {
        environment.keys.sorted().map { "\($0)=\(environment[$0] ?? "")" }
    }

    /// Why the system could not even be asked to run this; nil when it can.
    var problem: String? {
        let texts = [program, logFile, directory ?? ""] + arguments + environmentLines
        if program.isEmpty { return "the program's name is empty" }
        if texts.contains(where: { $0.utf8.contains(0) }) { return "a NUL byte stands in its command, folder or environment" }
        if environment.keys.contains(where: { $0.isEmpty || $0.utf8.contains(61) }) {
            return "an environment variable's name is empty or contains '='"
        }
        return nil
    }
}
