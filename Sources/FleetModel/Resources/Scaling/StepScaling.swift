/// When a metric counts as breached, as a CloudWatch alarm: its mean over each of the newest `evaluationPeriods` periods is
/// beyond the threshold.
package struct ScalingAlarm: Equatable, Sendable {
    package enum Comparison: String, CaseIterable, Sendable {
        case greaterThanThreshold = "GreaterThanThreshold"
        case greaterThanOrEqualToThreshold = "GreaterThanOrEqualToThreshold"
        case lessThanThreshold = "LessThanThreshold"
        case lessThanOrEqualToThreshold = "LessThanOrEqualToThreshold"

        package var isUpward: Bool { self == .greaterThanThreshold || self == .greaterThanOrEqualToThreshold }

        package func isBreached(by value: Double, threshold: Double) -> Bool {
            switch self {
            case .greaterThanThreshold: value > threshold
            case .greaterThanOrEqualToThreshold: value >= threshold
            case .lessThanThreshold: value < threshold
            case .lessThanOrEqualToThreshold: value <= threshold
            }
        }
    }

    package var metric: ScalingMetric
    package var comparison: Comparison
    /// Per replica; of a share in percent.
    package var threshold: Double
    package var period: Duration
    package var evaluationPeriods: Int

    package init(
        metric: ScalingMetric, comparison: Comparison = .greaterThanOrEqualToThreshold, threshold: Double,
        period: Duration = .seconds(60), evaluationPeriods: Int = 1
    ) {
        self.metric = metric
        self.comparison = comparison
        self.threshold = threshold
        self.period = period
        self.evaluationPeriods = evaluationPeriods
    }
}

/// How an adjustment is meant, with the names of EC2 Auto Scaling.
package enum AdjustmentType: String, CaseIterable, Sendable {
    case changeInCapacity = "ChangeInCapacity"
    case percentChangeInCapacity = "PercentChangeInCapacity"
    case exactCapacity = "ExactCapacity"

    /// The capacity after an adjustment.
    ///
    /// Percentages as EC2 Auto Scaling rounds them: towards zero, but a change between 0 and 1 is 1, and one between -1 and 0 is
    /// -1.
    ///
    /// - Parameter least: smallest change by a percentage.
    package func applied(_ adjustment: Int, to capacity: Int, least: Int = 0) -> Int {
        switch self {
        case .changeInCapacity: return capacity + adjustment
        case .exactCapacity: return adjustment
        case .percentChangeInCapacity:
            let exact = capacity * adjustment
            let change = abs(exact) < 100 ? exact.signum() : exact / 100
            return capacity + change.signum() * max(abs(change), change == 0 ? 0 : least)
        }
    }
}

/// Changes the number of replicas by how far a metric is beyond its threshold, again and again while it is: step scaling as EC2
/// Auto Scaling does it.
package struct StepScaling: Equatable, Sendable {
    /// One range of the breach, which is the metric minus the threshold, and what is done there.
    package struct Adjustment: Equatable, Sendable {
        /// Nil is without end.
        package var lowerBound: Double?
        package var upperBound: Double?
        package var adjustment: Int

        package init(lowerBound: Double? = nil, upperBound: Double? = nil, adjustment: Int) {
            self.lowerBound = lowerBound
            self.upperBound = upperBound
            self.adjustment = adjustment
        }

        /// Above the threshold the lower bound belongs to the range, below it the upper one.
        package func covers(_ breach: Double, isUpward: Bool) -> Bool {
            let (lower, upper) = (lowerBound ?? -.infinity, upperBound ?? .infinity)
            return isUpward ? breach >= lower && breach < upper : breach > lower && breach <= upper
        }
    }

    package var alarm: ScalingAlarm
    package var adjustmentType: AdjustmentType
    package var adjustments: [Adjustment]
    package var minAdjustmentMagnitude: Int
    /// While a replica warms up it is not counted as capacity to add to, and nothing is taken away.
    package var warmUp: Duration

    package init(
        alarm: ScalingAlarm, adjustmentType: AdjustmentType = .changeInCapacity, adjustments: [Adjustment],
        minAdjustmentMagnitude: Int = 0, warmUp: Duration = .seconds(300)
    ) {
        self.alarm = alarm
        self.adjustmentType = adjustmentType
        self.adjustments = adjustments
        self.minAdjustmentMagnitude = minAdjustmentMagnitude
        self.warmUp = warmUp
    }
}

/// Changes the number of replicas once, and not again before a cooldown is over: simple scaling as EC2 Auto Scaling does it.
package struct SimpleScaling: Equatable, Sendable {
    package var alarm: ScalingAlarm
    package var adjustmentType: AdjustmentType
    package var adjustment: Int
    package var minAdjustmentMagnitude: Int
    package var cooldown: Duration

    package init(
        alarm: ScalingAlarm, adjustmentType: AdjustmentType = .changeInCapacity, adjustment: Int, minAdjustmentMagnitude: Int = 0,
        cooldown: Duration = .seconds(300)
    ) {
        self.alarm = alarm
        self.adjustmentType = adjustmentType
        self.adjustment = adjustment
        self.minAdjustmentMagnitude = minAdjustmentMagnitude
        self.cooldown = cooldown
    }
}
