package import FleetModel

/// Everything a running replica depends on. A replica whose specification differs from the wanted one is replaced.
package struct ReplicaSpecification: Equatable, Sendable {
    package var workload: WorkloadName
    /// The generation of the workload's specification.
    package var generation: UInt64
    package var models: [String]
    package var engine: EngineSpec?
    package var driver: PlaneDriver
    package var pool: PoolName
    package var accelerator: AcceleratorType
    package var acceleratorsPerReplica: Int
    /// Decides whose replicas may stand beside it; nil stands beside any.
    package var workloadClass: WorkloadClass?
    /// How it saves its work before it is stopped.
    package var checkpoint: CheckpointCall?

    package init(
        workload: WorkloadName, generation: UInt64, models: [String], engine: EngineSpec?, driver: PlaneDriver, pool: PoolName,
        accelerator: AcceleratorType, acceleratorsPerReplica: Int, workloadClass: WorkloadClass? = nil,
        checkpoint: CheckpointCall? = nil
    ) {
        self.workload = workload
        self.generation = generation
        self.models = models
        self.engine = engine
        self.driver = driver
        self.pool = pool
        self.accelerator = accelerator
        self.acceleratorsPerReplica = acceleratorsPerReplica
        self.workloadClass = workloadClass
        self.checkpoint = checkpoint
    }

    /// Where deep health is asked for on the replica's own address.
    package var healthPath: String {
        if case .endpoint = driver { return Self.endpointHealthPath }
        switch engine {
        case .command(let command): return command.readinessPath
        case .simulated, nil: return "/health/ready"
        }
    }

    /// Answered by the plane's forwarder itself, from its last check of the upstream.
    package static let endpointHealthPath = "/-/ready"

    /// How long it may take to be ready for the first time; nil where starting anew would mend nothing.
    func startTimeout(policy: ReplicaPolicy) -> Duration? {
        if case .endpoint = driver { return nil }
        switch engine {
        case .command(let command): return Self.bounded(max(1, command.startTimeoutMilliseconds))
        case .simulated(let engine):
            return Self.bounded(engine.loadMilliseconds) + Self.bounded(engine.warmUpMilliseconds)
                + policy.simulatedStartAllowance
        case nil: return policy.simulatedStartAllowance
        }
    }

    /// A day at most: a plane trusts no sender with its numbers.
    private static func bounded(_ milliseconds: Int) -> Duration { .milliseconds(min(max(0, milliseconds), 86_400_000)) }

    var isEndpoint: Bool { driver != .local }
}

/// A specification that many replicas and what wants them hold together: whether they hold the same is known without a look at
/// its fields.
final class SharedSpecification: Equatable, Sendable {
    let value: ReplicaSpecification

    init(_ value: ReplicaSpecification) { self.value = value }

    static func == (left: SharedSpecification, right: SharedSpecification) -> Bool {
        left === right || left.value == right.value
    }
}

/// What a driver is told to start.
package struct StartOrder: Equatable, Sendable {
    package var id: ReplicaID
    package var specification: ReplicaSpecification
    /// Where it must listen, on the plane's replica host.
    package var port: Int
    /// Numbers of the accelerators it holds, counted over the nodes of its pool; empty for an endpoint.
    package var devices: [Int]
    /// Accelerators of the plane's pools before its own: pools of one machine do not share the first ones.
    package var firstDevice: Int

    package init(id: ReplicaID, specification: ReplicaSpecification, port: Int, devices: [Int], firstDevice: Int = 0) {
        self.firstDevice = firstDevice
        self.id = id
        self.specification = specification
        self.port = port
        self.devices = devices
    }
}

extension StartOrder {
    /// Numbers of its accelerators, counted over all pools of the plane as an engine is told them.
    package var planeDevices: [Int] { devices.map { firstDevice + $0 } }
}

/// What an engine says of its own load.
package struct ReplicaLoad: Equatable, Sendable {
    package var running: Int?
    package var waiting: Int?
    /// 0 to 1.
    package var kvCacheUse: Double?
    /// Of the replica's accelerators and of their memory, 0 to 1: the mean of the first, the fullest of the second.
    package var acceleratorUse: Double?
    package var acceleratorMemoryUse: Double?

    package init(
        running: Int? = nil, waiting: Int? = nil, kvCacheUse: Double? = nil, acceleratorUse: Double? = nil,
        acceleratorMemoryUse: Double? = nil
    ) {
        self.acceleratorUse = acceleratorUse
        self.acceleratorMemoryUse = acceleratorMemoryUse
        self.running = running
        self.waiting = waiting
        self.kvCacheUse = kvCacheUse
    }

    /// True where the engine says that it has nothing to do, nil where it does not say.
    package var isIdle: Bool? {
        guard let running else { return nil }
        return running == 0 && (waiting ?? 0) == 0
    }
}
