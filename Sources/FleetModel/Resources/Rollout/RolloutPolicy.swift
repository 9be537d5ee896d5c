/// How a new version of a workload takes over from the one that serves.
///
/// `maxSurge`, `maxUnavailable` and `progressDeadline` are Kubernetes' (Deployment documentation: Rolling Update Deployment);
/// steps, analysis, promotion and the delay before the old version ends are named as in Argo Rollouts.
package struct RolloutPolicy: Equatable, Sendable {
    package enum Strategy: String, CaseIterable, Sendable, Codable {
        /// Replica by replica.
        case rolling
        /// A share of the requests first, step by step.
        case canary
        /// The whole new version beside the old one, then all requests at once.
        case blueGreen
    }

    package var strategy: Strategy
    /// Replicas beyond the wanted number while versions change; a percentage is rounded up.
    package var maxSurge: ReplicaAllowance
    /// Replicas below the wanted number while versions change; a percentage is rounded down. Nil: none, but one where nothing
    /// has room for one more.
    package var maxUnavailable: ReplicaAllowance?
    /// Of a canary, in order.
    package var steps: [CanaryStep]
    /// What the new version is judged by; nil: only by whether its replicas get ready.
    package var analysis: RolloutAnalysis?
    /// Goes back to the old version by itself when the analysis fails or the deadline passes; otherwise waits for an operator.
    package var autoRollback: Bool
    /// Of a blue-green rollout: requests are moved without an operator.
    package var autoPromotion: Bool
    /// How long the old version of a blue-green rollout stays beside the new one that serves.
    package var scaleDownDelay: Duration
    /// Longest time without progress of replicas.
    package var progressDeadline: Duration

    package static let standard = RolloutPolicy()

    package init(
        strategy: Strategy = .rolling, maxSurge: ReplicaAllowance = .share(Share(0.25)),
        maxUnavailable: ReplicaAllowance? = nil, steps: [CanaryStep] = [], analysis: RolloutAnalysis? = nil,
        autoRollback: Bool = true, autoPromotion: Bool = true, scaleDownDelay: Duration = .seconds(30),
        progressDeadline: Duration = .seconds(600)
    ) {
        self.strategy = strategy
        self.maxSurge = maxSurge
        self.maxUnavailable = maxUnavailable
        self.steps = steps
        self.analysis = analysis
        self.autoRollback = autoRollback
        self.autoPromotion = autoPromotion
        self.scaleDownDelay = scaleDownDelay
        self.progressDeadline = progressDeadline
    }
}

/// A number of replicas, or a share of those wanted. Written `2` or `25%`.
package enum ReplicaAllowance: Equatable, Sendable {
    case count(Int)
    case share(Share)

    package func rounded(up: Bool, of replicas: Int) -> Int {
        switch self {
        case .count(let count): return count
        case .share(let share):
            // 25 % of 4 is 1: what floating point adds to it is no replica.
            let exact = share.fraction * Double(replicas)
            return Int((up ? (exact - 1e-9).rounded(.up) : (exact + 1e-9).rounded(.down)))
        }
    }
}

/// One step of a canary: a share of the requests, and how long it lasts.
package struct CanaryStep: Equatable, Sendable {
    package enum Pause: Equatable, Sendable {
        case time(Duration)
        /// Until an operator promotes.
        case untilPromoted
    }

    package var weight: Share
    /// Nil: the next step begins as soon as this one's replicas serve.
    package var pause: Pause?

    package init(weight: Share, pause: Pause? = nil) { (self.weight, self.pause) = (weight, pause) }
}

/// What requests must show of a new version, judged over each step.
package struct RolloutAnalysis: Equatable, Sendable {
    /// Largest share of the new version's requests that may fail. It is not held against it while the old one's is as high.
    package var maxErrorRate: Share
    /// How much longer than the old version's its mean time to the first byte may be; nil: it is not compared.
    package var maxLatencyIncrease: Share?
    /// Fewer requests of a version say nothing of it: a step waits for them.
    package var minRequests: Int
    /// Time between two judgements.
    package var interval: Duration

    package init(
        maxErrorRate: Share = Share(0.05), maxLatencyIncrease: Share? = nil, minRequests: Int = 100,
        interval: Duration = .seconds(10)
    ) {
        self.maxErrorRate = maxErrorRate
        self.maxLatencyIncrease = maxLatencyIncrease
        self.minRequests = minRequests
        self.interval = interval
    }
}
