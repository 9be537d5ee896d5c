package import FleetModel

/// A workload as the hot path sees it.
package struct WorkloadEntry: Sendable {
    package let name: WorkloadName
    /// False once the workload left the snapshot: requests that still hold its index are refused as an unknown model.
    package let isPresent: Bool
    package let latencyBudgetMilliseconds: Double
    package let failoverLatencyBudgetMilliseconds: Double
    /// Why this gateway itself must refuse the workload; nil lets it pass.
    package let refusal: String?
    /// The age of the last contact with the control plane beyond which the workload is refused; nil never refuses.
    package let maxSnapshotAge: Duration?
    /// Planes inside the fence of any client that the snapshot describes, in index order. No request goes anywhere else, ever.
    package let allowedPlanes: [PlaneIndex]
    /// Which of them are inside it for clients of which places; nil where all are for all.
    package let placeAdmission: PlaceAdmission?
    /// Planes the control plane has given replicas to, inside the fence.
    package let placedPlanes: [PlaneIndex]
    package let excludedPlanes: [RoutingSnapshot.Exclusion]
    package let ratesPerReplica: [String: Double]
    /// The model names clients ask for, in declared order.
    package let models: [String]
    /// For routes that say nothing of their own.
    package let balancing: BalancingEntry
    /// What `POST /predict` becomes for its replicas; nil: they speak it themselves.
    package var predict: PredictTarget?
    /// The declared version of the model.
    package var revision: String?
    /// Requests wake it, and wait in line for its first replica.
    package var wakesOnDemand = false
    /// The versions that serve while one takes over from another; empty: one does.
    package var revisions: [RevisionShare] = []
    /// Stands for the workload in hashes; follows from its name, so that every loop and gateway agrees. A pair
    /// has that of its ``source``, whose replicas hold the same prompts.
    package var identityHash: UInt64
    /// How its replicas are guarded.
    package let resilience: WorkloadResilience
    /// What it has under way.
    package var account: WorkloadAccount
    /// The workload whose replicas serve this entry where it stands for a pair (``FallbackPairs``); nil for a declared one.
    package var source: WorkloadIndex?
    /// Who may answer in its stead, in order.
    package var fallbacks: [FallbackEntry] = []
    /// How its engines are recognised where they serve TLS.
    package var tls: ReplicaTLS?
}

/// A plane as the hot path sees it.
package struct PlaneEntry: Sendable {
    package let name: PlaneName
    /// False once the plane left the snapshot.
    package let isPresent: Bool
    package let isDrained: Bool
    /// Fibre-limit and expected round trips from this gateway, milliseconds (``Coordinates``).
    package let leastRoundTripMilliseconds: Double
    package let expectedRoundTripMilliseconds: Double
    package let feedAddress: String?
    /// The fleet's observers agree that it is lost, or it has not wholly come back.
    package var isFailed = false
    /// Its replicas serve plain HTTP, whatever their engines do.
    package var hasForwarders = false
}

/// A route with everything the data path needs to act on it. Immutable; shared by all event loops.
package final class RouteEntry: Sendable {
    package let name: RouteName
    /// The workload requests go to; nil takes it from the body's `model` field.
    package let workload: WorkloadIndex?
    /// The route names a workload that the snapshot does not hold: every request of it is a 404.
    package let isDangling: Bool
    /// Where the model of a request stands.
    package let api: Route.API
    /// Nil: as the workload says.
    package let balancing: BalancingEntry?
    package let connectTimeout: Duration
    package let firstByteTimeout: Duration
    package let idleTimeout: Duration
    /// Most times one request is sent, 1 to ``AttemptHistory/capacity``.
    package let maxAttempts: Int
    /// Bytes of a body; nil: the gateway's own limit, and none for responses.
    package let requestBodyLimit: Int?
    package let responseBodyLimit: Int?
    /// Small responses are held until they are whole.
    package let buffersResponses: Bool
    package let policy: RoutePolicy
    /// Its clients may change to WebSocket.
    package let allowsWebSocket: Bool

    package init(
        name: RouteName, workload: WorkloadIndex?, isDangling: Bool, api: Route.API, balancing: BalancingEntry?,
        connectTimeout: Duration, firstByteTimeout: Duration, idleTimeout: Duration, maxAttempts: Int, requestBodyLimit: Int?,
        responseBodyLimit: Int?, buffersResponses: Bool, policy: RoutePolicy, allowsWebSocket: Bool
    ) {
        self.name = name
        self.workload = workload
        self.isDangling = isDangling
        self.api = api
        self.balancing = balancing
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.maxAttempts = maxAttempts
        self.requestBodyLimit = requestBodyLimit
        self.responseBodyLimit = responseBodyLimit
        self.buffersResponses = buffersResponses
        self.policy = policy
        self.allowsWebSocket = allowsWebSocket
    }
}
