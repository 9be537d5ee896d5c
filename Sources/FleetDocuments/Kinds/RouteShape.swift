import FleetModel

/// A target as written: one of its fields is given.
private struct TargetDraft: Sendable {
    var byModel: Bool?
    var workload: WorkloadName?
}

extension Route {
    static let shape = Shape<Route>(
        blank: Route(metadata: .blank, paths: []),
        [
            .group(
                "match", isRequired: true,
                [
                    .optional("hosts", \.hosts, default: [], .list(.text("a host name"))),
                    .required("paths", \.paths, .list(.text("a path prefix such as /v1/"))),
                ]),
            .optional("to", \.target, default: .workloadByModel, .target),
            .optional("upgrades", \.upgrades, default: [], .list(.choice)),
            .optional("api", \.api, default: .openAI, .choice),
            .optional("balancing", \.balancing, .balancing),
            .group(
                "timeouts",
                [
                    .optional("connect", \.timeouts.connect, default: Timeouts().connect, .quantity),
                    .optional("firstByte", \.timeouts.firstByte, default: Timeouts().firstByte, .quantity),
                    .optional("idle", \.timeouts.idle, default: Timeouts().idle, .quantity),
                    .optional("total", \.resilience.totalTimeoutMilliseconds, .milliseconds(allowsZero: false)),
                ]),
            .group(
                "limits",
                [
                    .optional("maxRequestBytes", \.maxRequestBytes, .bytes),
                    .optional("maxResponseBytes", \.maxResponseBytes, .bytes),
                ]),
            .group(
                "retries",
                [.optional("maxAttempts", \.maxAttempts, default: 4, .whole("attempts"))]
                    + RetryPolicy.fields),
            .optional("hedging", \.resilience.hedging, Hedging.rule),
            .optional("fallback", \.resilience.fallback, default: [], .list(Fallback.rule)),
            .group(
                "streaming",
                [
                    .optional("buffer", \.buffersResponses, default: true, .flag),
                    .optional("keepAlive", \.resilience.keepAliveMilliseconds, .milliseconds(allowsZero: false)),
                ]),
        ])
}

extension ValueRule where Value == Route.Target {
    static var target: ValueRule {
        let accepted = "{ workloadByModel: true } or { workload: NAME }"
        return Shape<TargetDraft>(
            blank: TargetDraft(),
            [
                .optional("workloadByModel", \.byModel, .flag),
                .optional("workload", \.workload, .name("the name of a Workload")),
            ]
        ).rule.resolved(
            { draft, node, reading in
                switch (draft.byModel, draft.workload) {
                case (true, nil): return .workloadByModel
                case (nil, .some(let name)), (false, .some(let name)): return .workload(name)
                default:
                    reading.report(line: node.line, "one target is needed", accepted: accepted)
                    return nil
                }
            },
            back: { target in
                switch target {
                case .workloadByModel: TargetDraft(byModel: true)
                case .workload(let name): TargetDraft(workload: name)
                }
            })
    }
}
