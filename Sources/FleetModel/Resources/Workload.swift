/// A model service, or any other server: what one replica needs and what its users were promised. Names no provider, and planes
/// only to say how they share its traffic.
package struct Workload: Equatable, Sendable {
    package enum Class: String, CaseIterable, Sendable, Codable {
        /// Somebody waits for the answer.
        case realtime
        /// Answers may come later.
        case batch
        /// A run that makes or changes a model. Placed as batch is.
        case training
    }

    package var metadata: Metadata
    /// The model names clients ask for; none where it serves no model, and only routes that name it lead to it.
    package var models: [String]
    package var workloadClass: Class
    package var replica: ReplicaRequirement
    package var objective: Objective
    package var data: DataRules
    /// Largest share of throughput that may run on spot capacity.
    package var maxSpotShare: Share
    /// How its capacity is bought.
    package var purchase: PurchaseRules
    /// Data that leaves for users with one answer; nil where it is not known (never taken for zero in a cost that is told).
    package var egressPerRequest: Gibibytes?
    package var scaling: ScalingPolicy
    package var demand: [Demand]
    /// For routes that say nothing of their own.
    package var balancing: BalancingRules
    /// What gateways do with requests that cannot be sent at once.
    package var admission: WorkloadAdmission
    package var resilience: WorkloadResilience
    /// What `POST /predict` becomes for its replicas; nil: they speak it themselves.
    package var predict: PredictTarget?
    /// How a new version of its replicas takes over.
    package var rollout: RolloutPolicy

    package var name: WorkloadName { WorkloadName(metadata.name) }

    package init(
        metadata: Metadata, models: [String], workloadClass: Class = .realtime, replica: ReplicaRequirement,
        objective: Objective = Objective(), data: DataRules = DataRules(), maxSpotShare: Share = .whole,
        purchase: PurchaseRules = .standard, egressPerRequest: Gibibytes? = nil, scaling: ScalingPolicy = ScalingPolicy(),
        demand: [Demand] = [],
        balancing: BalancingRules = BalancingRules(), admission: WorkloadAdmission = .standard,
        resilience: WorkloadResilience = .standard, predict: PredictTarget? = nil, rollout: RolloutPolicy = .standard
    ) {
        self.metadata = metadata
        self.models = models
        self.workloadClass = workloadClass
        self.replica = replica
        self.objective = objective
        self.data = data
        self.maxSpotShare = maxSpotShare
        self.purchase = purchase
        self.egressPerRequest = egressPerRequest
        self.scaling = scaling
        self.demand = demand
        self.balancing = balancing
        self.admission = admission
        self.resilience = resilience
        self.predict = predict
        self.rollout = rollout
    }
}

/// What users were promised.
package struct Objective: Equatable, Sendable {
    /// What a workload must survive the loss of.
    package enum Survival: String, CaseIterable, Sendable, Codable {
        case none, region, provider
    }

    /// Network round trip, client to plane. Orders and prefers; refuses nothing.
    package var latencyBudget: Duration
    package var failoverLatencyBudget: Duration
    package var survive: Survival
    /// Share of demand that must still be served after the loss.
    package var keptShare: Share
    /// Share of a replica's measured throughput that planned load may use; the rest absorbs bursts and queueing. Above 0.
    package var targetUtilization: Share
    package var mode: RedundancyMode
    /// What is kept beside the primary in active-passive mode; nil: ``Standby``'s own defaults.
    package var standby: Standby?
    package var recovery: DeclaredRecovery

    package init(
        latencyBudget: Duration = .milliseconds(150), failoverLatencyBudget: Duration? = nil, survive: Survival = .none,
        keptShare: Share = .whole, targetUtilization: Share = Share(0.8), mode: RedundancyMode = .activeActive,
        standby: Standby? = nil, recovery: DeclaredRecovery = DeclaredRecovery()
    ) {
        self.mode = mode
        self.standby = standby
        self.recovery = recovery
        self.latencyBudget = latencyBudget
        self.failoverLatencyBudget = failoverLatencyBudget ?? latencyBudget * 2
        self.survive = survive
        self.keptShare = keptShare
        self.targetUtilization = targetUtilization
    }
}

/// Rules on where a workload's data may go. Never relaxed.
package struct DataRules: Equatable, Sendable {
    package enum Classification: String, CaseIterable, Sendable, Codable {
        case `public`, `internal`, pii, phi, pci
    }
    package enum Transit: String, CaseIterable, Sendable, Codable {
        /// A gateway outside the fence may pass the bytes on in memory.
        case allow
        /// A gateway outside the fence refuses.
        case deny
    }

    package var classification: Classification
    /// Jurisdictions that may process the data; nil allows every one.
    package var residency: [Jurisdiction]?
    package var transit: Transit
    /// A gateway whose snapshot is older refuses the workload; nil never refuses.
    package var maxSnapshotAge: Duration?

    package init(
        classification: Classification = .internal, residency: [Jurisdiction]? = nil, transit: Transit = .allow,
        maxSnapshotAge: Duration? = nil
    ) {
        self.classification = classification
        self.residency = residency
        self.transit = transit
        self.maxSnapshotAge = maxSnapshotAge
    }
}
