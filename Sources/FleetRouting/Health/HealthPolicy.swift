package import FleetModel

/// A workload's rules for leaving replicas out, clamped to what state machines can count: a snapshot cannot break them.
package struct HealthPolicy: Equatable, Sendable {
    /// In a row: 5xx, gateway failures, failed connections.
    let serverErrors: UInt8
    let gatewayFailures: UInt8
    let localOriginFailures: UInt8
    /// Probes in a row that bring a replica back, and that take one out.
    let probesUp: UInt8
    let probesDown: UInt8
    let baseEjection: Duration
    let maximumEjection: Duration
    let maximumEjectedShare: Double
    let ramp: SlowStartRamp
    let interval: Duration
    let successRate: OutlierDetection.SuccessRate?
    let failurePercentage: OutlierDetection.FailurePercentage?
    let latency: OutlierDetection.Latency?

    package init(_ resilience: WorkloadResilience) {
        let outliers = resilience.outlierDetection
        serverErrors = Self.streak(outliers.consecutive5xx)
        gatewayFailures = Self.streak(outliers.consecutiveGatewayFailure)
        localOriginFailures = Self.streak(outliers.consecutiveLocalOriginFailure)
        probesUp = Self.streak(resilience.healthChecks.shallow.healthyThreshold)
        probesDown = Self.streak(resilience.healthChecks.shallow.unhealthyThreshold)
        baseEjection = Self.time(outliers.baseEjectionMilliseconds)
        maximumEjection = max(Self.time(outliers.maxEjectionMilliseconds), Self.time(outliers.baseEjectionMilliseconds))
        maximumEjectedShare = outliers.maxEjectionShare.isFinite ? outliers.maxEjectionShare : 1
        ramp = SlowStartRamp(resilience.slowStart)
        interval = Self.time(outliers.intervalMilliseconds)
        successRate = outliers.successRate
        failurePercentage = outliers.failurePercentage
        latency = outliers.latency
    }

    package static let standard = HealthPolicy(.standard)

    /// Whether anything is gathered per interval.
    var gathers: Bool { successRate != nil || failurePercentage != nil || latency != nil }

    private static func streak(_ count: Int) -> UInt8 { UInt8(clamping: max(count, 1)) }
    private static func time(_ milliseconds: Int) -> Duration { .milliseconds(min(max(milliseconds, 1), 86_400_000)) }
}
