/// Where one request goes, or why nowhere. Trivial and of fixed size; texts are looked up only when they are shown.
package enum RoutingDecision: Equatable, Sendable {
    case send(to: ReplicaHandle, plane: PlaneIndex, reason: RoutingReason)
    case refuse(RoutingRefusal)
}

/// Why this replica: the value of `x-tradewind-reason`.
package enum RoutingReason: UInt8, CaseIterable, Sendable {
    /// The plane nearest to the gateway, inside the latency budget.
    case nearestInBudget
    /// The plane nearest to the gateway; even that is beyond the latency budget.
    case nearestOverBudget
    /// A nearer plane could serve, but its queue would cost more than the way.
    case spilled
    /// A nearer plane that should serve cannot: no healthy replica, drained or suspect.
    case failover
    /// A request that began alike was sent there.
    case affinity
    case leastRequest
    case roundRobin
    /// An earlier attempt of this request failed elsewhere.
    case retry
    /// No replica is healthy: an ejected one is tried rather than refusing.
    case panic
    /// Its session is there, or falls there by its hash.
    case session
    /// Its hash key falls there.
    case hash
    case weightedRoundRobin
    case powerOfTwoChoices
    case leastResponseTime
    case engineLoad
    /// The plane had its turn by the declared weights.
    case planeWeight
    /// A second attempt of this request answered before the first.
    case hedge

    package var code: StaticString {
        switch self {
        case .nearestInBudget: "nearest-in-budget"
        case .nearestOverBudget: "nearest-over-budget"
        case .spilled: "spilled"
        case .failover: "failover"
        case .affinity: "affinity"
        case .leastRequest: "least-request"
        case .roundRobin: "round-robin"
        case .retry: "retry"
        case .panic: "panic"
        case .session: "session"
        case .hash: "hash"
        case .weightedRoundRobin: "weighted-round-robin"
        case .powerOfTwoChoices: "power-of-two-choices"
        case .leastResponseTime: "least-response-time"
        case .engineLoad: "engine-load"
        case .planeWeight: "plane-weight"
        case .hedge: "hedge"
        }
    }
}

/// Why a request is sent nowhere. The words for the client come from ``RoutingTable/explanation(of:workload:)``.
package enum RoutingRefusal: UInt8, CaseIterable, Sendable {
    /// No workload answers to the model name (404).
    case unknownModel
    /// This gateway may not carry the workload's data, or no plane is inside the fence (403). Never retried elsewhere.
    case fenced
    /// The gateway heard from the control plane too long ago for a workload that limits this (503).
    case snapshotTooOld
    /// No plane inside the fence has a replica that takes requests (503).
    case noReplica
    /// Every replica is full (429).
    case overloaded

    package var code: StaticString {
        switch self {
        case .unknownModel: "unknown-model"
        case .fenced: "fenced"
        case .snapshotTooOld: "snapshot-too-old"
        case .noReplica: "no-replica"
        case .overloaded: "overloaded"
        }
    }

    /// What to tell the client about trying again; nil where trying again cannot help.
    package var retryAfterSeconds: Int? {
        switch self {
        case .unknownModel, .fenced: nil
        case .snapshotTooOld: 10
        case .noReplica: 2
        case .overloaded: 1
        }
    }
}
