/// A model service: what one replica needs and what its users were promised. Names no provider and no plane.
package struct Workload: Equatable, Sendable {
    package enum Class: String, CaseIterable, Sendable, Codable {
        case realtime, batch
    }

    package var metadata: Metadata
    /// The model names clients ask for.
    package var models: [String]
    package var workloadClass: Class
    package var replica: ReplicaRequirement
    package var objective: Objective
    package var data: DataRules
    /// Largest share of throughput that may run on spot capacity.
    package var maxSpotShare: Share
    package var scaling: ScalingPolicy
    package var demand: [Demand]

    package var name: WorkloadName { WorkloadName(metadata.name) }

    package init(
        metadata: Metadata, models: [String], workloadClass: Class = .realtime, replica: ReplicaRequirement,
        objective: Objective = Objective(), data: DataRules = DataRules(), maxSpotShare: Share = .whole,
        scaling: ScalingPolicy = ScalingPolicy(), demand: [Demand] = []
    ) {
        self.metadata = metadata
        self.models = models
        self.workloadClass = workloadClass
        self.replica = replica
        self.objective = objective
        self.data = data
        self.maxSpotShare = maxSpotShare
        self.scaling = scaling
        self.demand = demand
    }
}

/// What one replica needs and how it is started.
package struct ReplicaRequirement: Equatable, Sendable {
    /// Least memory per accelerator, where the workload asks for it.
    package var memory: Gibibytes?
    /// Measured throughput per accelerator type; a type without an entry cannot run the workload. In declared order.
    package var profile: [AcceleratorProfile]
    /// How the server is started; nil where only existing endpoints serve it.
    package var engine: EngineSpec?
    /// How long a replica may finish its requests when told to stop.
    package var drainTimeout: Duration

    package init(
        memory: Gibibytes? = nil, profile: [AcceleratorProfile], engine: EngineSpec? = nil, drainTimeout: Duration = .seconds(30)
    ) {
        self.memory = memory
        self.profile = profile
        self.engine = engine
        self.drainTimeout = drainTimeout
    }
}

/// Throughput of one replica on one accelerator type, measured at the objective.
package struct AcceleratorProfile: Equatable, Sendable {
    package var accelerator: AcceleratorType
    /// Accelerators one replica occupies, all in one node.
    package var accelerators: Int
    package var rate: RequestsPerSecond

    package init(accelerator: AcceleratorType, accelerators: Int, rate: RequestsPerSecond) {
        self.accelerator = accelerator
        self.accelerators = accelerators
        self.rate = rate
    }
}

/// How a replica's server is started.
package enum EngineSpec: Equatable, Sendable, Codable {
    /// The built-in engine without weights, for laptops, demonstrations and tests.
    case simulated(SimulatedEngineSpec)
    /// A program that serves HTTP on `{host}` and `{port}`.
    case command(CommandEngineSpec)
}

/// The timing of the simulated engine.
package struct SimulatedEngineSpec: Equatable, Sendable, Codable {
    package var prefillTokensPerSecond: Double
    /// Decode speed of one request alone in the batch.
    package var decodeTokensPerSecond: Double
    package var maxBatch: Int
    /// Tokens the KV cache holds over all running requests.
    package var kvCapacityTokens: Int
    package var loadMilliseconds: Int
    /// Time after loading in which the first requests run slower.
    package var warmUpMilliseconds: Int

    package init(
        prefillTokensPerSecond: Double = 9_000, decodeTokensPerSecond: Double = 45, maxBatch: Int = 64,
        kvCapacityTokens: Int = 400_000, loadMilliseconds: Int = 1_000, warmUpMilliseconds: Int = 0
    ) {
        self.prefillTokensPerSecond = prefillTokensPerSecond
        self.decodeTokensPerSecond = decodeTokensPerSecond
        self.maxBatch = maxBatch
        self.kvCapacityTokens = kvCapacityTokens
        self.loadMilliseconds = loadMilliseconds
        self.warmUpMilliseconds = warmUpMilliseconds
    }
}

/// A program of the user's, such as vLLM.
package struct CommandEngineSpec: Equatable, Sendable, Codable {
    /// Program and arguments, run without a shell. `{host}` and `{port}` stand for where it must listen.
    package var command: [String]
    /// Environment beside the few variables every child gets. Sorted by name wherever it is shown.
    package var environment: [String: String]
    /// Answers 2xx when the model can serve.
    package var readinessPath: String
    /// How long it may take until it is first ready.
    package var startTimeoutMilliseconds: Int

    package init(
        command: [String], environment: [String: String] = [:], readinessPath: String = "/health",
        startTimeoutMilliseconds: Int = 600_000
    ) {
        self.command = command
        self.environment = environment
        self.readinessPath = readinessPath
        self.startTimeoutMilliseconds = startTimeoutMilliseconds
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

    package init(
        latencyBudget: Duration = .milliseconds(150), failoverLatencyBudget: Duration? = nil, survive: Survival = .none,
        keptShare: Share = .whole
    ) {
        self.latencyBudget = latencyBudget
        self.failoverLatencyBudget = failoverLatencyBudget ?? latencyBudget * 2
        self.survive = survive
        self.keptShare = keptShare
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

/// Bounds and target for the number of replicas, over all planes.
package struct ScalingPolicy: Equatable, Sendable {
    package var minReplicas: Int
    package var maxReplicas: Int
    package var queuedRequestsPerReplica: Double?

    package init(minReplicas: Int = 1, maxReplicas: Int = 16, queuedRequestsPerReplica: Double? = nil) {
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
        self.queuedRequestsPerReplica = queuedRequestsPerReplica
    }
}

/// Users in one place and how much they ask for.
package struct Demand: Equatable, Sendable {
    package enum Profile: String, CaseIterable, Sendable, Codable {
        case constant
        case officeHours = "office-hours"
    }

    /// A display name: the metropolis.
    package var from: String
    package var location: Location
    package var peak: RequestsPerSecond
    package var profile: Profile

    package init(from: String, location: Location, peak: RequestsPerSecond, profile: Profile = .constant) {
        self.from = from
        self.location = location
        self.peak = peak
        self.profile = profile
    }
}
