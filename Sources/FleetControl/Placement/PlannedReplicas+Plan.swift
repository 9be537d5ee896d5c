package import FleetModel

extension PlannedReplicas {
    /// What a stored plan wants in an hour of the week (UTC, 0 is Monday 00:00); nil where the plan does not say.
    package init?(_ plan: PlacementPlan, hourOfWeekUTC hour: Int) {
        guard let block = plan.block(hourOfWeekUTC: hour) else { return nil }
        var targets: [WorkloadName: [Target]] = [:]
        // Also workloads that run only in other blocks: now the plan wants none of them.
        for entry in plan.replicas { targets[entry.workload] = [] }
        for entry in plan.replicas(in: block) {
            targets[entry.workload, default: []].append(Target(plane: entry.plane, pool: entry.pool, count: entry.count))
        }
        self.init(plan: plan.metadata.name, block: block, targets: targets)
    }
}
