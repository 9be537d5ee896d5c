/// How many replicas a workload should have, and why.
package struct ScalingDecision: Equatable, Sendable, Codable {
    /// What one policy wishes.
    package struct Wish: Equatable, Sendable, Codable {
        /// As the fleet file names it: `target.concurrencyPerReplica`, `steps[0]`.
        package var policy: String
        /// Nil where it has no opinion now.
        package var replicas: Int?
        /// The figures it wishes from, for people.
        package var because: String
        /// False where it is only told.
        package var counts: Bool

        package init(policy: String, replicas: Int?, because: String, counts: Bool = true) {
            self.policy = policy
            self.replicas = replicas
            self.because = because
            self.counts = counts
        }
    }

    /// Within the bounds in force.
    package var replicas: Int
    /// The policy whose wish counted, as in ``Wish/policy``; nil where none had one.
    package var decidedBy: String?
    /// The policy that decided, with the figures it decided from, for people.
    package var because: String
    /// Every policy's wish.
    package var wishes: [Wish]
    /// The bounds in force: the policy's, or a schedule's.
    package var minReplicas: Int
    package var maxReplicas: Int
    /// What kept the number from the largest wish, for people; empty where nothing did.
    package var limitedBy: [String]
    package var openSchedules: [String]
    /// Windows or rates of its `behavior` keep it from what is wished.
    package var isSlowed: Bool
    package var isPanicking: Bool
    /// Metrics somebody did not tell: while there are any, nothing is taken away.
    package var missingMetrics: [String]
    package var forecast: DemandForecast?

    package init(
        replicas: Int, decidedBy: String? = nil, because: String, wishes: [Wish] = [], minReplicas: Int = 0, maxReplicas: Int = 0,
        limitedBy: [String] = [], openSchedules: [String] = [], isSlowed: Bool = false, isPanicking: Bool = false,
        missingMetrics: [String] = [], forecast: DemandForecast? = nil
    ) {
        self.replicas = replicas
        self.decidedBy = decidedBy
        self.because = because
        self.wishes = wishes
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
        self.limitedBy = limitedBy
        self.openSchedules = openSchedules
        self.isSlowed = isSlowed
        self.isPanicking = isPanicking
        self.missingMetrics = missingMetrics
        self.forecast = forecast
    }
}

extension ScalingDecision {
    /// What keeps a workload from the size its policies wish.
    package enum Hold: String, CaseIterable, Sendable {
        /// Somebody did not tell a metric: nothing is taken away.
        case metricsMissing = "metrics_missing"
        /// In panic nothing is taken away.
        case panic
        /// More is wished than the bounds in force allow.
        case atMaximum = "at_maximum"
        /// The windows and rates of its `behavior`.
        case behavior
    }

    /// What holds now, in the order of ``Hold``.
    package var holds: [Hold] {
        let wished = wishes.filter(\.counts).compactMap(\.replicas).max()
        return Hold.allCases.filter { hold in
            switch hold {
            case .metricsMissing: !missingMetrics.isEmpty
            case .panic: isPanicking
            case .atMaximum: replicas == maxReplicas && wished.map { $0 > maxReplicas } ?? false
            case .behavior: isSlowed
            }
        }
    }
}
