package import FleetModel

/// How many replicas bring one metric to its target: the algorithm of Kubernetes' Horizontal Pod Autoscaler.
///
/// Its two formulas, ⌈sum / target⌉ for a number each replica should have and ⌈replicas · mean / target⌉ for a share, are the
/// same number, since the sum of shares is replicas times their mean. A ratio within the tolerance of 1 changes nothing. Who does
/// not tell counts as 0 where that would add replicas, and, stricter than the Horizontal Pod Autoscaler, who takes it for the
/// target itself, forbids taking any away.
package enum TargetTracking {
    package static func wish(
        _ metric: ScalingMetric, level: Double, reading: WorkloadSignals.Reading, replicas: Int, behavior: ScalingBehavior
    ) -> ScalingDecision.Wish {
        let exact = reading.sum / level
        let current = Double(max(0, replicas))
        let said = figures(metric, level: level, reading: reading)
        let policy = "target.\(metric.rawValue)"
        func wish(_ wished: Int, _ more: String = "") -> ScalingDecision.Wish {
            ScalingDecision.Wish(policy: policy, replicas: wished, because: said + more)
        }
        if exact > current * (1 + behavior.scaleUp.tolerance) { return wish(ceiling(exact)) }
        guard exact < current * (1 - behavior.scaleDown.tolerance) else { return wish(replicas, "; within the tolerance") }
        guard reading.isComplete else {
            return wish(
                replicas, "; \(reading.missing) of \(reading.sources + reading.missing) did not tell: nothing is taken away")
        }
        // Fewer replicas than wished run, each at its limit: their shares say nothing of what more would have to do.
        if metric.isUse, reading.sources > 0, reading.sum / Double(reading.sources) > level {
            return wish(replicas, "; those that run are above the target")
        }
        if metric.isUse, reading.sources == 0 { return wish(replicas, "; no replica tells yet") }
        return wish(ceiling(exact))
    }

    /// Robust against sums such as 2.0000000000000004.
    static func ceiling(_ exact: Double) -> Int { Int(min(1e9, (exact - 1e-9).rounded(.up))) }

    private static func figures(_ metric: ScalingMetric, level: Double, reading: WorkloadSignals.Reading) -> String {
        let sum = ScalingText.number(reading.sum)
        let target = metric.isUse ? Share(level).text : plainNumber(level)
        switch metric {
        case .queuedRequestsPerReplica: return "\(sum) requests wait, \(target) per replica wanted"
        case .concurrencyPerReplica: return "\(sum) requests are under way or wait, \(target) per replica wanted"
        case .requestsPerSecondPerReplica: return "\(sum) req/s arrive, \(target) per replica wanted"
        case .tokensPerSecondPerReplica: return "\(sum) tok/s, \(target) per replica wanted"
        case .kvCacheUse, .acceleratorUse, .acceleratorMemoryUse:
            let mean =
                reading.sources == 0 ? "nothing" : Share((reading.sum / Double(reading.sources) * 1_000).rounded() / 1_000).text
            return "\(mean) on the mean of \(reading.sources), \(target) wanted"
        }
    }
}

/// Figures as people read them.
enum ScalingText {
    /// To a hundredth.
    static func number(_ value: Double) -> String { plainNumber((value * 100).rounded() / 100) }
}

extension WorkloadSignals {
    /// What a metric's sum is taken over.
    package func reading(_ metric: ScalingMetric) -> Reading {
        switch metric {
        case .queuedRequestsPerReplica: queued
        case .concurrencyPerReplica: concurrency
        case .requestsPerSecondPerReplica: arrivals
        case .tokensPerSecondPerReplica: tokens
        case .kvCacheUse: kvCacheUse
        case .acceleratorUse: acceleratorUse
        case .acceleratorMemoryUse: acceleratorMemoryUse
        }
    }

    /// What an alarm compares: the mean of the replicas, of shares in percent. Nil where nobody tells.
    func level(_ metric: ScalingMetric) -> Double? {
        let reading = reading(metric)
        guard metric.isUse else { return reading.sum / Double(max(1, ready)) }
        return reading.sources == 0 ? nil : reading.sum / Double(reading.sources) * 100
    }
}
