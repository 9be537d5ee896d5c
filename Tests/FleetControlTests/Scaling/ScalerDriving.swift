import FleetControl
import FleetModel

/// One workload's scaler, told second by second what is measured, as if what it asks for ran at once.
struct DrivenScaler {
    var scaler = WorkloadScaler()
    var policy: ScalingPolicy
    var second: Int64 = 0
    /// Monday 2026-11-16 00:00 UTC.
    var civilStart: UInt64 = 1_794_787_200
    var replicas: Int

    init(_ policy: ScalingPolicy, replicas: Int = 1) { (self.policy, self.replicas) = (policy, replicas) }

    /// - Parameter signals: what is measured with so many replicas.
    @discardableResult
    mutating func run(
        _ seconds: Int = 1, forecast: DemandForecast? = nil, _ signals: (Int) -> WorkloadSignals
    ) -> [ScalingDecision] {
        (0..<seconds).map { _ in
            var measured = signals(replicas)
            (measured.replicas, measured.ready) = (replicas, replicas)
            let decision = scaler.decide(
                policy, measured, forecast: forecast, now: Moment.origin.advanced(by: .seconds(second)),
                secondsSince1970: civilStart + UInt64(second))
            second += 1
            replicas = decision.replicas
            return decision
        }
    }
}

extension WorkloadSignals {
    /// So many requests wait, seen by everybody.
    static func queue(_ requests: Double, missing: Int = 0) -> WorkloadSignals {
        var signals = WorkloadSignals(arrivals: Reading(sum: 1, sources: 1))
        signals.queued = Reading(sum: requests, sources: 1, missing: missing)
        signals.concurrency = Reading(sum: requests, sources: 1, missing: missing)
        return signals
    }

    /// Nobody asks.
    static var quiet: WorkloadSignals {
        WorkloadSignals(
            queued: Reading(sum: 0, sources: 1), concurrency: Reading(sum: 0, sources: 1), arrivals: Reading(sum: 0, sources: 1))
    }
}

extension ScalingPolicy {
    /// Follows wishes at once.
    static func prompt(_ minimum: Int = 1, _ maximum: Int = 100) -> ScalingPolicy {
        var policy = ScalingPolicy(minReplicas: minimum, maxReplicas: maximum)
        policy.behavior.scaleUp.policies = []
        policy.behavior.scaleDown = ScalingBehavior.Rules(stabilizationWindowSeconds: 0, policies: [])
        return policy
    }
}
