/// What to run where in each hour, as a planner decided it: the control plane carries it out.
///
/// Only the plan named ``nameInForce`` is carried out; any other is kept and does nothing.
package struct PlacementPlan: Equatable, Sendable {
    package static let nameInForce: PlacementPlanName = "default"

    /// Nodes of one pool in one block.
    package struct Nodes: Hashable, Sendable {
        package var plane: PlaneName
        package var pool: PoolName
        package var block: String
        package var count: Int

        package init(plane: PlaneName, pool: PoolName, block: String, count: Int) {
            (self.plane, self.pool, self.block, self.count) = (plane, pool, block, count)
        }
    }

    /// Replicas of one workload in one pool in one block.
    package struct Replicas: Hashable, Sendable {
        package var workload: WorkloadName
        package var plane: PlaneName
        package var pool: PoolName
        package var block: String
        package var count: Int

        package init(workload: WorkloadName, plane: PlaneName, pool: PoolName, block: String, count: Int) {
            (self.workload, self.plane, self.pool) = (workload, plane, pool)
            (self.block, self.count) = (block, count)
        }
    }

    package var metadata: Metadata
    /// Names of the stretches of time in which nothing changes, each once.
    package var blocks: [String]
    /// For each UTC hour of the day (24 entries) or of the week (168, from Monday 00:00) the block it belongs to, as a position
    /// in ``blocks``.
    package var hours: [Int]
    package var nodes: [Nodes]
    package var replicas: [Replicas]
    /// The generation of the fleet it was made for; nil where that is not known.
    package var fleetGeneration: UInt64?

    package var name: PlacementPlanName { PlacementPlanName(metadata.name) }

    package init(
        metadata: Metadata, blocks: [String], hours: [Int], nodes: [Nodes] = [], replicas: [Replicas],
        fleetGeneration: UInt64? = nil
    ) {
        self.metadata = metadata
        self.blocks = blocks
        self.hours = hours
        self.nodes = nodes
        self.replicas = replicas
        self.fleetGeneration = fleetGeneration
    }

    /// The block in force in an hour of the week (UTC, 0 is Monday 00:00); hours beyond a week wrap. Nil for a plan that does not
    /// say, which validation refuses.
    package func block(hourOfWeekUTC hour: Int) -> String? {
        guard !hours.isEmpty, hours.count <= HourOfWeek.count else { return nil }
        let position = hours[HourOfWeek.wrapped(hour) % hours.count]
        return blocks.indices.contains(position) ? blocks[position] : nil
    }

    /// Replicas to run in a block, in declared order; none where the count is 0.
    package func replicas(in block: String) -> [Replicas] { replicas.filter { $0.block == block && $0.count > 0 } }
}
