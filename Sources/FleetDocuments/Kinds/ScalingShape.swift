import FleetModel

extension ScalingPolicy {
    private static let standard = ScalingPolicy()

    static let rule = Shape<ScalingPolicy>(
        blank: standard,
        [
            .optional("minReplicas", \.minReplicas, default: standard.minReplicas, .whole("replicas")),
            .optional("maxReplicas", \.maxReplicas, default: standard.maxReplicas, .whole("replicas")),
            .optional("desiredReplicas", \.desiredReplicas, .whole("replicas")),
            .group("target", targetFields),
            .optional("steps", \.steps, default: [], .list(StepScaling.rule)),
            .optional("simple", \.simple, default: [], .list(SimpleScaling.rule)),
            .optional("schedules", \.schedules, default: [], .list(ScalingSchedule.rule)),
            .optional("predictive", \.predictive, PredictiveScaling.rule),
            .group(
                "behavior",
                [
                    .optional("scaleUp", \.behavior.scaleUp, default: .scaleUp, ScalingBehavior.Rules.rule(.scaleUp)),
                    .optional("scaleDown", \.behavior.scaleDown, default: .scaleDown, ScalingBehavior.Rules.rule(.scaleDown)),
                ]),
            .optional("panic", \.panic, PanicMode.rule),
            .optional("scaleToZero", \.scaleToZeroAfter, idleTime),
        ]
    ).rule

    private static let targetFields: [Field<ScalingPolicy>] = [
        targetField(.queuedRequestsPerReplica, .number("a number above 0 such as 4")),
        targetField(.concurrencyPerReplica, .number("a number above 0 such as 16")),
        targetField(.requestsPerSecondPerReplica, rate(RequestsPerSecond.init, \.value)),
        targetField(.tokensPerSecondPerReplica, rate(TokensPerSecond.init, \.value)),
        targetField(.kvCacheUse, use), targetField(.acceleratorUse, use), targetField(.acceleratorMemoryUse, use),
    ]

    private static func targetField(_ metric: ScalingMetric, _ rule: ValueRule<Double>) -> Field<ScalingPolicy> {
        .optional(metric.rawValue, \.target[metric], rule)
    }

    private static func rate<Rate: TextQuantity>(
        _ make: @escaping @Sendable (Double) -> Rate, _ value: any KeyPath<Rate, Double> & Sendable
    ) -> ValueRule<Double> {
        ValueRule<Rate>.quantity.mapped({ $0[keyPath: value] }, back: make)
    }

    /// A share, or the word for the usual one.
    private static let use: ValueRule<Double> = .scalar(
        accepted: "a share such as 80%, or default for \(Share(ScalingTargets.standardUse).text)",
        read: { text, _ in text == "default" ? ScalingTargets.standardUse : Share(text: text)?.fraction },
        write: { .text(Share($0).text) })

    private struct IdleTime: Sendable {
        var after: Duration = .seconds(300)
    }

    private static let idleTime: ValueRule<Duration> = Shape<IdleTime>(
        blank: IdleTime(), [.optional("after", \.after, default: IdleTime().after, .quantity)]
    ).rule.mapped({ $0.after }, back: { IdleTime(after: $0) })
}

extension ScalingAlarm {
    private static let standard = ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 0)

    fileprivate static let rule = Shape<ScalingAlarm>(
        blank: standard,
        [
            .required("metric", \.metric, .choice),
            .optional("comparisonOperator", \.comparison, default: standard.comparison, .choice),
            .required("threshold", \.threshold, .number("a number such as 10; of shares in percent such as 80")),
            .optional("period", \.period, default: standard.period, .quantity),
            .optional("evaluationPeriods", \.evaluationPeriods, default: standard.evaluationPeriods, .whole("periods")),
        ]
    ).rule
}

extension StepScaling {
    private static let standard = StepScaling(
        alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 0), adjustments: [])

    fileprivate static let rule = Shape<StepScaling>(
        blank: standard,
        [
            .required("alarm", \.alarm, ScalingAlarm.rule),
            .optional("adjustmentType", \.adjustmentType, default: standard.adjustmentType, .choice),
            .required("stepAdjustments", \.adjustments, .list(Adjustment.rule)),
            .optional(
                "minAdjustmentMagnitude", \.minAdjustmentMagnitude, default: standard.minAdjustmentMagnitude, .whole("replicas")),
            .optional("estimatedInstanceWarmup", \.warmUp, default: standard.warmUp, .elapsed),
        ]
    ).rule
}

extension StepScaling.Adjustment {
    fileprivate static let rule = Shape<StepScaling.Adjustment>(
        blank: StepScaling.Adjustment(adjustment: 0),
        [
            .optional("metricIntervalLowerBound", \.lowerBound, .number("metric minus threshold such as 0")),
            .optional("metricIntervalUpperBound", \.upperBound, .number("metric minus threshold such as 10")),
            .required("scalingAdjustment", \.adjustment, .whole("replicas or percent such as 2 or -1")),
        ]
    ).rule
}

extension SimpleScaling {
    private static let standard = SimpleScaling(
        alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 0), adjustment: 0)

    fileprivate static let rule = Shape<SimpleScaling>(
        blank: standard,
        [
            .required("alarm", \.alarm, ScalingAlarm.rule),
            .optional("adjustmentType", \.adjustmentType, default: standard.adjustmentType, .choice),
            .required("scalingAdjustment", \.adjustment, .whole("replicas or percent such as 2 or -1")),
            .optional(
                "minAdjustmentMagnitude", \.minAdjustmentMagnitude, default: standard.minAdjustmentMagnitude, .whole("replicas")),
            .optional("cooldown", \.cooldown, default: standard.cooldown, .elapsed),
        ]
    ).rule
}

extension ScalingSchedule {
    private static let blankStart: CronExpression = CronExpression.everyMinute

    fileprivate static let rule = Shape<ScalingSchedule>(
        blank: ScalingSchedule(name: "", start: blankStart, duration: .zero),
        [
            .required("name", \.name, .text("a name such as office-hours")),
            .required("schedule", \.start, .quantity),
            .optional("timeZone", \.zone, default: .utc, .timeZone),
            .required("duration", \.duration, .quantity),
            .optional("minReplicas", \.minReplicas, .whole("replicas")),
            .optional("maxReplicas", \.maxReplicas, .whole("replicas")),
            .optional("desiredReplicas", \.desiredReplicas, .whole("replicas")),
        ]
    ).rule
}

extension PredictiveScaling {
    private static let standard = PredictiveScaling()

    fileprivate static let rule = Shape<PredictiveScaling>(
        blank: standard,
        [
            .optional("mode", \.mode, default: standard.mode, .choice),
            .optional("quantile", \.quantile, default: standard.quantile, .quantity),
            .optional("leadTime", \.leadTime, default: standard.leadTime, .quantity),
            .optional("timeZone", \.zone, default: .utc, .timeZone),
        ]
    ).rule
}

extension ScalingBehavior.Rules {
    fileprivate static func rule(_ standard: Self) -> ValueRule<Self> {
        Shape<Self>(
            blank: standard,
            [
                .optional(
                    "stabilizationWindowSeconds", \.stabilizationWindowSeconds, default: standard.stabilizationWindowSeconds,
                    .whole("seconds")),
                .optional("selectPolicy", \.selectPolicy, default: standard.selectPolicy, .choice),
                .optional("policies", \.policies, default: standard.policies, .list(ScalingBehavior.Limit.rule)),
                .optional("tolerance", \.tolerance, default: standard.tolerance, .number("0 to below 1 such as 0.1")),
            ]
        ).rule
    }
}

extension ScalingBehavior.Limit {
    fileprivate static let rule = Shape<ScalingBehavior.Limit>(
        blank: ScalingBehavior.Limit(type: .pods, value: 0, periodSeconds: 0),
        [
            .required("type", \.type, .choice),
            .required("value", \.value, .whole("replicas or percent")),
            .required("periodSeconds", \.periodSeconds, .whole("seconds")),
        ]
    ).rule
}

extension PanicMode {
    private static let standard = PanicMode()

    fileprivate static let rule = Shape<PanicMode>(
        blank: standard,
        [
            .optional("stableWindow", \.stableWindow, default: standard.stableWindow, .quantity),
            .optional(
                "panicWindowPercentage", \.panicWindowPercentage, default: standard.panicWindowPercentage,
                .number("percent from 1 to 100 such as 10")),
            .optional(
                "panicThresholdPercentage", \.panicThresholdPercentage, default: standard.panicThresholdPercentage,
                .number("percent from 110 to 1000 such as 200")),
        ]
    ).rule
}

extension ValueRule where Value == Duration {
    /// A time that may be 0.
    fileprivate static var elapsed: ValueRule {
        ValueRule<Int>.milliseconds(allowsZero: true).mapped({ .milliseconds($0) }, back: { Int($0.milliseconds) })
    }
}

extension ValueRule where Value == TimeZoneOffsets {
    /// A name, resolved by this machine's time zone database. What is stored is taken even where the machine has lost it.
    fileprivate static var timeZone: ValueRule {
        let accepted = "a name of the IANA time zone database such as Europe/Berlin or UTC"
        return ValueRule<String>.text(accepted).resolved(
            { name, node, reading in
                if let zone = TimeZoneDatabase.system.zone(name) { return zone }
                if reading.mode == .stored { return TimeZoneOffsets(unknown: name) }
                reading.report(
                    line: node.line, "\(quoted(name)) is not a time zone this machine knows",
                    accepted: "\(accepted); the zones are files under \(TimeZoneDatabase.system.folder)")
                return nil
            },
            back: { $0.name })
    }
}
