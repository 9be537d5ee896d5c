package import FleetModel

/// Decides how many replicas one workload should have, from what was measured of it and what it had.
///
/// Target tracking on the queue: as many replicas as bring the waiting requests of each to the target, after the Horizontal Pod
/// Autoscaler's formula for averages (desired = ⌈sum / target⌉), within ``tolerance`` of which nothing changes. It takes replicas
/// away only once the highest wish of the last ``downWindow`` is lower, and never while a metric is missing.
package struct WorkloadScaler: Equatable, Sendable {
    /// As the Horizontal Pod Autoscaler's defaults.
    package static let tolerance = 0.1
    package static let downWindow = Duration.seconds(300)

    private var wishes: [Wish] = []
    /// What was decided last; nil before the first decision.
    package private(set) var current: Int?

    private struct Wish: Equatable {
        var replicas: Int
        var at: Moment
    }

    package init() {}

    package mutating func decide(
        _ policy: ScalingPolicy, _ signals: WorkloadSignals, now: Moment, secondsSince1970: UInt64
    ) -> ScalingDecision {
        let bounds = policy.minReplicas...max(policy.minReplicas, policy.maxReplicas)
        let before = current ?? max(signals.replicas, policy.minReplicas)
        var wish = before
        var because = "no metric says otherwise"
        if let target = policy.queuedRequestsPerReplica {
            let exact = signals.queued.sum / target
            let isNear = abs(exact / Double(max(1, before)) - 1) <= Self.tolerance
            if !isNear, exact > Double(before) || signals.queued.isComplete {
                wish = Int(exact.rounded(.up))
                because = "\(Int(signals.queued.sum)) requests wait, \(plainNumber(target)) per replica wanted"
            }
        }
        wish = min(max(wish, bounds.lowerBound), bounds.upperBound)
        wishes.removeAll { now.since($0.at) >= Self.downWindow || $0.replicas <= wish }
        wishes.append(Wish(replicas: wish, at: now))
        let highest = wishes.reduce(wish) { max($0, $1.replicas) }
        let decided = wish >= before ? wish : min(before, highest)
        current = min(max(decided, bounds.lowerBound), bounds.upperBound)
        return ScalingDecision(replicas: current ?? decided, because: because)
    }
}
