package import FleetModel

/// What the choice depends on, of one request.
package struct RequestFacts: Equatable, Sendable {
    package enum Session: Equatable, Sendable {
        /// Stays with the replica of this ``ReplicaEntry/identityHash``; while it is not to be had, with whoever the hash falls
        /// to.
        case replica(UInt64)
        /// Goes to whoever this hash falls to.
        case key(UInt64)

        /// What decides where the session's replica is not to be had.
        var key: UInt64 {
            switch self {
            case .replica(let hash), .key(let hash): hash
            }
        }
    }

    package var workload: WorkloadIndex
    /// Where its client is: only planes that may serve every one of these places are considered.
    package var places: PlaceSet
    package var balancing: BalancingRules.Policy
    /// Nil: the latency budget and the predicted time choose the plane.
    package var planes: PlaneShares?
    /// What a hash policy hashes; nil where the request has none, and is sent by chance.
    package var key: UInt64?
    package var session: Session?
    /// How its prompt begins; nil asks for no affinity.
    package var prefix: PrefixChain?

    package init(
        workload: WorkloadIndex, places: PlaceSet = .gateway,
        balancing: BalancingRules.Policy = .predictedTimeToFirstToken, planes: PlaneShares? = nil,
        key: UInt64? = nil, session: Session? = nil, prefix: PrefixChain? = nil
    ) {
        self.workload = workload
        self.places = places
        self.balancing = balancing
        self.planes = planes
        self.key = key
        self.session = session
        self.prefix = prefix
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.workload == right.workload && left.places == right.places && left.balancing == right.balancing
            && left.planes === right.planes && left.key == right.key && left.session == right.session
            && left.prefix == right.prefix
    }
}
