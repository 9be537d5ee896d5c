/// What requests must show of a replica before it is left out for a while. Named and meant as Envoy's `outlier_detection`.
package struct OutlierDetection: Equatable, Sendable, Codable {
    /// Ejects replicas that succeed less often than the others: below mean − `stdevFactor` × standard deviation of the success
    /// rates, over the replicas with enough requests in one interval.
    package struct SuccessRate: Equatable, Sendable, Codable {
        package var stdevFactor: Double
        package var minimumHosts: Int
        package var requestVolume: Int

        package init(stdevFactor: Double = 1.9, minimumHosts: Int = 5, requestVolume: Int = 100) {
            (self.stdevFactor, self.minimumHosts, self.requestVolume) = (stdevFactor, minimumHosts, requestVolume)
        }
    }

    /// Ejects replicas that fail at least this share of an interval's requests, whatever the others do.
    package struct FailurePercentage: Equatable, Sendable, Codable {
        package var threshold: Double
        package var minimumHosts: Int
        package var requestVolume: Int

        package init(threshold: Double = 0.85, minimumHosts: Int = 5, requestVolume: Int = 50) {
            (self.threshold, self.minimumHosts, self.requestVolume) = (threshold, minimumHosts, requestVolume)
        }
    }

    /// Ejects replicas whose mean time to the first byte is more than `factor` times the median of their plane's.
    package struct Latency: Equatable, Sendable, Codable {
        package var factor: Double
        package var minimumHosts: Int
        package var requestVolume: Int

        package init(factor: Double = 3, minimumHosts: Int = 3, requestVolume: Int = 20) {
            (self.factor, self.minimumHosts, self.requestVolume) = (factor, minimumHosts, requestVolume)
        }
    }

    /// Responses 500 to 599 in a row (501 and 505 judge the request and do not count).
    package var consecutive5xx: Int
    /// In a row: 502, 503, 504, broken and silent responses.
    package var consecutiveGatewayFailure: Int
    /// Failed connections in a row.
    package var consecutiveLocalOriginFailure: Int
    /// How long success rate, failure percentage and latency are gathered before they are judged.
    package var intervalMilliseconds: Int
    /// The first ejection's length; each further one doubles it up to the longest.
    package var baseEjectionMilliseconds: Int
    package var maxEjectionMilliseconds: Int
    /// Largest share of a workload's replicas that requests may eject; one may always be. Probes are not bound by it.
    package var maxEjectionShare: Double
    package var successRate: SuccessRate?
    package var failurePercentage: FailurePercentage?
    package var latency: Latency?

    package init(
        consecutive5xx: Int = 5, consecutiveGatewayFailure: Int = 3, consecutiveLocalOriginFailure: Int = 1,
        intervalMilliseconds: Int = 10_000, baseEjectionMilliseconds: Int = 1_000, maxEjectionMilliseconds: Int = 30_000,
        maxEjectionShare: Double = 1, successRate: SuccessRate? = nil, failurePercentage: FailurePercentage? = nil,
        latency: Latency? = nil
    ) {
        self.consecutive5xx = consecutive5xx
        self.consecutiveGatewayFailure = consecutiveGatewayFailure
        self.consecutiveLocalOriginFailure = consecutiveLocalOriginFailure
        self.intervalMilliseconds = intervalMilliseconds
        self.baseEjectionMilliseconds = baseEjectionMilliseconds
        self.maxEjectionMilliseconds = maxEjectionMilliseconds
        self.maxEjectionShare = maxEjectionShare
        self.successRate = successRate
        self.failurePercentage = failurePercentage
        self.latency = latency
    }
}
