import FleetControl
import FleetModel
import Testing

@Suite("Step and simple scaling")
struct StepScalingTests {
    private func policy(warmUp: Duration = .zero) -> ScalingPolicy {
        var policy = ScalingPolicy.prompt()
        policy.steps = [
            StepScaling(
                alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 10),
                adjustments: [
                    .init(lowerBound: 0, upperBound: 10, adjustment: 1), .init(lowerBound: 10, adjustment: 4),
                ], warmUp: warmUp)
        ]
        return policy
    }

    @Test("a breach picks the step its size lies in, after each whole period")
    func steps() {
        var driven = DrivenScaler(policy(), replicas: 2)
        // Ten per replica is the threshold itself: the lower bound belongs to the step.
        #expect(driven.run(60) { .queue(10 * Double($0)) }.last?.replicas == 2)
        #expect(driven.run { .queue(10 * Double($0)) }[0].replicas == 3)
        #expect(driven.run(60) { .queue(25 * Double($0)) }.last?.replicas == 7)
        #expect(driven.run(60) { .queue(2 * Double($0)) }.last?.replicas == 7)
    }

    @Test("what still warms up is no capacity to add to: a lasting alarm adds only what a larger step adds")
    func warmUp() {
        var driven = DrivenScaler(policy(warmUp: .seconds(300)), replicas: 5)
        driven.run(61) { _ in .queue(60) }
        #expect(driven.replicas == 6)
        driven.run(120) { .queue(12 * Double($0)) }
        #expect(driven.replicas == 6)
        // Four on the five there were at first.
        driven.run(60) { .queue(30 * Double($0)) }
        #expect(driven.replicas == 9)
    }

    @Test("the alarm needs as many periods in a row as it says")
    func evaluation() {
        var slow = policy()
        slow.steps[0].alarm.evaluationPeriods = 3
        var driven = DrivenScaler(slow, replicas: 1)
        driven.run(121) { _ in .queue(15) }
        driven.run(60) { _ in .queue(1) }
        driven.run(120) { _ in .queue(15) }
        #expect(driven.replicas == 1)
        driven.run(60) { _ in .queue(15) }
        #expect(driven.replicas == 2)
    }

    @Test("a missing metric is no breach below a threshold, and may be one above")
    func missing() {
        var lower = ScalingPolicy.prompt()
        lower.steps = [
            StepScaling(
                alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, comparison: .lessThanThreshold, threshold: 1),
                adjustments: [.init(upperBound: 0, adjustment: -1)], warmUp: .zero)
        ]
        var falling = DrivenScaler(lower, replicas: 4)
        falling.run(600) { _ in .queue(0, missing: 1) }
        #expect(falling.replicas == 4)
        falling.run(61) { _ in .queue(0) }
        #expect(falling.replicas == 3)
        var rising = DrivenScaler(policy(), replicas: 1)
        rising.run(61) { _ in .queue(15, missing: 1) }
        #expect(rising.replicas == 2)
    }

    @Test("a simple policy acts once, and not again before the cooldown is over")
    func simple() {
        var policy = ScalingPolicy.prompt()
        policy.simple = [
            SimpleScaling(
                alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 10, period: .seconds(10)),
                adjustmentType: .percentChangeInCapacity, adjustment: 50, cooldown: .seconds(100))
        ]
        var driven = DrivenScaler(policy, replicas: 4)
        driven.run(11) { .queue(20 * Double($0)) }
        #expect(driven.replicas == 6)
        driven.run(99) { .queue(20 * Double($0)) }
        #expect(driven.replicas == 6)
        driven.run(10) { .queue(20 * Double($0)) }
        #expect(driven.replicas == 9)
    }

    // MARK: Beside behaviour and bounds

    /// Four more while the alarm lasts, five minutes of warm-up, and one fewer while next to nothing waits.
    private func fourMore(maxReplicas: Int = 100) -> ScalingPolicy {
        var policy = ScalingPolicy.prompt(1, maxReplicas)
        policy.steps = [
            StepScaling(
                alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, threshold: 10),
                adjustments: [.init(lowerBound: 0, adjustment: 4)], warmUp: .seconds(300)),
            StepScaling(
                alarm: ScalingAlarm(metric: .queuedRequestsPerReplica, comparison: .lessThanThreshold, threshold: 1),
                adjustments: [.init(upperBound: 0, adjustment: -1)], warmUp: .zero),
        ]
        return policy
    }

    @Test("a window that delays an addition does not lose it")
    func window() {
        var policy = fourMore()
        policy.behavior.scaleUp.stabilizationWindowSeconds = 120
        var driven = DrivenScaler(policy, replicas: 10)
        // Breached after a minute, wished for two more.
        driven.run(179) { _ in .queue(10_000) }
        #expect(driven.replicas == 10)
        driven.run(3) { _ in .queue(10_000) }
        #expect(driven.replicas == 14)
        driven.run(200) { _ in .queue(10_000) }
        #expect(driven.replicas == 14, "they still warm up")
    }

    @Test("a limit on additions slows them, and does not lose them")
    func limited() {
        var policy = fourMore()
        policy.behavior.scaleUp.policies = [.init(type: .pods, value: 1, periodSeconds: 60)]
        var driven = DrivenScaler(policy, replicas: 10)
        // One a minute from the first breach on: at 60, 120, 180 and 240 s.
        driven.run(70) { _ in .queue(10_000) }
        #expect(driven.replicas == 11)
        driven.run(180) { _ in .queue(10_000) }
        #expect(driven.replicas == 14)
    }

    @Test("what a bound kept from being added does not warm up, and keeps nothing from being taken away")
    func bounded() {
        var driven = DrivenScaler(fourMore(maxReplicas: 5), replicas: 5)
        driven.run(120) { _ in .queue(10_000) }
        #expect(driven.replicas == 5)
        // At least one period is over, and no second one.
        driven.run(65) { _ in .queue(0) }
        #expect(driven.replicas == 4)
    }
}
