package import FleetModel

/// What the placement step decides from. A planner or a scaling loop replaces these inputs, never the step's place.
package struct PlacementInputs: Equatable, Sendable {
    /// Users in one place asking for one workload.
    package struct Load: Equatable, Sendable {
        package var from: String
        package var location: Location
        package var rate: RequestsPerSecond

        package init(from: String, location: Location, rate: RequestsPerSecond) {
            self.from = from
            self.location = location
            self.rate = rate
        }
    }

    package var fleet: Fleet
    /// Planes that get no replica.
    package var drained: Set<PlaneName>
    /// Planes whose capacity counts for nothing, and why.
    package var failed: [PlaneName: String]
    /// Load to carry, by workload; a workload without an entry is placed for its declared peak demand.
    package var loads: [WorkloadName: [Load]]
    /// How many replicas the scaling loop wants; a workload with an entry is placed for that many instead of its declared demand.
    package var wanted: [WorkloadName: Int]
    /// What a plan wants now; nil where there is none.
    package var planned: PlannedReplicas?
    /// Nodes that should not be counted on now.
    package var shortage: NodeShortage

    package init(
        fleet: Fleet, drained: Set<PlaneName> = [], failed: [PlaneName: String] = [:], loads: [WorkloadName: [Load]] = [:],
        wanted: [WorkloadName: Int] = [:], planned: PlannedReplicas? = nil, shortage: NodeShortage = .none
    ) {
        self.fleet = fleet
        self.drained = drained
        self.failed = failed
        self.loads = loads
        self.wanted = wanted
        self.planned = planned
        self.shortage = shortage
    }

    func load(of workload: Workload) -> [Load] {
        loads[workload.name] ?? workload.demand.map { Load(from: $0.from, location: $0.location, rate: $0.peak) }
    }
}
