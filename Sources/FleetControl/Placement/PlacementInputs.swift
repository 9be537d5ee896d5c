package import FleetModel

/// What the placement step decides from. A planner or a scaling loop replaces these inputs, never the step's place.
package struct PlacementInputs: Equatable, Sendable {
    package var fleet: Fleet
    /// Planes that get no replica.
    package var drained: Set<PlaneName>
    /// Planes whose capacity counts for nothing, and why.
    package var failed: [PlaneName: String]
    /// How many replicas the scaling loop wants; a workload with an entry is placed for that many instead of its declared demand.
    package var wanted: [WorkloadName: Int]
    /// What a plan wants now; nil where there is none.
    package var planned: PlannedReplicas?
    /// Nodes that should not be counted on now.
    package var shortage: NodeShortage

    package init(
        fleet: Fleet, drained: Set<PlaneName> = [], failed: [PlaneName: String] = [:],
        wanted: [WorkloadName: Int] = [:], planned: PlannedReplicas? = nil, shortage: NodeShortage = .none
    ) {
        self.fleet = fleet
        self.drained = drained
        self.failed = failed
        self.wanted = wanted
        self.planned = planned
        self.shortage = shortage
    }
}
