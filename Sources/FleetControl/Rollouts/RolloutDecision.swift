package import FleetModel

/// What was decided of one workload's versions.
package struct RolloutDecision: Equatable, Sendable {
    /// What is to be kept; it differs from what was read where something happened.
    package var history: RolloutHistory
    /// Nil where one version serves.
    package var versions: Versions?

    package init(history: RolloutHistory, versions: Versions? = nil) { (self.history, self.versions) = (history, versions) }

    /// Two versions of one workload, as planes and gateways are told of them.
    package struct Versions: Equatable, Sendable {
        package var stable: Workload
        package var target: Workload
        /// Sorted by plane, then pool.
        package var pools: [Pool]
        package var weights: [RevisionWeight]
        package var status: RolloutStatus

        /// What one plane should run of one version.
        package func placements(of version: Version, on plane: PlaneName) -> [PlaneAssignment.Placement] {
            pools.filter { $0.plane == plane }.compactMap { pool in
                let (workload, count) = version == .stable ? (stable, Optional(pool.stable)) : (target, pool.target)
                guard let count else { return nil }
                let own = workload.replica.profile.first { $0.accelerator == pool.accelerator }?.accelerators
                return PlaneAssignment.Placement(
                    pool: pool.pool, accelerator: pool.accelerator, acceleratorsPerReplica: own ?? pool.acceleratorsPerReplica,
                    count: count)
            }
        }
    }

    package enum Version: Sendable { case stable, target }

    /// Replicas of both versions in one pool.
    package struct Pool: Equatable, Sendable {
        package var plane: PlaneName
        package var pool: PoolName
        package var accelerator: AcceleratorType
        package var acceleratorsPerReplica: Int
        package var stable: Int
        /// Nil where what the plane runs is not known: it replaces others one by one.
        package var target: Int?
    }
}
