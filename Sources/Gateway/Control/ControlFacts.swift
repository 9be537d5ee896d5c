package import FleetModel
package import FleetRouting

/// What the control side knows right now, for readiness, metrics and reports. A copy: read from any thread.
package struct ControlFacts: Sendable {
    package struct Plane: Equatable, Sendable {
        package var name: PlaneName
        package var isFeedLive: Bool
        /// Least of the last probes; nil before the first.
        package var roundTrip: Duration?

        package init(name: PlaneName, isFeedLive: Bool, roundTrip: Duration?) {
            (self.name, self.isFeedLive, self.roundTrip) = (name, isFeedLive, roundTrip)
        }
    }

    /// Nil before the first snapshot.
    package var table: RoutingTable?
    /// Last contact with the control plane; nil: never, as far as is known.
    package var contact: Moment?
    /// The snapshot's planes, in its order.
    package var planes: [Plane] = []
    package var readiness = Readiness()

    package init() {}
}
