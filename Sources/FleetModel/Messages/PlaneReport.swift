/// What a plane runs right now: told to gateways directly (on every change and at least twice a second) and to the control plane.
///
/// Reports are complete: a replica that is not in the newest one is gone. Ages, never timestamps, pass between processes.
package struct PlaneReport: Equatable, Sendable, Codable {
    package var plane: PlaneName
    /// Counts the plane process's starts; a smaller one is stale. With ``sequence`` it orders reports.
    package var planeStart: UInt64
    package var sequence: UInt64
    /// The assignment acted on; nil before the first.
    package var assignment: SnapshotVersion?
    /// Where this plane's feed listens, `host:port`.
    package var feedAddress: String
    /// Sorted by id. Replicas that are gone stay listed as `gone` for a few reports so that readers see why.
    package var replicas: [ReplicaReport]
    /// Wanted replicas this plane refuses to run, with the reason.
    package var refusals: [Refusal]
    /// Sorted by pool, then index; nil where the plane's nodes are not its own to start and stop.
    package var nodes: [NodeReport]?
    /// Sorted by pool; nil as ``nodes`` is.
    package var history: [PoolHistory]?

    package struct Refusal: Hashable, Sendable, Codable {
        package var workload: WorkloadName
        package var reason: String

        package init(workload: WorkloadName, reason: String) { (self.workload, self.reason) = (workload, reason) }
    }

    package init(
        plane: PlaneName, planeStart: UInt64, sequence: UInt64, assignment: SnapshotVersion?, feedAddress: String,
        replicas: [ReplicaReport], refusals: [Refusal] = [], nodes: [NodeReport]? = nil, history: [PoolHistory]? = nil
    ) {
        self.plane = plane
        self.planeStart = planeStart
        self.sequence = sequence
        self.assignment = assignment
        self.feedAddress = feedAddress
        self.replicas = replicas
        self.refusals = refusals
        self.nodes = nodes
        self.history = history
    }
}

/// One replica as its plane sees it.
package struct ReplicaReport: Equatable, Sendable, Codable {
    package enum State: String, CaseIterable, Sendable, Codable {
        /// Started, not yet ready for the first time.
        case starting
        /// Its deep health check passes.
        case ready
        /// Was ready; its deep health check fails now.
        case unready
        /// Told to stop; finishing its requests. Takes no new one.
        case draining
        /// Ended, waiting to be started again as a new incarnation.
        case backingOff = "backing-off"
        case gone
    }

    package var id: ReplicaID
    package var pool: PoolName
    package var accelerator: AcceleratorType
    /// `host:port`; nil while it has none.
    package var address: String?
    package var state: State
    /// Path a gateway may probe for deep health on the replica's own address.
    package var healthPath: String
    /// Process id of the engine, where the driver is local.
    package var pid: Int32?
    /// Requests the engine is running and those waiting in it, from its own metrics; nil while unknown.
    package var running: Int?
    package var waiting: Int?
    /// Use of the KV cache, 0 to 1; nil while unknown.
    package var kvCacheUse: Double?
    /// Round trip from the plane on to the server that really answers (`endpoint` driver); 0 where the replica is in the plane.
    package var onwardRoundTripMilliseconds: Double
    /// How long the replica has been in this state.
    package var stateAgeMilliseconds: Double
    /// Why it is in this state, in plain words; empty when there is nothing to say.
    package var reason: String
    /// Times this slot was started again after it had failed.
    package var restarts: Int
    /// The workload's generation it was started from; nil where the plane does not say.
    package var generation: UInt64?
    /// Use of its accelerators and of their memory, 0 to 1; nil while unknown.
    package var acceleratorUse: Double?
    package var acceleratorMemoryUse: Double?

    package init(
        id: ReplicaID, pool: PoolName, accelerator: AcceleratorType, address: String?, state: State,
        healthPath: String = "/health",
        pid: Int32? = nil, running: Int? = nil, waiting: Int? = nil, kvCacheUse: Double? = nil,
        onwardRoundTripMilliseconds: Double = 0, stateAgeMilliseconds: Double = 0, reason: String = "", restarts: Int = 0,
        generation: UInt64? = nil, acceleratorUse: Double? = nil, acceleratorMemoryUse: Double? = nil
    ) {
        self.id = id
        self.pool = pool
        self.accelerator = accelerator
        self.address = address
        self.state = state
        self.healthPath = healthPath
        self.pid = pid
        self.running = running
        self.waiting = waiting
        self.kvCacheUse = kvCacheUse
        self.onwardRoundTripMilliseconds = onwardRoundTripMilliseconds
        self.stateAgeMilliseconds = stateAgeMilliseconds
        self.reason = reason
        self.restarts = restarts
        self.generation = generation
        self.acceleratorUse = acceleratorUse
        self.acceleratorMemoryUse = acceleratorMemoryUse
    }
}
