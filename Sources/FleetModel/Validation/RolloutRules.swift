extension ProblemCollector {
    mutating func checkRollout(_ rollout: RolloutPolicy) {
        let base: FieldPath = "spec.rollout"
        checkAllowance(rollout.maxSurge, base.key("maxSurge"))
        if let unavailable = rollout.maxUnavailable {
            checkAllowance(unavailable, base.key("maxUnavailable"))
            if unavailable.isNone, rollout.maxSurge.isNone {
                report(
                    base.key("maxUnavailable"), "neither one more nor one fewer replica is allowed: nothing could be replaced",
                    accepted: "maxUnavailable or maxSurge above 0", basis: [base.key("maxSurge")])
            }
        }
        checkSteps(rollout, base.key("steps"))
        if let analysis = rollout.analysis { checkAnalysis(analysis, base.key("analysis")) }
        let most = Duration.seconds(7 * 86_400)
        require(
            rollout.progressDeadline >= .seconds(1) && rollout.progressDeadline <= most, base.key("progressDeadline"),
            "\(rollout.progressDeadline.text) is out of range", accepted: "1s to 7d such as 10m")
        require(
            rollout.scaleDownDelay <= most, base.key("scaleDownDelay"), "\(rollout.scaleDownDelay.text) is too long",
            accepted: "at most 7d")
    }

    private mutating func checkAllowance(_ allowance: ReplicaAllowance, _ field: FieldPath) {
        switch allowance {
        case .count(let count):
            requireRange(count, in: 0...100_000, field, accepted: "0 to 100000 replicas, or a share such as 25%")
        case .share(let share):
            require(
                share >= .none && share <= .whole, field, "\(share.text) is out of range",
                accepted: "a number of replicas, or a share of at most 100%")
        }
    }

    private mutating func checkSteps(_ rollout: RolloutPolicy, _ field: FieldPath) {
        if rollout.strategy == .canary {
            require(
                !rollout.steps.isEmpty, field, "a canary has no step", accepted: "steps such as [{ weight: 10%, pause: 5m }]")
        } else {
            require(
                rollout.steps.isEmpty, field, "only a canary has steps", accepted: "strategy: canary, or no steps")
        }
        require(
            rollout.steps.count <= RolloutLimits.steps, field, "\(rollout.steps.count) are too many",
            accepted: "at most \(RolloutLimits.steps) steps")
        var last = Share.none
        for (position, step) in rollout.steps.enumerated() {
            let entry = field.index(position)
            require(
                step.weight > last && step.weight <= .whole, entry.key("weight"), "\(step.weight.text) is out of range",
                accepted: "a share above the step before it and at most 100%")
            last = step.weight
            if case .time(let pause)? = step.pause {
                require(
                    pause <= .seconds(7 * 86_400), entry.key("pause"), "\(pause.text) is too long",
                    accepted: "at most 7d, or untilPromoted")
            }
        }
    }

    private mutating func checkAnalysis(_ analysis: RolloutAnalysis, _ field: FieldPath) {
        require(
            analysis.maxErrorRate >= .none && analysis.maxErrorRate < .whole, field.key("maxErrorRate"),
            "\(analysis.maxErrorRate.text) is out of range", accepted: "a share from 0% to below 100%, such as 5%")
        if let increase = analysis.maxLatencyIncrease {
            require(
                increase > .none && increase.fraction <= 100, field.key("maxLatencyIncrease"),
                "\(increase.text) is out of range", accepted: "a share above 0% such as 50%")
        }
        requireRange(
            analysis.minRequests, in: 1...1_000_000, field.key("minRequests"), accepted: "1 to 1000000 requests")
        require(
            analysis.interval >= .seconds(1) && analysis.interval <= .seconds(3_600), field.key("interval"),
            "\(analysis.interval.text) is out of range", accepted: "a time from 1s to 1h such as 10s")
    }
}

extension ReplicaAllowance {
    fileprivate var isNone: Bool {
        switch self {
        case .count(let count): count == 0
        case .share(let share): share == .none
        }
    }
}

enum RolloutLimits {
    /// More than anybody watches.
    static let steps = 32
}
