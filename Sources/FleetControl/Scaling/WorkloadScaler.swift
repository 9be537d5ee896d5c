package import FleetModel

/// Decides how many replicas one workload should have, from what was measured of it and what it had.
///
/// Every policy wishes a number (``TargetTracking``, ``StepScaler``, ``SimpleScaler``, schedules, the forecast, panic); the
/// largest wish wins. ``BehaviorLimiter`` says how fast it may be followed, the bounds in force (``ScheduledBounds``) how far.
/// While a metric a policy goes by is missing nothing is taken away, and in panic neither.
package struct WorkloadScaler: Equatable, Sendable {
    private var steps = StepScaler()
    private var simple = SimpleScaler()
    private var limiter = BehaviorLimiter()
    private var panic = PanicDetector()
    private var idle = IdleWatch()
    /// What was decided last; nil before the first decision.
    package private(set) var last: ScalingDecision?

    package var current: Int? { last?.replicas }

    package init() {}

    /// What is to be kept for the process after this one; nil where nothing is.
    func kept(as workload: WorkloadName, now: Moment) -> ControllerMemory.Panic? { panic.kept(as: workload, now: now) }

    /// A scaler that goes on from what was kept.
    init(recalling kept: ControllerMemory.Panic?, now: Moment) {
        if let kept { panic.recall(kept, now: now) }
    }

    /// - Parameter forecast: what is expected until replicas asked for now would serve; nil where nothing is forecast.
    package mutating func decide(
        _ policy: ScalingPolicy, _ signals: WorkloadSignals, forecast: DemandForecast? = nil, now: Moment,
        secondsSince1970: UInt64
    ) -> ScalingDecision {
        let bounds = ScheduledBounds(policy, at: secondsSince1970)
        let before = current ?? initial(policy, signals, bounds)
        let idleTime = idle.observe(signals, now: now)
        let missing = Self.missingMetrics(policy, signals)

        var wishes = wishes(policy, signals, bounds, forecast, replicas: before, now: now)
        if !policy.isReactive { wishes.append(resting(policy, bounds)) }
        let counted = wishes.filter(\.counts)
        let deciding = counted.filter { $0.replicas != nil }.max { ($0.replicas ?? 0) < ($1.replicas ?? 0) }
        var wish = deciding?.replicas ?? before
        var decidedBy = deciding?.policy
        var because = deciding.map { "\($0.policy): \($0.because)" } ?? "no policy has a wish"
        var limitedBy: [String] = []
        if wish < before, !missing.isEmpty {
            wish = before
            limitedBy.append("\(missing.joined(separator: ", ")) is not told by all: nothing is taken away")
        }

        let isAsleep = policy.scaleToZeroAfter != nil && before == 0
        let floor = Self.floor(policy, bounds)
        var decided: Int
        var (isResting, isSlowed) = (false, false)
        if isAsleep, wakes(signals, bounds, forecast: forecastWish(forecast)) {
            decided = max(1, policy.desiredReplicas ?? 1, bounds.minReplicas)
            decidedBy = "scaleToZeroAfter"
            because = "woken: \(Self.asked(signals, forecast: forecastWish(forecast)))"
        } else if isAsleep, bounds.minReplicas == 0 {
            (decided, isResting) = (0, true)
            (decidedBy, because) = ("scaleToZeroAfter", "nobody asks")
            limitedBy = []
        } else {
            let slowed = limiter.limit(wish, from: before, policy.behavior, now: now)
            decided = panic.hold(slowed.replicas, before: before)
            isSlowed = slowed.limitedBy != nil
            if let said = slowed.limitedBy { limitedBy.append(said) }
            if decided > slowed.replicas { limitedBy.append("panic: \(decided) until it is over") }
            if let after = policy.scaleToZeroAfter, idleTime >= after, bounds.minReplicas == 0, bounds.desired == nil,
                forecastWish(forecast) == 0, !panic.isPanicking, missing.isEmpty
            {
                (decided, isResting, isSlowed) = (0, true, false)
                (decidedBy, because) = ("scaleToZeroAfter", "nobody has asked for \(after.text)")
                limitedBy = []
            }
        }
        let inside = min(max(decided, isResting ? bounds.minReplicas : floor), bounds.maxReplicas)
        if inside < decided { limitedBy.append("at most \(bounds.maxReplicas)") }
        if inside > decided { limitedBy.append("at least \(floor)") }
        if !bounds.unknown.isEmpty {
            limitedBy.append("\(bounds.unknown.joined(separator: ", ")): time zone not known here, only the minimum counts")
        }
        limiter.record(from: before, to: inside, policy.behavior, now: now)
        steps.record(from: before, to: inside, now: now)
        let decision = ScalingDecision(
            replicas: inside, decidedBy: decidedBy,
            because: because + (limitedBy.isEmpty ? "" : " (\(limitedBy.joined(separator: "; ")))"),
            wishes: wishes, minReplicas: bounds.minReplicas, maxReplicas: bounds.maxReplicas, limitedBy: limitedBy,
            openSchedules: bounds.open, isSlowed: isSlowed, isPanicking: panic.isPanicking, missingMetrics: missing,
            forecast: forecast)
        last = decision
        return decision
    }

    // MARK: Wishes

    private mutating func wishes(
        _ policy: ScalingPolicy, _ signals: WorkloadSignals, _ bounds: ScheduledBounds, _ forecast: DemandForecast?,
        replicas: Int, now: Moment
    ) -> [ScalingDecision.Wish] {
        let panicked = panic.observe(policy, signals, now: now)
        var wishes = policy.target.all.map { metric, level in
            TargetTracking.wish(
                metric, level: level, reading: panicked.stable[metric] ?? signals.reading(metric), replicas: replicas,
                behavior: policy.behavior)
        }
        wishes += steps.wishes(policy.steps, signals, replicas: replicas, now: now)
        wishes += simple.wishes(policy.simple, signals, replicas: replicas, now: now)
        if let wish = panicked.panic { wishes.append(wish) }
        if let desired = bounds.desired {
            wishes.append(
                ScalingDecision.Wish(
                    policy: "schedules", replicas: desired.replicas, because: "\(desired.schedule) desires \(desired.replicas)"))
        }
        if let forecast { wishes.append(forecast.wish) }
        return wishes
    }

    /// What there should be where nothing measured decides.
    private func resting(_ policy: ScalingPolicy, _ bounds: ScheduledBounds) -> ScalingDecision.Wish {
        let size = policy.desiredReplicas ?? Self.floor(policy, bounds)
        return ScalingDecision.Wish(
            policy: policy.desiredReplicas == nil ? "minReplicas" : "desiredReplicas", replicas: size,
            because: "\(size) where nothing measured decides")
    }

    private func forecastWish(_ forecast: DemandForecast?) -> Int {
        forecast.flatMap { $0.mode == .forecastAndScale ? $0.replicas : nil } ?? 0
    }

    // MARK: Bounds

    /// What runs; at first, what is desired.
    private func initial(_ policy: ScalingPolicy, _ signals: WorkloadSignals, _ bounds: ScheduledBounds) -> Int {
        if signals.replicas > 0 { return signals.replicas }
        if policy.scaleToZeroAfter != nil { return 0 }
        return max(Self.floor(policy, bounds), policy.desiredReplicas ?? 0)
    }

    /// A metric alone takes the last replica away only where scale to zero is asked for; a schedule that allows none does.
    private static func floor(_ policy: ScalingPolicy, _ bounds: ScheduledBounds) -> Int {
        min(max(1, bounds.minReplicas), bounds.maxReplicas)
    }

    private func wakes(_ signals: WorkloadSignals, _ bounds: ScheduledBounds, forecast: Int) -> Bool {
        IdleWatch.isAsked(signals) || forecast > 0 || bounds.desired.map { $0.replicas > 0 } ?? false || bounds.minReplicas > 0
    }

    private static func asked(_ signals: WorkloadSignals, forecast: Int) -> String {
        if signals.waitingForFirst > 0 { return "\(signals.waitingForFirst) requests wait for a first replica" }
        if IdleWatch.isAsked(signals) { return "\(ScalingText.number(signals.arrivals.sum)) req/s arrive" }
        return forecast > 0 ? "requests are forecast" : "a schedule began"
    }

    /// Metrics the policy goes by that not everybody told.
    private static func missingMetrics(_ policy: ScalingPolicy, _ signals: WorkloadSignals) -> [String] {
        let used =
            policy.target.all.map(\.metric) + policy.steps.map(\.alarm.metric) + policy.simple.map(\.alarm.metric)
        return ScalingMetric.allCases.filter { used.contains($0) && !signals.reading($0).isComplete }.map(\.rawValue)
    }
}
