import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("WorkloadScaler, any policy")
struct ScalerPropertyTests {
    private func policy(_ random: inout SeededGenerator) -> ScalingPolicy {
        let most = random.next(in: 1...30)
        var policy = ScalingPolicy(minReplicas: random.next(in: 0...most), maxReplicas: most)
        policy.target[random.pick(ScalingMetric.allCases.filter { !$0.isUse })] = Double(random.next(in: 1...20))
        if random.isOne(in: 3) { policy.target[.kvCacheUse] = 0.8 }
        if random.isOne(in: 3) {
            policy.steps = [
                StepScaling(
                    alarm: ScalingAlarm(metric: .concurrencyPerReplica, threshold: 4, period: .seconds(random.next(in: 1...30))),
                    adjustmentType: random.pick(AdjustmentType.allCases),
                    adjustments: [.init(lowerBound: 0, adjustment: random.next(in: 1...9))],
                    warmUp: .seconds(random.next(in: 0...60)))
            ]
        }
        if random.isOne(in: 3) {
            policy.simple = [
                SimpleScaling(
                    alarm: ScalingAlarm(
                        metric: .queuedRequestsPerReplica, comparison: .lessThanThreshold, threshold: 1,
                        period: .seconds(random.next(in: 1...30))), adjustment: -1,
                    cooldown: .seconds(random.next(in: 0...60)))
            ]
        }
        if random.isOne(in: 3) {
            policy.schedules = [
                ScalingSchedule(
                    name: "s", start: .everyMinute, duration: .seconds(60), minReplicas: random.next(in: 0...most))
            ]
        }
        for direction in [\ScalingBehavior.scaleUp, \.scaleDown] where random.isOne(in: 2) {
            policy.behavior[keyPath: direction] = ScalingBehavior.Rules(
                stabilizationWindowSeconds: random.next(in: 0...60),
                selectPolicy: random.pick([.max, .min]),
                policies: (0..<random.next(in: 0...2)).map { _ in
                    .init(
                        type: random.pick(ScalingBehavior.Limit.Kind.allCases), value: random.next(in: 1...100),
                        periodSeconds: random.next(in: 1...60))
                })
        }
        if random.isOne(in: 3) { policy.panic = PanicMode() }
        if policy.minReplicas == 0, random.isOne(in: 2) { policy.scaleToZeroAfter = .seconds(30) }
        return policy
    }

    private func signals(_ random: inout SeededGenerator, missing: Bool) -> WorkloadSignals {
        func reading(_ most: Int) -> WorkloadSignals.Reading {
            .init(
                sum: Double(random.next(in: 0...most)), sources: random.next(in: 1...3),
                missing: missing && random.isOne(in: 3) ? 1 : 0)
        }
        var signals = WorkloadSignals(
            queued: reading(100), concurrency: reading(200), arrivals: reading(50), tokens: reading(400))
        signals.kvCacheUse = .init(sum: Double(random.next(in: 0...10)) / 4, sources: 3, missing: signals.queued.missing)
        return signals
    }

    @Test("stays within its bounds and repeats itself", arguments: [1, 2])
    func bounds(half: UInt64) async {
        for seed in 0..<(caseCount(perMille: 5)) {
            // Cases take their time: others get theirs in between.
            await Task.yield()
            var random = SeededGenerator(seed: seed * 2 + half)
            let policy = policy(&random)
            var driven = DrivenScaler(policy, replicas: random.next(in: 0...40))
            var twin = driven
            for _ in 0..<200 {
                let measured = signals(&random, missing: true)
                let decision = driven.run { _ in measured }[0]
                #expect(decision == twin.run { _ in measured }[0], "seed \(seed)")
                #expect((0...policy.maxReplicas).contains(decision.replicas), "seed \(seed)")
                let least = policy.scaleToZeroAfter == nil ? max(1, decision.minReplicas) : decision.minReplicas
                #expect(decision.replicas >= min(least, policy.maxReplicas), "seed \(seed)")
            }
        }
    }

    @Test("a metric that is missing takes nothing away, but for a schedule's maximum")
    func metricLoss() async {
        for seed in 0..<caseCount(perMille: 5) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            let policy = policy(&random)
            var driven = DrivenScaler(policy, replicas: random.next(in: 1...policy.maxReplicas))
            for _ in 0..<200 {
                var measured = signals(&random, missing: true)
                // Every target's metric is missing somewhere.
                measured.queued.missing = 1
                measured.concurrency.missing = 1
                measured.arrivals.missing = 1
                measured.tokens.missing = 1
                let before = driven.replicas
                #expect(driven.run { _ in measured }[0].replicas >= before, "seed \(seed)")
            }
        }
    }

    @Test("under constant load it comes to rest and stays")
    func noOscillation() async {
        for seed in 0..<caseCount(perMille: 5) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var policy = policy(&random)
            // Steps act as long as their alarm lasts, whatever the size.
            (policy.steps, policy.simple, policy.schedules) = ([], [], [])
            policy.behavior = .standard
            policy.target[.kvCacheUse] = nil
            let load = signals(&random, missing: false)
            var driven = DrivenScaler(policy, replicas: random.next(in: 1...policy.maxReplicas))
            let sizes = driven.run(700) { _ in load }.map(\.replicas)
            // Once at most up and once down to where it stays.
            let changes = zip(sizes, sizes.dropFirst()).filter { $0 != $1 }
            #expect(!zip(changes, changes.dropFirst()).contains { $0.0 > $0.1 && $1.0 < $1.1 }, "seed \(seed)")
            #expect(Set(sizes.suffix(200)).count == 1, "seed \(seed)")
        }
    }

    @Test("a forecast never makes it smaller")
    func neverBelowReactive() async {
        for seed in 0..<caseCount(perMille: 5) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var policy = policy(&random)
            (policy.steps, policy.simple) = ([], [])
            policy.behavior = ScalingPolicy.prompt().behavior
            policy.panic = nil
            policy.scaleToZeroAfter = nil
            var reactive = DrivenScaler(policy, replicas: 1)
            var predictive = reactive
            for _ in 0..<100 {
                let measured = signals(&random, missing: false)
                let forecast = DemandForecast(
                    mode: random.pick(PredictiveScaling.Mode.allCases), rate: 1, expectedAt: 0, season: .weekly, samples: 9,
                    ratePerReplica: 1, replicas: random.next(in: 0...40))
                let without = reactive.run { _ in measured }[0]
                let with = predictive.run(forecast: forecast) { _ in measured }[0]
                // Within the tolerance a larger size stays, so that only the wish may be compared.
                let wish = min(max(with.wishes.compactMap { $0.counts ? $0.replicas : nil }.max() ?? 0, 1), policy.maxReplicas)
                #expect(with.replicas >= min(wish, policy.maxReplicas), "seed \(seed)")
                let tolerated = Double(without.replicas) / 1.1 - 1
                #expect(Double(with.replicas) >= tolerated, "seed \(seed)")
            }
        }
    }

    @Test("never changes faster than its policies allow")
    func rateLimits() async {
        for seed in 0..<caseCount(perMille: 5) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            var policy = ScalingPolicy(minReplicas: 1, maxReplicas: 500, queuedRequestsPerReplica: 1)
            let (up, down) = (random.next(in: 1...9), random.next(in: 1...9))
            let (upPeriod, downPeriod) = (random.next(in: 1...40), random.next(in: 1...40))
            policy.behavior.scaleUp.policies = [.init(type: .pods, value: up, periodSeconds: upPeriod)]
            policy.behavior.scaleDown = .init(
                stabilizationWindowSeconds: 0, policies: [.init(type: .pods, value: down, periodSeconds: downPeriod)])
            var driven = DrivenScaler(policy, replicas: 100)
            var sizes = [100]
            for _ in 0..<200 {
                let wanted = Double(random.pick([1, 50, 400]))
                sizes.append(driven.run { _ in .queue(wanted) }[0].replicas)
            }
            for index in sizes.indices.dropFirst() {
                // Counted from the size when the period began.
                let (before, now) = (sizes[index - 1], sizes[index])
                #expect(now <= max(before, sizes[max(0, index - upPeriod)] + up), "seed \(seed)")
                #expect(now >= min(before, sizes[max(0, index - downPeriod)] - down), "seed \(seed)")
            }
        }
    }

    @Test("a lasting alarm gets what its step adds, however slowly it may be followed")
    func liveness() async {
        for seed in 0..<caseCount(perMille: 5) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            let (start, most) = (random.next(in: 1...10), random.next(in: 5...30))
            let (adjustment, period) = (random.next(in: 1...9), random.next(in: 1...60))
            var policy = ScalingPolicy(minReplicas: 1, maxReplicas: most)
            policy.steps = [
                StepScaling(
                    alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 4, period: .seconds(period)),
                    adjustments: [.init(lowerBound: 0, adjustment: adjustment)], warmUp: .seconds(random.next(in: 0...600)))
            ]
            let (window, value, limitPeriod) = (random.next(in: 0...180), random.next(in: 1...3), random.next(in: 1...60))
            policy.behavior.scaleUp = .init(
                stabilizationWindowSeconds: window, policies: [.init(type: .pods, value: value, periodSeconds: limitPeriod)])
            var driven = DrivenScaler(policy, replicas: min(start, most))
            let reached = min(most, min(start, most) + adjustment)
            // The alarm's first period, the window, and as many periods of the limit as the step needs, each begun at once or
            // with the alarm's next period.
            let steps = (adjustment + value - 1) / value
            driven.run(period + window + steps * (limitPeriod + period) + 2) { _ in .queue(1e6) }
            #expect(driven.replicas >= reached, "seed \(seed)")
        }
    }
}
