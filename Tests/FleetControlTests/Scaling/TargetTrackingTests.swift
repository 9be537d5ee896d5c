import FleetControl
import FleetModel
import Testing

@Suite("Target tracking")
struct TargetTrackingTests {
    private func wish(
        _ metric: ScalingMetric, _ level: Double, sum: Double, sources: Int, missing: Int = 0, replicas: Int
    ) -> Int? {
        TargetTracking.wish(
            metric, level: level, reading: .init(sum: sum, sources: sources, missing: missing), replicas: replicas,
            behavior: .standard
        ).replicas
    }

    @Test("wishes the sum divided by the target, rounded up, beyond the tolerance")
    func formula() {
        #expect(wish(.queuedRequestsPerReplica, 4, sum: 25, sources: 2, replicas: 2) == 7)
        #expect(wish(.queuedRequestsPerReplica, 4, sum: 0, sources: 2, replicas: 2) == 0)
        // 8.8 of 8: a ratio of 1.1 is within the tolerance, more is not.
        #expect(wish(.concurrencyPerReplica, 1, sum: 8.8, sources: 8, replicas: 8) == 8)
        #expect(wish(.concurrencyPerReplica, 1, sum: 8.81, sources: 8, replicas: 8) == 9)
        #expect(wish(.concurrencyPerReplica, 1, sum: 7.2, sources: 8, replicas: 8) == 8)
        #expect(wish(.concurrencyPerReplica, 1, sum: 7.1, sources: 8, replicas: 8) == 8)
        #expect(wish(.concurrencyPerReplica, 1, sum: 6.9, sources: 8, replicas: 8) == 7)
        // The Horizontal Pod Autoscaler's example: 200m against 100m doubles, 50m halves.
        #expect(wish(.acceleratorUse, 0.1, sum: 0.8, sources: 4, replicas: 4) == 8)
        #expect(wish(.acceleratorUse, 0.1, sum: 0.2, sources: 4, replicas: 4) == 2)
    }

    @Test("what is missing counts as nothing for growth and forbids shrinking")
    func missing() {
        #expect(wish(.queuedRequestsPerReplica, 4, sum: 25, sources: 1, missing: 1, replicas: 2) == 7)
        #expect(wish(.queuedRequestsPerReplica, 4, sum: 0, sources: 1, missing: 1, replicas: 2) == 2)
        #expect(wish(.kvCacheUse, 0.8, sum: 0.3, sources: 3, missing: 1, replicas: 4) == 4)
    }

    @Test("replicas that start count as nothing for growth: the direction does not turn")
    func starting() {
        // Two of four serve at 90 %, the others start: with them it is 45 %, which asks for no more and, for now, for no fewer.
        #expect(wish(.acceleratorUse, 0.8, sum: 1.8, sources: 2, replicas: 4) == 4)
        #expect(wish(.acceleratorUse, 0.8, sum: 0.2, sources: 2, replicas: 4) == 1)
        #expect(wish(.acceleratorUse, 0.8, sum: 0, sources: 0, replicas: 4) == 4)
    }

    @Test("the largest of several wishes wins")
    func largest() {
        var driven = DrivenScaler(.prompt(), replicas: 2)
        driven.policy.target = ScalingTargets([.queuedRequestsPerReplica: 4, .tokensPerSecondPerReplica: 100])
        let decision = driven.run { _ in
            var signals = WorkloadSignals.queue(9)
            signals.tokens = .init(sum: 650, sources: 1)
            return signals
        }[0]
        #expect(decision.replicas == 7)
        #expect(decision.wishes.map(\.replicas) == [3, 7])
        #expect(decision.because == "target.tokensPerSecondPerReplica: 650 tok/s, 100 per replica wanted")
    }
}
