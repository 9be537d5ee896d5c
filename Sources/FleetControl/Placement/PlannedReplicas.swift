package import FleetModel

/// What a plan wants to run in the block of time that holds now.
package struct PlannedReplicas: Equatable, Sendable {
    /// Replicas of a workload in one pool.
    package struct Target: Equatable, Sendable {
        package var plane: PlaneName
        package var pool: PoolName
        package var count: Int

        package init(plane: PlaneName, pool: PoolName, count: Int) { (self.plane, self.pool, self.count) = (plane, pool, count) }
    }

    /// Name of the plan, for people.
    package var plan: String
    /// Name of the block, for people.
    package var block: String
    /// A workload with an entry is the plan's business, also where the plan wants none of it now; the others are not.
    package var targets: [WorkloadName: [Target]]

    package init(plan: String, block: String, targets: [WorkloadName: [Target]]) {
        (self.plan, self.block, self.targets) = (plan, block, targets)
    }
}
