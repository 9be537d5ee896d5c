import FleetModel

/// An engine as written: `simulated`, or `command` and what belongs to it.
private struct EngineDraft: Sendable {
    var simulated: SimulatedEngineSpec?
    var command: [String]?
    var settings = CommandEngineSpec(command: [])
}

extension ValueRule where Value == EngineSpec {
    private static var choices: String { "simulated: { … } or command: [program, argument, …]" }

    static var engine: ValueRule {
        Shape<EngineDraft>(
            blank: EngineDraft(),
            [
                .optional("simulated", \.simulated, SimulatedEngineSpec.shape.rule),
                .optional("command", \.command, .list(.text("a program or argument"))),
                .optional("environment", \.settings.environment, default: [:], .texts),
                .optional(
                    "readinessPath", \.settings.readinessPath, default: "/health", .text("an absolute path such as /health")),
                .optional(
                    "startTimeout", \.settings.startTimeoutMilliseconds, default: 600_000, .milliseconds(allowsZero: false)),
                .optional("tls", \.settings.tls, ReplicaTLS.shape.rule),
                .refused("image", "container images cannot be run yet", accepted: choices),
                .refused("args", "arguments belong to container images, which cannot be run yet", accepted: choices),
            ]
        ).rule.resolved({ draft, node, reading in resolve(draft, node, &reading) }, back: draft)
    }

    private static func draft(_ engine: EngineSpec) -> EngineDraft {
        switch engine {
        case .simulated(let simulated): EngineDraft(simulated: simulated)
        case .command(let command): EngineDraft(command: command.command, settings: command)
        }
    }

    private static func resolve(_ draft: EngineDraft, _ node: DocumentNode, _ reading: inout Reading) -> EngineSpec? {
        guard draft.simulated == nil || draft.command == nil else {
            reading.report(line: node.line, "two engines are given", accepted: "either \(choices)")
            return nil
        }
        if let simulated = draft.simulated {
            for field in ["environment", "readinessPath", "startTimeout", "tls"] {
                guard let entry = node[field] else { continue }
                reading.report(
                    line: entry.line, at: reading.path.key(field), "the simulated engine takes no \(field)",
                    accepted: "the field only beside command")
            }
            return .simulated(simulated)
        }
        if let command = draft.command {
            var settings = draft.settings
            settings.command = command
            return .command(settings)
        }
        let isExplained = ["simulated", "command", "image"].contains { node[$0] != nil }
        if !isExplained { reading.report(line: node.line, "no engine is given", accepted: choices) }
        return nil
    }
}

extension SimulatedEngineSpec {
    static let shape: Shape<SimulatedEngineSpec> = {
        let standard = SimulatedEngineSpec()
        let speed = ValueRule<TokensPerSecond>.quantity.mapped({ $0.value }, back: { TokensPerSecond($0) })
        return Shape(
            blank: standard,
            [
                .optional("prefill", \.prefillTokensPerSecond, default: standard.prefillTokensPerSecond, speed),
                .optional("decode", \.decodeTokensPerSecond, default: standard.decodeTokensPerSecond, speed),
                .optional("maxBatch", \.maxBatch, default: standard.maxBatch, .whole("requests")),
                .optional("kvCapacity", \.kvCapacityTokens, default: standard.kvCapacityTokens, .whole("tokens")),
                .optional("loadTime", \.loadMilliseconds, default: standard.loadMilliseconds, .milliseconds(allowsZero: true)),
                .optional("warmUp", \.warmUpMilliseconds, default: standard.warmUpMilliseconds, .milliseconds(allowsZero: true)),
            ])
    }()
}

extension ReplicaTLS {
    fileprivate static var shape: Shape<ReplicaTLS> {
        Shape(
            blank: ReplicaTLS(serverName: ""),
            [
                .required("serverName", \.serverName, .text(TextRules.hostName)),
                .optional("caFile", \.caFile, .filePath),
            ])
    }
}
