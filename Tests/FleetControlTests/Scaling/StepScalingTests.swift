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
}
