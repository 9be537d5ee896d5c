/// Between which bounds and by what the number of replicas changes, over all planes. Every policy wishes a number; the largest
/// wins.
package struct ScalingPolicy: Equatable, Sendable {
    package var minReplicas: Int
    package var maxReplicas: Int
    /// How many there are at first, and where nothing measured decides; nil is the minimum.
    package var desiredReplicas: Int?
    /// What each metric is kept at.
    package var target: ScalingTargets
    package var steps: [StepScaling]
    package var simple: [SimpleScaling]
    package var schedules: [ScalingSchedule]
    package var predictive: PredictiveScaling?
    package var behavior: ScalingBehavior
    package var panic: PanicMode?
    /// How long nobody may have asked before the last replica goes; nil keeps one.
    package var scaleToZeroAfter: Duration?

    package init(
        minReplicas: Int = 1, maxReplicas: Int = 16, desiredReplicas: Int? = nil, target: ScalingTargets = ScalingTargets(),
        steps: [StepScaling] = [], simple: [SimpleScaling] = [], schedules: [ScalingSchedule] = [],
        predictive: PredictiveScaling? = nil, behavior: ScalingBehavior = .standard, panic: PanicMode? = nil,
        scaleToZeroAfter: Duration? = nil
    ) {
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
        self.desiredReplicas = desiredReplicas
        self.target = target
        self.steps = steps
        self.simple = simple
        self.schedules = schedules
        self.predictive = predictive
        self.behavior = behavior
        self.panic = panic
        self.scaleToZeroAfter = scaleToZeroAfter
    }

    package init(minReplicas: Int = 1, maxReplicas: Int = 16, queuedRequestsPerReplica: Double?) {
        self.init(minReplicas: minReplicas, maxReplicas: maxReplicas)
        target[.queuedRequestsPerReplica] = queuedRequestsPerReplica
    }

    /// Whether a policy looks at a metric.
    package func uses(_ metric: ScalingMetric) -> Bool {
        target[metric] != nil || steps.contains { $0.alarm.metric == metric } || simple.contains { $0.alarm.metric == metric }
    }

    /// Whether something measured decides.
    package var isReactive: Bool { !target.isEmpty || !steps.isEmpty || !simple.isEmpty }

    /// Whether anything but the declared demand decides how many replicas there are.
    package var isElastic: Bool {
        isReactive || desiredReplicas != nil || !schedules.isEmpty || predictive != nil || scaleToZeroAfter != nil
    }
}

/// What a policy measures.
package enum ScalingMetric: String, CaseIterable, Sendable, Codable {
    /// Requests that wait, in engines and gateways, per replica.
    case queuedRequestsPerReplica
    /// Requests being answered or waiting, per replica.
    case concurrencyPerReplica
    /// Requests that arrive in a second, per replica.
    case requestsPerSecondPerReplica
    /// Prompt and completion tokens in a second, per replica.
    case tokensPerSecondPerReplica
    /// Share of the engine's key-value cache in use, 0 to 1, mean of the replicas.
    case kvCacheUse
    /// Share of the time the accelerators compute, 0 to 1, mean of the replicas.
    case acceleratorUse
    /// Share of the accelerators' memory in use, 0 to 1, mean of the replicas.
    case acceleratorMemoryUse

    /// Whether it is a share of something each replica has; the others are parts of a whole that all replicas divide.
    package var isUse: Bool {
        switch self {
        case .kvCacheUse, .acceleratorUse, .acceleratorMemoryUse: true
        case .queuedRequestsPerReplica, .concurrencyPerReplica, .requestsPerSecondPerReplica, .tokensPerSecondPerReplica: false
        }
    }
}

/// The level each metric is kept at: a number per replica, or a share from 0 to 1.
package struct ScalingTargets: Equatable, Sendable {
    /// For shares where nothing else is said: room is left for what comes while a replica starts.
    package static let standardUse = 0.8

    private var levels: [ScalingMetric: Double] = [:]

    package init(_ levels: [ScalingMetric: Double] = [:]) { self.levels = levels }

    package subscript(_ metric: ScalingMetric) -> Double? {
        get { levels[metric] }
        set { levels[metric] = newValue }
    }

    package var isEmpty: Bool { levels.isEmpty }
    /// In the order of ``ScalingMetric``.
    package var all: [(metric: ScalingMetric, level: Double)] {
        ScalingMetric.allCases.compactMap { metric in levels[metric].map { (metric, $0) } }
    }
}
