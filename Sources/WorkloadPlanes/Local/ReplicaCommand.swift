package import FleetControl
import FleetModel

/// The program, arguments and environment of one replica.
package struct ReplicaCommand: Equatable, Sendable {
    package var program: String
    package var arguments: [String]
    package var environment: [String: String]

    /// What every child gets of the plane's own environment; everything else stays here.
    static let inherited = ["PATH", "HOME", "LANG", "TMPDIR"]
    /// Variables that would run other code than the allowed program's: of shells, of the C library, and of the interpreters that
    /// allowed programs are often written for.
    static let forbidden: Set<String> = [
        "PATH", "BASH_ENV", "ENV", "IFS", "SHELLOPTS", "GCONV_PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE",
        "PYTHONSTARTUP", "NODE_OPTIONS", "NODE_PATH", "PERL5OPT", "PERL5LIB", "PERLLIB", "RUBYOPT", "RUBYLIB",
        "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",
    ]
    static let forbiddenPrefixes = ["LD_", "DYLD_", "GLIBC_"]
    static let argumentLimit = 1_024

    /// - Parameters:
    ///   - executable: the `tradewind` binary, for the simulated engine.
    ///   - environment: of the plane's process.
    package init(
        _ order: StartOrder, host: String, executable: String, allowance: CommandAllowance, environment: [String: String]
    ) throws(CommandAllowance.Refusal) {
        self.environment = environment.filter { Self.inherited.contains($0.key) }
        switch order.specification.engine {
        case nil: throw CommandAllowance.Refusal(description: "it declares no engine that a local plane could start")
        case .simulated(let engine):
            program = executable
            arguments = Self.arguments(of: engine, order: order, host: host)
        case .command(let command):
            guard let first = command.command.first, command.command.count <= Self.argumentLimit else {
                throw CommandAllowance.Refusal(description: "the engine's command needs 1 to \(Self.argumentLimit) elements")
            }
            program = try allowance.resolve(first)
            arguments = command.command.dropFirst().map { Self.substitute($0, order: order, host: host) }
            try add(command.environment, order: order)
        }
    }

    private mutating func add(_ declared: [String: String], order: StartOrder) throws(CommandAllowance.Refusal) {
        let isAccelerated = order.specification.accelerator != "CPU"
        if isAccelerated { environment["CUDA_VISIBLE_DEVICES"] = order.planeDevices.map { "\($0)" }.joined(separator: ",") }
        for (name, value) in declared.sorted(by: { $0.key < $1.key }) {
            if Self.forbidden.contains(name) || Self.forbiddenPrefixes.contains(where: name.hasPrefix) {
                throw CommandAllowance.Refusal(
                    description: "the engine declares the variable \(name), which could run another program than the allowed one")
            }
            environment[name] = value
        }
    }

    private static func arguments(of engine: SimulatedEngineSpec, order: StartOrder, host: String) -> [String] {
        [
            "engine", "--host", host, "--port", "\(order.port)", "--models", order.specification.models.joined(separator: ","),
            "--prefill-tokens-per-second", plainNumber(engine.prefillTokensPerSecond),
            "--decode-tokens-per-second", plainNumber(engine.decodeTokensPerSecond), "--max-batch", "\(engine.maxBatch)",
            "--kv-capacity-tokens", "\(engine.kvCapacityTokens)", "--load-milliseconds", "\(engine.loadMilliseconds)",
            "--warm-up-milliseconds", "\(engine.warmUpMilliseconds)", "--replica-id", order.id.description,
        ]
    }

    /// Puts `{host}`, `{port}` and `{replica}` in, in one pass: what is put in is never looked at again.
    static func substitute(_ text: String, order: StartOrder, host: String) -> String {
        var result = ""
        var rest = Substring(text)
        let names = [("{host}", host), ("{port}", "\(order.port)"), ("{replica}", order.id.description)]
        while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            rest = rest[brace...]
            if let (name, value) = names.first(where: { rest.hasPrefix($0.0) }) {
                result += value
                rest = rest.dropFirst(name.count)
            } else {
                result.append("{")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
