/// How a gateway guards the replicas of one workload: what ejects one, what brings it back, how much it may carry at most,
/// and who answers in its stead.
///
/// Times are whole milliseconds, shares fractions from 0 to 1. The same value stands in fleet files and in routing snapshots.
package struct WorkloadResilience: Equatable, Sendable, Codable {
    package var outlierDetection: OutlierDetection
    package var healthChecks: HealthChecks
    package var slowStart: SlowStart
    package var circuitBreakers: CircuitBreakers
    /// Who answers, in this order, when the workload cannot; a route may name others.
    package var fallback: [Fallback]

    package init(
        outlierDetection: OutlierDetection = OutlierDetection(), healthChecks: HealthChecks = HealthChecks(),
        slowStart: SlowStart = SlowStart(), circuitBreakers: CircuitBreakers = CircuitBreakers(), fallback: [Fallback] = []
    ) {
        self.outlierDetection = outlierDetection
        self.healthChecks = healthChecks
        self.slowStart = slowStart
        self.circuitBreakers = circuitBreakers
        self.fallback = fallback
    }

    package static let standard = WorkloadResilience()
}

/// Where a request goes when its own workload cannot answer it.
package struct Fallback: Equatable, Sendable, Codable {
    /// Entries of one chain: each is one more chance for a request to be computed again.
    package static let most = 4

    package var workload: WorkloadName
    /// What the body's `model` becomes; nil takes the first model the workload serves.
    package var model: String?

    package init(workload: WorkloadName, model: String? = nil) { (self.workload, self.model) = (workload, model) }
}

/// How much one workload may have at one plane at a time, over all event loops of a gateway; nil sets no limit.
/// Named and meant as Envoy's `circuit_breakers.thresholds`.
package struct CircuitBreakers: Equatable, Sendable, Codable {
    /// Connections to the workload's replicas at one plane.
    package var maxConnections: Int?
    /// Requests of the workload that wait for a replica, at all planes together: none is chosen yet.
    package var maxPendingRequests: Int?
    /// Requests in flight at one plane.
    package var maxRequests: Int?
    /// Repetitions in flight at one plane.
    package var maxRetries: Int?

    package init(
        maxConnections: Int? = nil, maxPendingRequests: Int? = nil, maxRequests: Int? = nil, maxRetries: Int? = nil
    ) {
        self.maxConnections = maxConnections
        self.maxPendingRequests = maxPendingRequests
        self.maxRequests = maxRequests
        self.maxRetries = maxRetries
    }
}

/// How the share of a new or returning replica grows to the whole. Formula and names are those of Envoy's `slow_start_config`:
/// share = max(minWeight, (elapsed / window)^(1 / aggression)).
package struct SlowStart: Equatable, Sendable, Codable {
    package var windowMilliseconds: Int
    /// 1 grows in a straight line; above 1 fast at first, below 1 slowly at first.
    package var aggression: Double
    /// The share it begins with.
    package var minWeight: Double

    package init(windowMilliseconds: Int = 5_000, aggression: Double = 1, minWeight: Double = 0.1) {
        self.windowMilliseconds = windowMilliseconds
        self.aggression = aggression
        self.minWeight = minWeight
    }
}
