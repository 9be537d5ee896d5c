extension ProblemCollector {
    private var scalingField: FieldPath { "spec.scaling" }

    mutating func checkScaling(of workload: Workload) {
        let scaling = workload.scaling
        checkBounds(scaling)
        checkTargets(scaling.target)
        checkSteps(scaling)
        checkSchedules(scaling)
        checkPredictive(of: workload)
        checkBehavior(scaling.behavior)
        checkPanic(scaling)
        checkZero(scaling)
    }

    // MARK: Bounds and targets

    private mutating func checkBounds(_ scaling: ScalingPolicy) {
        let most = ScalingLimits.replicas
        let (maximum, minimum) = (scalingField.key("maxReplicas"), scalingField.key("minReplicas"))
        requireRange(scaling.maxReplicas, in: 1...most, maximum, accepted: "1 to \(most) replicas")
        requireRange(scaling.minReplicas, in: 0...most, minimum, accepted: "0 to maxReplicas, at most \(most)")
        if scaling.minReplicas > scaling.maxReplicas {
            report(
                minimum, "\(scaling.minReplicas) is more than maxReplicas",
                accepted: "at most maxReplicas, \(scaling.maxReplicas)", basis: [maximum])
        } else if let desired = scaling.desiredReplicas, !(scaling.minReplicas...scaling.maxReplicas).contains(desired) {
            report(
                scalingField.key("desiredReplicas"), "\(desired) is outside of the bounds",
                accepted: "minReplicas to maxReplicas, \(scaling.minReplicas) to \(scaling.maxReplicas)",
                basis: [minimum, maximum])
        }
    }

    private mutating func checkTargets(_ target: ScalingTargets) {
        for (metric, level) in target.all {
            let field = scalingField.key("target").key(metric.rawValue)
            let most = metric.isUse ? 1 : ScalingLimits.perReplica
            guard !(level > 0 && level <= most) else { continue }
            if metric.isUse {
                report(field, "\(Share(level).text) is out of range", accepted: "a share above 0% and at most 100% such as 80%")
            } else {
                report(field, "\(plainNumber(level)) is out of range", accepted: "a number above 0 such as 4")
            }
        }
    }

    // MARK: Steps

    private mutating func checkSteps(_ scaling: ScalingPolicy) {
        for (name, count) in [("steps", scaling.steps.count), ("simple", scaling.simple.count)] {
            require(
                count <= ScalingLimits.policies, scalingField.key(name), "\(count) policies are given",
                accepted: "at most \(ScalingLimits.policies)")
        }
        for (position, step) in scaling.steps.enumerated() {
            checkStep(step, scalingField.key("steps").index(position))
        }
        for (position, simple) in scaling.simple.enumerated() {
            let field = scalingField.key("simple").index(position)
            checkAlarm(simple.alarm, field.key("alarm"))
            checkAdjustment(simple.adjustment, simple.adjustmentType, field.key("scalingAdjustment"))
            checkMagnitude(simple.minAdjustmentMagnitude, simple.adjustmentType, field)
            checkTime(simple.cooldown, 0...86_400, field.key("cooldown"))
        }
    }

    private mutating func checkStep(_ step: StepScaling, _ field: FieldPath) {
        checkAlarm(step.alarm, field.key("alarm"))
        checkMagnitude(step.minAdjustmentMagnitude, step.adjustmentType, field)
        checkTime(step.warmUp, 0...86_400, field.key("estimatedInstanceWarmup"))
        let adjustments = field.key("stepAdjustments")
        requireRange(
            step.adjustments.count, in: 1...ScalingLimits.adjustments, adjustments,
            accepted: "1 to \(ScalingLimits.adjustments) entries")
        for (position, adjustment) in step.adjustments.enumerated() {
            let entry = adjustments.index(position)
            checkAdjustment(adjustment.adjustment, step.adjustmentType, entry.key("scalingAdjustment"))
            let (lower, upper) = (adjustment.lowerBound ?? -.infinity, adjustment.upperBound ?? .infinity)
            if lower >= upper {
                report(
                    entry.key("metricIntervalUpperBound"), "\(plainNumber(upper)) is not above the lower bound",
                    accepted: "more than metricIntervalLowerBound, \(plainNumber(lower))",
                    basis: [entry.key("metricIntervalLowerBound")])
            }
            for (earlier, other) in step.adjustments.prefix(position).enumerated()
            where lower < other.upperBound ?? .infinity && other.lowerBound ?? -.infinity < upper {
                report(
                    entry, "its range overlaps that of entry \(earlier)",
                    accepted: "ranges of breach that only touch, such as 0 to 10 and 10 upwards", basis: [adjustments])
            }
        }
    }

    private mutating func checkAlarm(_ alarm: ScalingAlarm, _ field: FieldPath) {
        let most = alarm.metric.isUse ? 100 : ScalingLimits.perReplica
        require(
            alarm.threshold >= 0 && alarm.threshold <= most, field.key("threshold"),
            "\(plainNumber(alarm.threshold)) is out of range",
            accepted: alarm.metric.isUse ? "percent from 0 to 100 such as 80" : "a number of at least 0 such as 10")
        checkTime(alarm.period, 1...86_400, field.key("period"))
        requireRange(alarm.evaluationPeriods, in: 1...100, field.key("evaluationPeriods"), accepted: "1 to 100 periods")
    }

    private mutating func checkAdjustment(_ adjustment: Int, _ type: AdjustmentType, _ field: FieldPath) {
        let most = ScalingLimits.replicas
        let isExact = type == .exactCapacity
        requireRange(
            adjustment, in: (isExact ? 0 : -most)...most, field,
            accepted: isExact ? "a number of replicas, 0 to \(most)" : "a change such as 2 or -1, at most \(most)")
        if !isExact, adjustment == 0 { report(field, "0 changes nothing", accepted: "a change such as 2 or -1") }
    }

    private mutating func checkMagnitude(_ magnitude: Int, _ type: AdjustmentType, _ field: FieldPath) {
        let leaf = field.key("minAdjustmentMagnitude")
        requireRange(magnitude, in: 0...ScalingLimits.replicas, leaf, accepted: "0 to \(ScalingLimits.replicas) replicas")
        if magnitude > 0, type != .percentChangeInCapacity {
            report(
                leaf, "\(type.rawValue) has no smallest change", accepted: "it beside adjustmentType: PercentChangeInCapacity",
                basis: [field.key("adjustmentType")])
        }
    }

    // MARK: Time

    private mutating func checkSchedules(_ scaling: ScalingPolicy) {
        let field = scalingField.key("schedules")
        require(
            scaling.schedules.count <= ScalingLimits.schedules, field, "\(scaling.schedules.count) schedules are given",
            accepted: "at most \(ScalingLimits.schedules)")
        requireDistinct(scaling.schedules.map(\.name), field, what: "schedule", leaf: "name")
        for (position, schedule) in scaling.schedules.enumerated() { check(schedule, scaling, field.index(position)) }
    }

    private mutating func check(_ schedule: ScalingSchedule, _ scaling: ScalingPolicy, _ field: FieldPath) {
        require(
            TextRules.isWord(schedule.name), field.key("name"), "\(quoted(schedule.name)) is not a name",
            accepted: "a name such as office-hours")
        checkTime(schedule.duration, 60...604_800, field.key("duration"))
        let given = [
            ("minReplicas", schedule.minReplicas), ("maxReplicas", schedule.maxReplicas),
            ("desiredReplicas", schedule.desiredReplicas),
        ]
        if given.allSatisfy({ $0.1 == nil }) {
            report(field, "the schedule changes nothing", accepted: "at least one of minReplicas, maxReplicas, desiredReplicas")
        }
        let maximum = scalingField.key("maxReplicas")
        for (name, value) in given {
            guard let value, !(0...max(0, scaling.maxReplicas)).contains(value) else { continue }
            report(
                field.key(name), "\(value) is out of range",
                accepted: "0 to the policy's maxReplicas, \(scaling.maxReplicas)", basis: [maximum])
        }
        if let least = schedule.minReplicas, let most = schedule.maxReplicas, least > most {
            report(
                field.key("minReplicas"), "\(least) is more than maxReplicas", accepted: "at most maxReplicas, \(most)",
                basis: [field.key("maxReplicas")])
        }
    }

    private mutating func checkPredictive(of workload: Workload) {
        guard let predictive = workload.scaling.predictive else { return }
        let field = scalingField.key("predictive")
        require(
            predictive.quantile.fraction >= 0.5 && predictive.quantile.fraction < 1, field.key("quantile"),
            "\(predictive.quantile.text) is out of range", accepted: "a share from 50% to below 100% such as 90%")
        checkTime(predictive.leadTime, 1...86_400, field.key("leadTime"))
        if let coldStart = workload.replica.knownColdStart, predictive.leadTime < coldStart {
            report(
                field.key("leadTime"), "\(predictive.leadTime.text) is less than a replica takes to start",
                accepted: "at least \(coldStart.text), what loading and warming up take",
                basis: ["spec.replica.engine"])
        }
        var others = workload.scaling
        others.predictive = nil
        if predictive.mode == .forecastOnly, !others.isElastic {
            report(
                field.key("mode"), "nothing else decides how many replicas there are",
                accepted: "a target or another policy beside it, or mode: forecastAndScale", basis: [scalingField])
        }
    }

    private mutating func checkTime(_ time: Duration, _ range: ClosedRange<Int>, _ field: FieldPath) {
        let (least, most) = (Duration.seconds(range.lowerBound), Duration.seconds(range.upperBound))
        require(
            time >= least && time <= most, field, "\(time.text) is out of range",
            accepted: "a time from \(least.text) to \(most.text)")
    }

    // MARK: Behaviour

    private mutating func checkBehavior(_ behavior: ScalingBehavior) {
        for (name, rules) in [("scaleUp", behavior.scaleUp), ("scaleDown", behavior.scaleDown)] {
            let field = scalingField.key("behavior").key(name)
            requireRange(
                rules.stabilizationWindowSeconds, in: 0...3_600, field.key("stabilizationWindowSeconds"),
                accepted: "0 to 3600 seconds")
            require(
                rules.tolerance >= 0 && rules.tolerance < 1, field.key("tolerance"),
                "\(plainNumber(rules.tolerance)) is out of range", accepted: "0 to below 1 such as 0.1")
            require(
                rules.policies.count <= ScalingLimits.policies, field.key("policies"),
                "\(rules.policies.count) policies are given",
                accepted: "at most \(ScalingLimits.policies)")
            for (position, limit) in rules.policies.enumerated() {
                let entry = field.key("policies").index(position)
                requireRange(
                    limit.value, in: 1...ScalingLimits.replicas, entry.key("value"), accepted: "1 to \(ScalingLimits.replicas)")
                requireRange(limit.periodSeconds, in: 1...1_800, entry.key("periodSeconds"), accepted: "1 to 1800 seconds")
            }
        }
    }

    private mutating func checkPanic(_ scaling: ScalingPolicy) {
        guard let panic = scaling.panic else { return }
        let field = scalingField.key("panic")
        checkTime(panic.stableWindow, 6...3_600, field.key("stableWindow"))
        require(
            panic.panicWindowPercentage >= 1 && panic.panicWindowPercentage <= 100, field.key("panicWindowPercentage"),
            "\(plainNumber(panic.panicWindowPercentage)) is out of range", accepted: "1 to 100 percent such as 10")
        require(
            panic.panicThresholdPercentage >= 110 && panic.panicThresholdPercentage <= 1_000,
            field.key("panicThresholdPercentage"),
            "\(plainNumber(panic.panicThresholdPercentage)) is out of range", accepted: "110 to 1000 percent such as 200")
        if !scaling.target.all.contains(where: { !$0.metric.isUse }) {
            let bursting = ScalingMetric.allCases.filter { !$0.isUse }.map(\.rawValue)
            report(
                field, "no target can burst", accepted: "beside it a target of \(NearestWord.choices(bursting))",
                basis: [scalingField.key("target")])
        }
    }

    private mutating func checkZero(_ scaling: ScalingPolicy) {
        guard let after = scaling.scaleToZeroAfter else { return }
        checkTime(after, 30...86_400, scalingField.key("scaleToZero").key("after"))
        if scaling.minReplicas > 0 {
            let minimum = scalingField.key("minReplicas")
            report(
                scalingField.key("scaleToZero"), "minReplicas, \(scaling.minReplicas), keeps replicas",
                accepted: "minReplicas: 0",
                basis: [minimum])
        }
    }
}

extension ReplicaRequirement {
    /// How long a replica takes from its start until it serves, where its engine tells.
    package var knownColdStart: Duration? {
        guard case .simulated(let engine) = engine else { return nil }
        return .milliseconds(engine.loadMilliseconds + engine.warmUpMilliseconds)
    }
}

enum ScalingLimits {
    /// More than any workload has.
    static let replicas = 100_000
    /// Requests or tokens per replica: small enough for sums over all replicas to stay exact.
    static let perReplica = 1e9
    /// As many step, simple or behaviour policies as a person can still follow.
    static let policies = 16
    /// As many as EC2 Auto Scaling takes.
    static let adjustments = 20
    static let schedules = 32
}
