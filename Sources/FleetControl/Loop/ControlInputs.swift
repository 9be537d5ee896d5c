package import FleetModel

/// Everything the loop decides from at one instant. A recorded sequence of these, played again, gives the same decisions.
package struct ControlInputs: Equatable, Sendable {
    package var fleet: Fleet
    /// Planes an operator drained.
    package var drained: Set<PlaneName>
    package var observation: FleetObservation
    /// What is kept of workloads' versions; a workload without an entry has had no other.
    package var rollouts: [WorkloadName: RolloutHistory]
    /// Civil time: schedules and plans follow it, nothing else does.
    package var secondsSince1970: UInt64

    package init(
        fleet: Fleet, drained: Set<PlaneName> = [], observation: FleetObservation,
        rollouts: [WorkloadName: RolloutHistory] = [:], secondsSince1970: UInt64
    ) {
        self.fleet = fleet
        self.drained = drained
        self.observation = observation
        self.rollouts = rollouts
        self.secondsSince1970 = secondsSince1970
    }
}
