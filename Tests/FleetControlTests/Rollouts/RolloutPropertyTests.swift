import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Rollout properties")
struct RolloutPropertyTests {
    @Test("whatever is late, declared or told: enough replicas serve, weights sum to 1, and a rollout ends with one version")
    func invariants() async throws {
        for seed in 0..<caseCount(perMille: 4) {
            // Cases take their time: others get theirs in between.
            await Task.yield()
            var generator = SeededGenerator(seed: seed)
            let policy = Self.policy(&generator)
            let planes = (0..<generator.next(in: 1...3)).map { ("plane\($0)", generator.next(in: 1...4)) }
            let most = planes.reduce(0) { $0 + $1.1 }
            let replicas = generator.next(in: 1...most)
            var world = RolloutWorld(
                planes: planes, replicas: replicas, rollout: policy, seed: seed, lateness: generator.below(4))
            world.pass(seconds: 30)
            try #require(world.replicas() == replicas, "seed \(seed)")
            world.watch()
            world.requestsPerStep = 20
            if generator.isOne(in: 3) { world.broken = [2] }
            if generator.isOne(in: 3) { world.errorRates = [2: 0.5] }
            world.declare(2)
            for _ in 0..<generator.below(4) {
                world.pass(seconds: generator.next(in: 1...15))
                check(world, seed)
                switch generator.below(5) {
                case 0: world.restartControlPlane()
                case 1: try? world.command(generator.pick(RolloutCommand.allCases.filter { $0 != .pause }))
                case 2: world.declare(3)
                default: break
                }
            }
            for _ in 0..<60 where !isOver(world) {
                world.pass(seconds: 10)
                check(world, seed)
                if world.record?.progress?.step ?? 0 < policy.steps.count { try? world.command(.promote) }
            }
            #expect(isOver(world), "seed \(seed): \(String(describing: world.status))")
            let serving = world.record?.stable
            #expect(world.replicas(serving) == replicas, "seed \(seed): only one version is left")
            // One may be missing where no pool has room for one more.
            // A version that failed its analysis is given up at once.
            if world.events.contains(where: { $0.reason == "RolledBack" && $0.message.contains("requests failed") }) { continue }
            let missing = max(1, policy.maxUnavailable?.rounded(up: false, of: replicas) ?? 0)
            #expect(world.leastReady >= replicas - missing, "seed \(seed): \(world.leastReady) of \(replicas)")
            #expect(world.generationsSeen <= 2, "seed \(seed)")
        }
    }

    private func isOver(_ world: RolloutWorld) -> Bool {
        let isIdle = world.record?.progress.map { $0.phase == .rolledBack } ?? true
        return isIdle && world.replicas(nil, RolloutWorld.living) == world.declared[0].scaling.minReplicas
            && world.replicas() == world.declared[0].scaling.minReplicas
            && world.replicas(world.record?.stable) == world.replicas()
    }

    private func check(_ world: RolloutWorld, _ seed: UInt64) {
        guard let weights = world.decision?.rollouts["chat"]?.versions?.weights else { return }
        let sum = weights.reduce(0) { $0 + ($1.weight ?? 0) }
        #expect(weights.allSatisfy { $0.weight == nil } || abs(sum - 1) < 1e-9, "seed \(seed): weights sum to \(sum)")
    }

    private static func policy(_ generator: inout SeededGenerator) -> RolloutPolicy {
        var policy = RolloutPolicy(
            maxSurge: generator.isOne(in: 2) ? .share(Share(0.25)) : .count(generator.below(3)), progressDeadline: .seconds(60))
        if generator.isOne(in: 3) { policy.maxUnavailable = .count(1) }
        if generator.isOne(in: 2) { policy.analysis = RolloutAnalysis(minRequests: 50, interval: .seconds(2)) }
        switch generator.below(3) {
        case 0:
            policy.strategy = .canary
            policy.steps = [CanaryStep(weight: Share(0.2), pause: .time(.seconds(5))), CanaryStep(weight: Share(0.6))]
        case 1:
            policy.strategy = .blueGreen
            policy.scaleDownDelay = .seconds(3)
        default: break
        }
        return policy
    }
}
