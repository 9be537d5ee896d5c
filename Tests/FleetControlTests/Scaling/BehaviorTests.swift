import FleetControl
import FleetModel
import Testing

@Suite("Scaling behaviour")
struct BehaviorTests {
    private func policy(_ change: (inout ScalingBehavior) -> Void = { _ in }) -> ScalingPolicy {
        var policy = ScalingPolicy(minReplicas: 1, maxReplicas: 100, queuedRequestsPerReplica: 1)
        change(&policy.behavior)
        return policy
    }

    @Test("by default it doubles or grows by four in 15 s, whichever is more")
    func growth() {
        var driven = DrivenScaler(policy(), replicas: 1)
        #expect(driven.run { _ in .queue(90) }[0].replicas == 5)
        #expect(driven.run(14) { _ in .queue(90) }.last?.replicas == 5)
        #expect(driven.run { _ in .queue(90) }[0].replicas == 10)
        #expect(driven.run(15) { _ in .queue(90) }.last?.replicas == 20)
        #expect(driven.run(45) { _ in .queue(90) }.last?.replicas == 90)
    }

    @Test("by default it shrinks to the highest wish of the last five minutes")
    func shrinking() {
        var driven = DrivenScaler(policy(), replicas: 10)
        driven.run(100) { _ in .queue(10) }
        #expect(driven.run(299) { _ in .queue(4) }.last?.replicas == 10)
        #expect(driven.run(2) { _ in .queue(4) }.last?.replicas == 4)
    }

    @Test("a restart takes nothing away at once")
    func restart() {
        var driven = DrivenScaler(policy(), replicas: 10)
        #expect(driven.run(299) { _ in .queue(0) }.last?.replicas == 10)
    }

    @Test("the smaller policy counts with Min, none changes anything with Disabled")
    func selection() {
        var least = DrivenScaler(
            policy {
                $0.scaleUp.selectPolicy = .min
                $0.scaleUp.policies = [
                    .init(type: .pods, value: 4, periodSeconds: 60), .init(type: .percent, value: 10, periodSeconds: 60),
                ]
            }, replicas: 10)
        #expect(least.run(60) { _ in .queue(90) }.map(\.replicas) == Array(repeating: 11, count: 60))
        // 10 % of 11, rounded up.
        #expect(least.run { _ in .queue(90) }[0].replicas == 13)
        var none = DrivenScaler(policy { $0.scaleDown.selectPolicy = .disabled }, replicas: 10)
        #expect(none.run(900) { _ in .queue(0) }.last?.replicas == 10)
    }

    @Test("shrinks by at most so many in a period")
    func downLimit() {
        var driven = DrivenScaler(
            policy {
                $0.scaleDown.stabilizationWindowSeconds = 0
                $0.scaleDown.policies = [.init(type: .pods, value: 2, periodSeconds: 60)]
            }, replicas: 10)
        #expect(driven.run(60) { _ in .queue(0) }.last?.replicas == 8)
        #expect(driven.run(60) { _ in .queue(0) }.last?.replicas == 6)
    }

    @Test("panic follows the short window and takes nothing away until a stable window has passed")
    func panic() {
        var calm = ScalingPolicy.prompt()
        calm.target[.concurrencyPerReplica] = 1
        calm.panic = PanicMode()
        var driven = DrivenScaler(calm, replicas: 2)
        driven.run(60) { _ in .queue(2) }
        #expect(driven.replicas == 2)
        // Six seconds of the burst fill the short window; the stable one is at a tenth of it then.
        let burst = driven.run(6) { _ in .queue(20) }
        #expect(burst.last?.replicas == 20)
        #expect(burst.last?.isPanicking == true)
        let after = driven.run(65) { _ in .queue(2) }
        // The threshold was exceeded last in the burst's first second.
        #expect(after.prefix(54).allSatisfy { $0.replicas == 20 })
        #expect(after.dropFirst(54).allSatisfy { $0.replicas < 20 })
        #expect(driven.run(60) { _ in .queue(2) }.last?.replicas == 2)
        #expect(driven.scaler.last?.isPanicking == false)
    }

    @Test("a short window of a long stable one is a mean too: one second's burst is no panic, one that lasts is")
    func shortPanicWindow() {
        var policy = ScalingPolicy.prompt(1, 500)
        policy.target[.queuedRequestsPerReplica] = 1
        // 1 % of an hour: 36 s. At second 50, (32 · 10 + 300) / 33 ask for 19 replicas, ten are ready: fewer than twice as many.
        policy.panic = PanicMode(stableWindow: .seconds(3_600), panicWindowPercentage: 1)
        var driven = DrivenScaler(policy, replicas: 10)
        driven.run(50) { _ in .queue(10) }
        #expect(driven.run { _ in .queue(300) }[0].isPanicking == false)
        #expect(driven.run(9) { _ in .queue(10) }.last?.isPanicking == false)
        #expect(driven.run(12) { _ in .queue(300) }.last?.isPanicking == true)
    }
}
