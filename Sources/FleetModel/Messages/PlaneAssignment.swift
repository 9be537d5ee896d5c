/// ``Workload/Class``, where the assignment's own `Workload` hides it.
package typealias WorkloadClass = Workload.Class

/// What one plane should run. Written by the control plane, kept on the plane's disk (0600: it holds feed keys), and acted
/// on for as long as no newer one arrives.
package struct PlaneAssignment: Equatable, Sendable, Codable {
    package static let currentFormat = 1

    package struct Workload: Equatable, Sendable, Codable {
        package var name: WorkloadName
        /// The generation its replicas are made from. A workload stands here once for each generation that serves,
        /// with the counts
        /// of each; replicas of a generation that is not listed are replaced one by one.
        package var generation: UInt64
        package var models: [String]
        /// Replicas wanted per pool. Sorted by pool name.
        package var placements: [Placement]
        package var engine: EngineSpec?
        package var drainMilliseconds: Int
        /// Decides whose replicas may stand beside its own; nil, from an older control plane, stands beside any.
        package var workloadClass: WorkloadClass?
        /// How a replica saves its work before it is stopped.
        package var checkpoint: CheckpointCall?

        package init(
            name: WorkloadName, generation: UInt64, models: [String], placements: [Placement], engine: EngineSpec?,
            drainMilliseconds: Int, workloadClass: WorkloadClass? = nil, checkpoint: CheckpointCall? = nil
        ) {
            self.name = name
            self.generation = generation
            self.models = models
            self.placements = placements
            self.engine = engine
            self.drainMilliseconds = drainMilliseconds
            self.workloadClass = workloadClass
            self.checkpoint = checkpoint
        }
    }

    package struct Placement: Hashable, Sendable, Codable {
        package var pool: PoolName
        package var accelerator: AcceleratorType
        package var acceleratorsPerReplica: Int
        package var count: Int

        package init(pool: PoolName, accelerator: AcceleratorType, acceleratorsPerReplica: Int, count: Int) {
            self.pool = pool
            self.accelerator = accelerator
            self.acceleratorsPerReplica = acceleratorsPerReplica
            self.count = count
        }
    }

    /// A gateway that may read this plane's feed.
    package struct FeedPeer: Equatable, Sendable, Codable {
        package var gateway: GatewayName
        /// 64 hexadecimal digits: the key of this (gateway, plane) pair. Secret.
        package var key: String

        package init(gateway: GatewayName, key: String) { (self.gateway, self.key) = (gateway, key) }
    }

    package var format: Int
    package var version: SnapshotVersion
    package var plane: PlaneName
    package var driver: PlaneDriver
    package var pools: [CapacityPool]
    package var isDrained: Bool
    /// Sorted by name, then generation.
    package var workloads: [Workload]
    /// Sorted by gateway.
    package var feedPeers: [FeedPeer]
    /// Incarnations that are to be replaced and to end, ascending; nil: none.
    package var drainedReplicas: [UInt64]?

    package init(
        version: SnapshotVersion, plane: PlaneName, driver: PlaneDriver, pools: [CapacityPool], isDrained: Bool = false,
        workloads: [Workload], feedPeers: [FeedPeer] = [], drainedReplicas: [UInt64]? = nil
    ) {
        format = Self.currentFormat
        self.version = version
        self.plane = plane
        self.driver = driver
        self.pools = pools
        self.isDrained = isDrained
        self.workloads = workloads
        self.feedPeers = feedPeers
        self.drainedReplicas = drainedReplicas
    }
}
