/// The command line of the shim: `--log FILE --max-log-bytes N --grace-milliseconds M [--directory D] -- PROGRAM ARGS…`.
package struct ShimArguments: Equatable {
    package var log: String
    package var maxLogBytes: Int
    package var grace: Duration
    package var directory: String?
    package var command: [String]

    package static let usage =
        "usage: tradewind supervise --log FILE --max-log-bytes N --grace-milliseconds M [--directory D] -- PROGRAM ARGS…"
    /// A smaller log would be rotated for every line.
    package static let leastLogBytes = 4_096
    /// A week: more is a mistake in the unit.
    package static let longestGraceMilliseconds = 604_800_000

    package init?(_ arguments: some Collection<String>) {
        var options: [String: String] = [:]
        var rest = arguments[...]
        while let name = rest.popFirst(), name != "--" {
            guard ["--log", "--max-log-bytes", "--grace-milliseconds", "--directory"].contains(name), let value = rest.popFirst()
            else { return nil }
            options[name] = value
        }
        guard let log = options["--log"], !log.isEmpty,
            let bytes = options["--max-log-bytes"].flatMap({ Int($0) }), bytes >= Self.leastLogBytes,
            let grace = options["--grace-milliseconds"].flatMap({ Int($0) }), (0...Self.longestGraceMilliseconds).contains(grace),
            !rest.isEmpty
        else { return nil }
        self.log = log
        maxLogBytes = bytes
        self.grace = .milliseconds(grace)
        directory = options["--directory"]
        command = Array(rest)
    }
}
