package import FleetModel

/// What the loop decided at one instant.
package struct ControlDecision: Equatable, Sendable {
    /// The fleet as it is to run: as declared, but for versions that were rolled back.
    package var fleet: Fleet
    /// Where everything should run in the end.
    package var placement: PlacementDecision
    /// What planes are told: the placement, and what they keep until its successor serves.
    package var assigned: PlacementDecision
    /// What is kept, and for whom.
    package var handover: Handover
    /// How many replicas each elastic workload should have, and why.
    package var scaling: [WorkloadName: ScalingDecision]
    /// Demand of slots that ended, to be kept for forecasts.
    package var measured: [DemandHistory.Entry]
    /// The versions of every workload, and what is to be kept of them.
    package var rollouts: [WorkloadName: RolloutDecision]
    /// What happened by this decision, in order.
    package var events: [FleetEvent]
    /// Which places count as lost.
    package var failover: FailoverVerdicts
    /// Workloads that this decision found to have got over a loss.
    package var finishedFailovers: [WorkloadFailovers.Finished]

    package init(
        fleet: Fleet, placement: PlacementDecision, assigned: PlacementDecision, handover: Handover = Handover(),
        scaling: [WorkloadName: ScalingDecision] = [:], measured: [DemandHistory.Entry] = [],
        rollouts: [WorkloadName: RolloutDecision] = [:], events: [FleetEvent] = [],
        failover: FailoverVerdicts = FailoverVerdicts(), finishedFailovers: [WorkloadFailovers.Finished] = []
    ) {
        self.fleet = fleet
        self.failover = failover
        self.finishedFailovers = finishedFailovers
        self.rollouts = rollouts
        self.placement = placement
        self.assigned = assigned
        self.handover = handover
        self.scaling = scaling
        self.measured = measured
        self.events = events
    }
}
