import FleetModel

/// Follows one alarm: means over whole periods, and how many of the newest are beyond the threshold, as CloudWatch evaluates
/// alarms. A period somebody did not tell about changes nothing, unless what was told is beyond an upper threshold already.
struct AlarmWatch: Equatable {
    enum Verdict: Equatable {
        /// The period is not over, or nothing may be concluded from it.
        case pending
        case fine
        /// Beyond the threshold for as many periods as wanted; the mean over the newest.
        case breached(Double)
    }

    private var start: Moment?
    private var sum = 0.0
    private var samples = 0
    private var isComplete = true
    private var breaches = 0

    mutating func observe(_ alarm: ScalingAlarm, _ signals: WorkloadSignals, now: Moment) -> Verdict {
        if let level = signals.level(alarm.metric) {
            sum += level
            samples += 1
        }
        if !signals.reading(alarm.metric).isComplete { isComplete = false }
        guard let start else {
            start = now
            return .pending
        }
        guard now.since(start) >= alarm.period else { return .pending }
        let mean = samples == 0 ? nil : sum / Double(samples)
        let wasComplete = isComplete
        (self.start, sum, samples, isComplete) = (now, 0, 0, true)
        guard let mean else { return .pending }
        let isBreached = alarm.comparison.isBreached(by: mean, threshold: alarm.threshold)
        // What is missing can only add.
        let isCertain = wasComplete || (isBreached && alarm.comparison.isUpward && !alarm.metric.isUse)
        guard isCertain else { return .pending }
        guard isBreached else {
            breaches = 0
            return .fine
        }
        breaches = min(breaches + 1, alarm.evaluationPeriods)
        return breaches == alarm.evaluationPeriods ? .breached(mean) : .pending
    }
}

extension ScalingAlarm {
    func said(_ level: Double) -> String {
        "\(metric.rawValue) is \(ScalingText.number(level)), threshold \(plainNumber(threshold))"
    }
}
