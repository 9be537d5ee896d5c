package import FleetModel

/// What the loop decided at one instant.
package struct ControlDecision: Equatable, Sendable {
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
    /// What happened by this decision, in order.
    package var events: [FleetEvent]
    /// Which places count as lost.
    package var failover: FailoverVerdicts

    package init(
        placement: PlacementDecision, assigned: PlacementDecision, handover: Handover = Handover(),
        scaling: [WorkloadName: ScalingDecision] = [:], measured: [DemandHistory.Entry] = [], events: [FleetEvent] = [],
        failover: FailoverVerdicts = FailoverVerdicts()
    ) {
        self.failover = failover
        self.placement = placement
        self.assigned = assigned
        self.handover = handover
        self.scaling = scaling
        self.measured = measured
        self.events = events
    }
}
