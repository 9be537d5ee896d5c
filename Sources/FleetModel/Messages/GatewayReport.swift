/// What a gateway tells the control plane about itself, every few seconds.
package struct GatewayReport: Equatable, Sendable, Codable {
    package var gateway: GatewayName
    /// The snapshot it routes by; nil before the first.
    package var snapshot: SnapshotVersion?
    /// `host:port` where it takes requests.
    package var address: String
    package var isReady: Bool
    /// Round trips it measured, by plane name, milliseconds.
    package var roundTripMilliseconds: [String: Double]
    /// Finished requests since its start, by workload name.
    package var requests: [String: UInt64]
    package var pid: Int32
    /// What it holds of tenants' limits; nil where none is declared. The answer to the report is a ``QuotaGrant`` then.
    package var quota: QuotaReport?
    /// By workload name; nil from a gateway that does not say.
    package var demand: [String: WorkloadDemand]?
    /// How every plane looks from here, by plane name; nil from a gateway that does not say.
    package var planeSights: [String: PlaneSight]?
    /// By name of the workloads of which two versions serve; nil where there is none.
    package var revisions: [String: [RevisionOutcome]]?

    package init(
        gateway: GatewayName, snapshot: SnapshotVersion?, address: String, isReady: Bool, roundTripMilliseconds: [String: Double],
        requests: [String: UInt64], pid: Int32, quota: QuotaReport? = nil,
        demand: [String: WorkloadDemand]? = nil, planeSights: [String: PlaneSight]? = nil,
        revisions: [String: [RevisionOutcome]]? = nil
    ) {
        self.planeSights = planeSights
        self.gateway = gateway
        self.snapshot = snapshot
        self.address = address
        self.isReady = isReady
        self.roundTripMilliseconds = roundTripMilliseconds
        self.requests = requests
        self.pid = pid
        self.quota = quota
        self.demand = demand
        self.revisions = revisions
    }
}
