/// What one replica needs and how it is started.
package struct ReplicaRequirement: Equatable, Sendable {
    /// Least memory per accelerator, where the workload asks for it.
    package var memory: Gibibytes?
    /// Accelerators one replica takes on the types whose profile does not say; 1 where it is nil.
    package var accelerators: Int?
    /// Accelerator architectures that will do; empty where any will.
    package var architectures: [AcceleratorArchitecture]
    /// Accelerator types that will do; empty where any with a profile will.
    package var types: [AcceleratorType]
    /// Measured throughput per accelerator type; a type without an entry cannot run the workload. In declared order.
    package var profile: [AcceleratorProfile]
    /// How the server is started; nil where only existing endpoints serve it.
    package var engine: EngineSpec?
    /// How long a replica may finish its requests when told to stop.
    package var drainTimeout: Duration
    /// How it saves its work before it is stopped; nil where there is nothing to save.
    package var checkpoint: CheckpointCall?
    /// Size of the stored model, for what storing it near its replicas costs; nil where it is not known.
    package var artifact: Gibibytes?
    /// Which version of the stored model is served, for whoever asks for predictions; nil where it is not told.
    package var revision: String?

    package init(
        memory: Gibibytes? = nil, accelerators: Int? = nil, architectures: [AcceleratorArchitecture] = [],
        types: [AcceleratorType] = [],
        profile: [AcceleratorProfile], engine: EngineSpec? = nil, drainTimeout: Duration = .seconds(30),
        artifact: Gibibytes? = nil, revision: String? = nil, checkpoint: CheckpointCall? = nil
    ) {
        self.memory = memory
        self.accelerators = accelerators
        self.architectures = architectures
        self.types = types
        self.profile = profile
        self.engine = engine
        self.drainTimeout = drainTimeout
        self.artifact = artifact
        self.revision = revision
        self.checkpoint = checkpoint
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
    /// How its replicas are recognised where they serve TLS.
    package var tls: ReplicaTLS? {
        if case .command(let engine) = self { engine.tls } else { nil }
    }

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
    /// The program serves TLS; nil: plain HTTP.
    package var tls: ReplicaTLS?

    package init(
        command: [String], environment: [String: String] = [:], readinessPath: String = "/health",
        startTimeoutMilliseconds: Int = 600_000, tls: ReplicaTLS? = nil
    ) {
        self.tls = tls
        self.command = command
        self.environment = environment
        self.readinessPath = readinessPath
        self.startTimeoutMilliseconds = startTimeoutMilliseconds
    }
}
