package import FleetModel

/// Everything the loop decides from at one instant. A recorded sequence of these, played again, gives the same decisions.
package struct ControlInputs: Equatable, Sendable {
    package var fleet: Fleet
    /// Planes an operator drained.
    package var drained: Set<PlaneName>
    package var observation: FleetObservation
    /// Civil time: schedules and plans follow it, nothing else does.
    package var secondsSince1970: UInt64

    package init(
        fleet: Fleet, drained: Set<PlaneName> = [], observation: FleetObservation, secondsSince1970: UInt64
    ) {
        self.fleet = fleet
        self.drained = drained
        self.observation = observation
        self.secondsSince1970 = secondsSince1970
    }
}
