import FleetModel

extension WorkloadResilience {
    static let fields: [Field<WorkloadResilience>] = [
        .optional("outlierDetection", \.outlierDetection, default: OutlierDetection(), OutlierDetection.rule),
        .group(
            "healthChecks",
            [
                .optional("shallow", \.healthChecks.shallow, default: .shallow, HealthChecks.shallowRule),
                .optional("deep", \.healthChecks.deep, HealthChecks.deepRule),
            ]),
        .optional("slowStart", \.slowStart, default: SlowStart(), SlowStart.rule),
        .optional("circuitBreakers", \.circuitBreakers, default: CircuitBreakers(), CircuitBreakers.rule),
        .optional("fallback", \.fallback, default: [], .list(Fallback.rule)),
    ]

    static let rule = Shape<WorkloadResilience>(blank: .standard, fields).rule
}

extension OutlierDetection {
    private static let standard = OutlierDetection()

    fileprivate static let rule = Shape<OutlierDetection>(
        blank: standard,
        [
            .optional("consecutive5xx", \.consecutive5xx, default: standard.consecutive5xx, .whole("responses")),
            .optional(
                "consecutiveGatewayFailure", \.consecutiveGatewayFailure, default: standard.consecutiveGatewayFailure,
                .whole("responses")),
            .optional(
                "consecutiveLocalOriginFailure", \.consecutiveLocalOriginFailure,
                default: standard.consecutiveLocalOriginFailure, .whole("failed connections")),
            .optional(
                "interval", \.intervalMilliseconds, default: standard.intervalMilliseconds, .milliseconds(allowsZero: false)),
            .optional(
                "baseEjectionTime", \.baseEjectionMilliseconds, default: standard.baseEjectionMilliseconds,
                .milliseconds(allowsZero: false)),
            .optional(
                "maxEjectionTime", \.maxEjectionMilliseconds, default: standard.maxEjectionMilliseconds,
                .milliseconds(allowsZero: false)),
            .optional("maxEjectionPercent", \.maxEjectionShare, default: standard.maxEjectionShare, .percent),
            .optional("successRate", \.successRate, successRateShape.rule),
            .optional("failurePercentage", \.failurePercentage, failurePercentageShape.rule),
            .optional("latency", \.latency, latencyShape.rule),
        ]
    ).rule

    private static let successRateShape = Shape<SuccessRate>(
        blank: SuccessRate(),
        [
            .optional("stdevFactor", \.stdevFactor, default: SuccessRate().stdevFactor, .number("a number such as 1.9")),
            .optional("minimumHosts", \.minimumHosts, default: SuccessRate().minimumHosts, .whole("replicas")),
            .optional("requestVolume", \.requestVolume, default: SuccessRate().requestVolume, .whole("requests")),
        ])

    private static let failurePercentageShape = Shape<FailurePercentage>(
        blank: FailurePercentage(),
        [
            .optional("threshold", \.threshold, default: FailurePercentage().threshold, .percent),
            .optional("minimumHosts", \.minimumHosts, default: FailurePercentage().minimumHosts, .whole("replicas")),
            .optional("requestVolume", \.requestVolume, default: FailurePercentage().requestVolume, .whole("requests")),
        ])

    private static let latencyShape = Shape<Latency>(
        blank: Latency(),
        [
            .optional("factor", \.factor, default: Latency().factor, .number("a number such as 3")),
            .optional("minimumHosts", \.minimumHosts, default: Latency().minimumHosts, .whole("replicas")),
            .optional("requestVolume", \.requestVolume, default: Latency().requestVolume, .whole("requests")),
        ])
}

extension HealthChecks {
    fileprivate static let shallowRule = Shape<Check>(
        blank: .shallow, [.optional("path", \.path, .text("a path such as /health"))] + timing(.shallow)
    ).rule

    fileprivate static let deepRule = Shape<Check>(
        blank: .deep,
        [
            .required("path", \.deepPath, .text("a path such as /v1/completions")),
            .optional("body", \.body, .text("JSON to send by POST")),
        ] + timing(.deep)
    ).rule

    private static func timing(_ standard: Check) -> [Field<Check>] {
        [
            .optional(
                "interval", \.intervalMilliseconds, default: standard.intervalMilliseconds, .milliseconds(allowsZero: false)),
            .optional("timeout", \.timeoutMilliseconds, default: standard.timeoutMilliseconds, .milliseconds(allowsZero: false)),
            .optional("healthyThreshold", \.healthyThreshold, default: standard.healthyThreshold, .whole("answers in a row")),
            .optional(
                "unhealthyThreshold", \.unhealthyThreshold, default: standard.unhealthyThreshold, .whole("answers in a row")),
        ]
    }
}

extension HealthChecks.Check {
    /// A deep check asks nowhere by default.
    fileprivate var deepPath: String {
        get { path ?? "" }
        set { path = newValue }
    }
}

extension SlowStart {
    private static let standard = SlowStart()

    fileprivate static let rule = Shape<SlowStart>(
        blank: standard,
        [
            .optional("window", \.windowMilliseconds, default: standard.windowMilliseconds, .milliseconds(allowsZero: true)),
            .optional("aggression", \.aggression, default: standard.aggression, .number("a number such as 1 or 1.5")),
            .optional("minWeightPercent", \.minWeight, default: standard.minWeight, .percent),
        ]
    ).rule
}

extension CircuitBreakers {
    fileprivate static let rule = Shape<CircuitBreakers>(
        blank: CircuitBreakers(),
        [
            .optional("maxConnections", \.maxConnections, .whole("connections")),
            .optional("maxPendingRequests", \.maxPendingRequests, .whole("requests")),
            .optional("maxRequests", \.maxRequests, .whole("requests")),
            .optional("maxRetries", \.maxRetries, .whole("repetitions")),
        ]
    ).rule
}

extension Fallback {
    static let rule = Shape<Fallback>(
        blank: Fallback(workload: ""),
        [
            .required("workload", \.workload, .name("the name of a Workload")),
            .optional("model", \.model, .text("a model that workload serves")),
        ]
    ).rule
}

extension RetryPolicy {
    private static let standard = RetryPolicy()

    /// What stands beside `maxAttempts` under `retries`.
    static let fields: [Field<Route>] =
        [
            .optional("retryOn", \.resilience.retries.retryOn, default: standard.retryOn, .list(.choice)),
            .optional(
                "perTryTimeout", \.resilience.retries.perTryTimeoutMilliseconds, .milliseconds(allowsZero: false)),
            .group(
                "backOff",
                [
                    .optional(
                        "baseInterval", \.resilience.retries.baseBackOffMilliseconds,
                        default: standard.baseBackOffMilliseconds, .milliseconds(allowsZero: false)),
                    .optional(
                        "maxInterval", \.resilience.retries.maxBackOffMilliseconds,
                        default: standard.maxBackOffMilliseconds, .milliseconds(allowsZero: false)),
                ]),
            .optional("budget", \.resilience.retries.budget, budgetShape.rule),
        ]

    private static let budgetShape = Shape<Budget>(
        blank: Budget(),
        [
            .optional("budgetPercent", \.share, default: Budget().share, .percent),
            .optional(
                "minRetryConcurrency", \.minRetryConcurrency, default: Budget().minRetryConcurrency, .whole("repetitions")),
        ])
}

extension Hedging {
    static let rule = Shape<Hedging>(
        blank: Hedging(),
        [
            .optional("delay", \.delayMilliseconds, .milliseconds(allowsZero: false)),
            .optional("percentile", \.percentile, .percent),
        ]
    ).rule
}

extension ValueRule where Value == Double {
    /// A share, kept as a fraction.
    static var percent: ValueRule {
        ValueRule<Share>.quantity.mapped({ $0.fraction }, back: { Share($0) })
    }
}
