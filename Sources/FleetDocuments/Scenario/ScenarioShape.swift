import FleetModel

/// The fields of a scenario file.
enum ScenarioShape {
    static let scenario = Shape<ScenarioDocument>(
        blank: ScenarioDocument(),
        [
            .optional("name", \.name, default: "", .text("a name for people")),
            .required("duration", \.duration, .quantity),
            .optional("seed", \.seed, default: 1, .counter),
            .optional("start", \.start, .civilTime),
            .optional("resolution", \.resolution, default: .auto, .choice),
            .optional("step", \.step, .quantity),
            .group(
                "demand",
                [
                    .optional("source", \.source, default: .declared, .choice),
                    .optional("scale", \.scale, default: 1, .positive("a factor above 0 such as 1.5")),
                    .optional("trace", \.trace, trace.rule),
                    .optional("recorded", \.recorded, .text("a CSV file of tradewind demand export")),
                    .optional("spikes", \.spikes, default: [], .list(spike.rule)),
                ]),
            .optional("tokens", \.tokens, default: [], .list(tokens.rule)),
            .optional("launch", \.launch, default: ScenarioDocument.Launch(), launch.rule),
            .optional("faults", \.faults, default: [], .list(.fault)),
            .optional("spot", \.spot, default: [], .list(.spotSupply)),
            .optional("policies", \.policies, default: [], .list(.policy)),
            .optional("availability", \.availability, .quantity),
        ])

    fileprivate static let policy = Shape<ScenarioDocument.Policy>(
        blank: ScenarioDocument.Policy(),
        [
            .required("name", \.name, .text("a name for people")),
            .required(
                "fleet", \.fleet,
                ValueRule<String>.text("a fleet file of what is other than in the fleet").mapped({ $0 }, back: { $0 ?? "" })),
            .optional("buy", \.buy, .text("the name of a way to buy such as planned")),
        ])

    private static let trace = Shape<ScenarioDocument.Trace>(
        blank: ScenarioDocument.Trace(),
        [
            .required("workload", \.workload, .name("the workload that is asked for")),
            .required("file", \.file, .text("a CSV file of Azure's LLM trace or a JSONL file of Mooncake's")),
            .optional("repeat", \.repeats, default: false, .flag),
        ])

    private static let spike = Shape<ScenarioDocument.Spike>(
        blank: ScenarioDocument.Spike(),
        [
            .required("factor", \.factor, .positive("a factor above 0 such as 100")),
            .required("at", \.at, .sinceStart),
            .required("for", \.duration, .quantity),
            .optional("ramp", \.ramp, default: .zero, .sinceStart),
            .optional("workloads", \.workloads, default: [], .list(.name("a workload"))),
        ])

    private static let size = Shape<ScenarioDocument.Tokens>(
        blank: ScenarioDocument.Tokens(),
        [
            .required("mean", \.mean, .positive("a number of tokens above 0 such as 1200")),
            .optional("variation", \.variation, default: 0, .number("standard deviation by mean, such as 0.7")),
        ])

    private static let tokens = Shape<ScenarioDocument.TokenPair>(
        blank: ScenarioDocument.TokenPair(),
        [
            .optional("workload", \.workload, .name("the workload they are of; of all others where it is left out")),
            .optional("prompt", \.prompt, size.rule),
            .optional("output", \.output, size.rule),
        ])

    private static let launch = Shape<ScenarioDocument.Launch>(
        blank: ScenarioDocument.Launch(),
        [
            .optional("reserved", \.reserved, .sinceStart),
            .optional("onDemand", \.onDemand, .sinceStart),
            .optional("spot", \.spot, .sinceStart),
            .optional("modelLoad", \.modelLoad, .sinceStart),
        ])

    fileprivate static let fault = Shape<ScenarioDocument.Fault>(
        blank: ScenarioDocument.Fault(),
        [
            .optional("plane", \.plane, .name("a plane")),
            .optional("pool", \.pool, .name("a pool of the plane")),
            .optional("region", \.region, .text("provider/region such as aws/us-east-1")),
            .optional("provider", \.provider, .name("a provider")),
            .optional("tier", \.tier, .choice),
            .optional("gateway", \.gateway, .name("a gateway")),
            .optional("controlPlane", \.controlPlane, default: false, .flag),
            .optional("share", \.share, .quantity),
            .optional("slower", \.slower, .positive("how many times as long everything takes, such as 3")),
            .optional("refuses", \.refuses, default: false, .flag),
            .required("at", \.at, .sinceStart),
            .required("for", \.duration, .quantity),
        ])

    fileprivate static let spot = Shape<ScenarioDocument.Spot>(
        blank: ScenarioDocument.Spot(),
        [
            .required("plane", \.plane, .name("a plane")),
            .required("pool", \.pool, .name("a spot pool of the plane")),
            .optional("trace", \.trace, .text(#"a JSON file {"metadata": {"gap_seconds": …}, "data": […]}"#)),
            .optional("unbounded", \.unbounded, default: false, .flag),
            .optional("reclaimsPerNodeHour", \.reclaimsPerNodeHour, .positive("a rate above 0 such as 0.05")),
            .optional("away", \.away, .sinceStart),
        ])
}

extension ValueRule where Value == ScenarioDocument.Fault {
    /// What it happens to is said once, and what happens fits it.
    fileprivate static var fault: ValueRule {
        ScenarioShape.fault.rule.resolved(
            { fault, node, reading in
                let subjects = ["plane", "region", "provider", "gateway", "controlPlane"].filter { node[$0] != nil }
                guard subjects.count == 1, node["controlPlane"] == nil || fault.controlPlane else {
                    reading.report(
                        line: node.line, subjects.isEmpty ? "nothing is named that it happens to" : "several things are named",
                        accepted: "one of plane, region: aws/us-east-1, provider, gateway and controlPlane: true")
                    return nil
                }
                let effects = ["share", "slower", "refuses"].filter { node[$0] != nil }
                guard effects.count <= 1 else {
                    reading.report(line: node.line, "several effects are given", accepted: "one of share, slower and refuses")
                    return nil
                }
                if let region = fault.region, region.split(separator: "/", omittingEmptySubsequences: false).count != 2 {
                    reading.report(
                        line: node.line, at: reading.path.key("region"), "\(quoted(region)) is not accepted",
                        accepted: "provider/region such as aws/us-east-1")
                    return nil
                }
                if fault.share != nil, fault.region == nil {
                    reading.report(
                        line: node.line, at: reading.path.key("share"), "a share is lost of a region only",
                        accepted: "region: aws/us-east-1 with share: 30%")
                    return nil
                }
                if let tier = fault.tier, tier != .spot || fault.provider == nil {
                    reading.report(
                        line: node.line, at: reading.path.key("tier"), "only spot is taken back, of a provider",
                        accepted: "tier: spot beside provider: NAME")
                    return nil
                }
                if fault.slower != nil || fault.refuses || fault.pool != nil, fault.plane == nil {
                    reading.report(
                        line: node.line, "slower, refuses and pool are said of a plane", accepted: "plane: NAME beside them")
                    return nil
                }
                if fault.pool != nil, !fault.refuses {
                    reading.report(
                        line: node.line, at: reading.path.key("pool"), "a pool can only refuse",
                        accepted: "refuses: true beside it")
                    return nil
                }
                return fault
            }, back: { $0 })
    }
}

extension ValueRule where Value == ScenarioDocument.Policy {
    fileprivate static var policy: ValueRule {
        let name = ValueRule<String>.text("the name of a policy such as spothedge")
        let changed = ScenarioShape.policy.rule
        return ValueRule(
            accepted: "\(name.accepted), or { name: NAME, fleet: FILE, buy: NAME }", fields: changed.fields,
            read: { node, reading in
                if case .mapping = node.content { return changed.read(node, &reading) }
                return name.read(node, &reading).map { ScenarioDocument.Policy(name: $0) }
            },
            write: { $0.fleet == nil ? name.write($0.name) : changed.write($0) })
    }
}

extension ValueRule where Value == ScenarioDocument.Spot {
    fileprivate static var spotSupply: ValueRule {
        ScenarioShape.spot.rule.resolved(
            { spot, node, reading in
                guard (spot.trace == nil) != (spot.reclaimsPerNodeHour == nil) else {
                    reading.report(
                        line: node.line, "the supply is given \(spot.trace == nil ? "in no way" : "twice")",
                        accepted: "either trace: FILE, or reclaimsPerNodeHour: 0.05 and away: 30m")
                    return nil
                }
                return spot
            }, back: { $0 })
    }
}

extension ValueRule where Value == Double {
    fileprivate static func positive(_ what: String) -> ValueRule {
        ValueRule.number(what).resolved(
            { value, node, reading in
                if value > 0, value <= 1e9 { return value }
                reading.report(line: node.line, "\(plainNumber(value)) is not accepted", accepted: what)
                return nil
            }, back: { $0 })
    }
}

extension ValueRule where Value == Duration {
    /// A time since the scenario's begin, or a length: 0 is one.
    fileprivate static var sinceStart: ValueRule {
        .scalar(
            accepted: "a time of at least 0 such as 0s, 90s or 2h",
            read: { text, _ in
                if let parsed = NumberWithUnit(text), parsed.number == 0, ["ms", "s", "m", "h", "d"].contains(parsed.unit) {
                    return .zero
                }
                return Duration(text: text)
            }, write: { .text($0.text) })
    }
}

extension ValueRule where Value == UInt64 {
    /// Seconds since 1970 of a UTC time.
    fileprivate static var civilTime: ValueRule {
        .scalar(
            accepted: "a UTC time such as 2026-01-05T00:00:00Z, or a day such as 2026-01-05",
            read: { text, _ in CivilTime.secondsSince1970(text) }, write: { .integer(Int64(clamping: $0)) })
    }
}
