/// What one decision compared, as it saw it: the planes inside the fence with the figures that ranked them, and the replicas of
/// the plane it chose. Used again for another decision without allocating.
package struct DecisionDetail: Equatable, Sendable {
    /// Planes and replicas kept of one decision: those of a fleet that is larger are counted, not listed.
    package static let planeLimit = 32
    package static let replicaLimit = 16

    /// Where a plane stands before any time is compared: a lower one goes first.
    package enum Standing: UInt8, CaseIterable, Sendable {
        case inBudget, inFailoverBudget, overBudget, suspect, drained
        /// Its last report is too old to act on.
        case unheard
        /// Nothing of it may be chosen: no replica, all of them ejected, tried or full.
        case unavailable

        package var text: String {
            switch self {
            case .inBudget: "in-budget"
            case .inFailoverBudget: "in-failover-budget"
            case .overBudget: "over-budget"
            case .suspect: "suspect"
            case .drained: "drained"
            case .unheard: "unheard"
            case .unavailable: "unavailable"
            }
        }
    }

    package struct Plane: Equatable, Sendable {
        package var plane: PlaneIndex
        /// Replicas that take requests, and those of them that this decision could choose.
        package var replicas: Int
        package var available: Int
        /// Requests on the available ones, of everyone as far as known.
        package var load: Int
        /// The way there and back, what lies behind the plane included; and that plus the predicted queue. Milliseconds.
        package var roundTrip: Double
        package var predicted: Double
        package var standing: Standing
        /// It was among those of the best standing, which competed.
        package var competed: Bool
    }

    package struct Replica: Equatable, Sendable {
        package var handle: ReplicaHandle
        package var load: Int
        /// How long a new request is expected to wait there, milliseconds.
        package var queue: Double
        package var isEjected: Bool
        package var wasTried: Bool
    }

    package var decision = RoutingDecision.refuse(.noReplica)
    package var planes: [Plane] = []
    /// Of the chosen plane.
    package var replicas: [Replica] = []
    /// Planes inside the fence, those not listed included.
    package var planeCount = 0

    package init() {}

    package mutating func clear() {
        decision = .refuse(.noReplica)
        planes.removeAll(keepingCapacity: true)
        replicas.removeAll(keepingCapacity: true)
        planeCount = 0
    }
}
