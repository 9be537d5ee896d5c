import FleetControl
import FleetModel
import Testing

@Suite("Scale to zero")
struct ScaleToZeroTests {
    private var policy: ScalingPolicy {
        var policy = ScalingPolicy(minReplicas: 0, maxReplicas: 8, queuedRequestsPerReplica: 4)
        policy.scaleToZeroAfter = .seconds(120)
        return policy
    }

    @Test("the last replica goes once nobody has asked for so long, and comes back with the first request")
    func cycle() {
        var driven = DrivenScaler(policy, replicas: 1)
        #expect(driven.run(120) { _ in .quiet }.last?.replicas == 1)
        let asleep = driven.run { _ in .quiet }[0]
        #expect(asleep.replicas == 0)
        #expect(asleep.because == "nobody has asked for 2m")
        #expect(driven.run(600) { _ in .quiet }.last?.replicas == 0)
        var first = WorkloadSignals.quiet
        first.waitingForFirst = 1
        let woken = driven.run { _ in first }[0]
        #expect(woken.replicas == 1)
        #expect(woken.because == "woken: 1 requests wait for a first replica")
        // The time begins anew.
        #expect(driven.run(119) { _ in .quiet }.last?.replicas == 1)
        #expect(driven.run { _ in .quiet }[0].replicas == 0)
    }

    @Test("a request now and then keeps it")
    func drops() {
        var driven = DrivenScaler(policy, replicas: 1)
        for _ in 0..<5 {
            driven.run(100) { _ in .quiet }
            driven.run { _ in
                var signals = WorkloadSignals.quiet
                signals.arrivals.sum = 0.09
                return signals
            }
        }
        #expect(driven.replicas == 1)
    }

    @Test("a metric that is missing keeps it, and does not wake it")
    func missing() {
        func hidden() -> WorkloadSignals {
            var signals = WorkloadSignals.quiet
            signals.arrivals = .init(sum: 0, sources: 0, missing: 1)
            return signals
        }
        var driven = DrivenScaler(policy, replicas: 1)
        #expect(driven.run(600) { _ in hidden() }.last?.replicas == 1)
        driven.run(200) { _ in .quiet }
        #expect(driven.run(60) { _ in hidden() }.last?.replicas == 0)
    }

    @Test("without it the last replica stays")
    func off() {
        var kept = policy
        kept.scaleToZeroAfter = nil
        var driven = DrivenScaler(kept, replicas: 3)
        #expect(driven.run(900) { _ in .quiet }.last?.replicas == 1)
    }

    @Test("alone it sleeps and wakes to what is desired")
    func alone() {
        var policy = ScalingPolicy(minReplicas: 0, maxReplicas: 8, desiredReplicas: 3)
        policy.scaleToZeroAfter = .seconds(60)
        var driven = DrivenScaler(policy, replicas: 0)
        #expect(driven.run { _ in .quiet }[0].replicas == 0)
        #expect(driven.run { _ in .queue(1) }[0].replicas == 3)
        #expect(driven.run(62) { _ in .quiet }.last?.replicas == 0)
    }

    @Test("a forecast and a schedule keep it awake")
    func awake() throws {
        let forecast = DemandForecast(
            mode: .forecastAndScale, rate: 1, expectedAt: 0, season: .daily, samples: 6, ratePerReplica: 1, replicas: 1)
        var driven = DrivenScaler(policy, replicas: 1)
        #expect(driven.run(600, forecast: forecast) { _ in .quiet }.last?.replicas == 1)
        var scheduled = policy
        scheduled.schedules = [
            ScalingSchedule(
                name: "day", start: try #require(CronExpression(text: "0 0 * * *")), duration: .seconds(3_600), minReplicas: 2)
        ]
        var other = DrivenScaler(scheduled, replicas: 0)
        #expect(other.run { _ in .quiet }[0].replicas == 2)
        #expect(other.run(600) { _ in .quiet }.last?.replicas == 2)
        other.second = 3_600
        #expect(other.run(400) { _ in .quiet }.last?.replicas == 0)
    }

    @Test("the last replica stays while a metric its policy goes by is missing, whatever gateways say")
    func missingTarget() {
        var driven = DrivenScaler(policy, replicas: 1)
        driven.run(600) { _ in
            var signals = WorkloadSignals.quiet
            signals.queued.missing = 1
            return signals
        }
        #expect(driven.replicas == 1)
        #expect(driven.run(1) { _ in .quiet }.last?.replicas == 0)
    }
}
