import FleetControl
import FleetModel
import Testing

@Suite("Adaptive hedge")
struct AdaptiveHedgeTests {
    private func policy(pools: Int, weight: Double = 2.25) -> AdaptiveHedge {
        var tuning = AdaptiveHedge.Tuning()
        tuning.outageWeight = weight
        return AdaptiveHedge(SpotSteps.market(pools: pools), tuning: tuning)
    }

    @Test("begins with spot and the target on demand beside it, since spot may be refused")
    func beginning() {
        var policy = policy(pools: 4)
        let order = policy.decide(SpotSteps.observation(ready: [0, 0, 0, 0]))
        #expect(order.onDemand == 3)
        #expect(order.spot.reduce(0, +) >= 3)
    }

    @Test("gives on-demand back a tick later where spot was granted, before it is ready")
    func cancelled() {
        var policy = policy(pools: 4, weight: 0.1)
        _ = policy.decide(SpotSteps.observation(ready: [0, 0, 0, 0]))
        let order = policy.decide(
            SpotSteps.observation(tick: 1, ready: [0, 0, 0, 0], starting: [1, 1, 1, 1], onDemandStarting: 3))
        #expect(order.onDemand == -3)
    }

    @Test("after a loss that leaves too few asks every pool, and on-demand for what is missing")
    func loss() {
        var policy = policy(pools: 4, weight: 0.1)
        _ = policy.decide(SpotSteps.observation(ready: [0, 0, 0, 0]))
        _ = policy.decide(SpotSteps.observation(tick: 60, ready: [1, 1, 1, 0]))
        let order = policy.decide(SpotSteps.observation(tick: 61, ready: [0, 1, 1, 0], reclaimed: [1]))
        #expect(order.onDemand == 1)
        #expect(order.spot[0] >= 1 || order.spot[3] >= 1)
        #expect(order.spot[1] >= 0 && order.spot[2] >= 0)
    }

    @Test("keeps ready on-demand nodes until spot is ready")
    func bridge() {
        var policy = policy(pools: 1, weight: 0.1)
        _ = policy.decide(SpotSteps.observation(ready: [0]))
        for tick in 1...3 {
            let order = policy.decide(SpotSteps.observation(tick: tick, ready: [0], starting: [3], onDemand: 3))
            #expect(order.onDemand == 0)
        }
        #expect(policy.decide(SpotSteps.observation(tick: 200, ready: [3], onDemand: 3)).onDemand == -3)
    }

    @Test("holds the target in one pool that has lasted, and no node more, where outages weigh little")
    func calm() {
        var policy = policy(pools: 2, weight: 0.1)
        for tick in 0..<100 { #expect(policy.decide(SpotSteps.observation(tick: tick, ready: [3, 0])).spot[0] == 0) }
    }

    @Test("holds one node more where outages weigh more")
    func guarded() {
        func asked(_ weight: Double) -> Int {
            var policy = policy(pools: 4, weight: weight)
            return policy.decide(SpotSteps.observation(ready: [1, 1, 1, 0])).spot.reduce(0, +)
        }
        #expect(asked(0.001) == 0)
        #expect(asked(10) >= 1)
    }

    @Test("never gives back ready nodes that the target needs")
    func keeps() {
        var policy = policy(pools: 3, weight: 10)
        for tick in 0..<400 {
            let order = policy.decide(SpotSteps.observation(tick: tick, ready: [1, 1, 1], refused: [1, 1, 1]))
            #expect(order.spot.allSatisfy { $0 >= 0 }, "tick \(tick)")
        }
    }
}

@Suite("Reclaim hazard")
struct ReclaimHazardTests {
    private let market = SpotSteps.market(pools: 3, regions: ["a", "a", "b"])

    private func at(_ seconds: Int) -> Moment { Moment.origin.advanced(by: .seconds(seconds)) }

    @Test("of a pool nothing is known of is the law's at the first age")
    func unknown() {
        let hazard = ReclaimHazard(ReclaimHazard.Law(), market: market)
        // 0.3 an hour · √(3600 / (300 + 7200))
        #expect(abs(hazard.perSecond(0, now: at(0)) * 3_600 - 0.3 * 0.692_820_323) < 1e-9)
    }

    @Test("falls with the age of a run and rises with losses, for that pool and a little for all")
    func learning() {
        var hazard = ReclaimHazard(ReclaimHazard.Law(), market: market)
        hazard.observe(SpotSteps.observation(ready: [1, 1, 1]))
        let young = hazard.perSecond(2, now: at(0))
        for tick in 1...1_000 { hazard.observe(SpotSteps.observation(tick: tick, ready: [1, 1, 1])) }
        let old = hazard.perSecond(2, now: at(30_000))
        #expect(old < young / 2)
        hazard.observe(SpotSteps.observation(tick: 1_001, ready: [0, 1, 1], reclaimed: [1]))
        #expect(hazard.perSecond(0, now: at(30_030)) > 5 * hazard.perSecond(2, now: at(30_030)))
        #expect(hazard.perSecond(2, now: at(30_030)) > old)
        // Its region's other pool suffers more than one elsewhere, by 1 + 1.5.
        #expect(abs(hazard.perSecond(1, now: at(30_030)) / hazard.perSecond(2, now: at(30_030)) - 2.5) < 1e-6)
    }

    @Test("counts losses of some nodes of a pool and of all apart")
    func partial() {
        var hazard = ReclaimHazard(ReclaimHazard.Law(), market: market)
        // 0.3 of two losses are credited.
        #expect(abs(hazard.partialShare - 0.3) < 1e-12)
        hazard.observe(SpotSteps.observation(ready: [1, 0, 0], reclaimed: [2]))
        #expect(abs(hazard.partialShare - 1.6 / 3) < 1e-12)
        hazard.observe(SpotSteps.observation(tick: 1, ready: [0, 0, 0], reclaimed: [0, 3]))
        #expect(abs(hazard.partialShare - 1.6 / 4) < 1e-12)
        // A single node tells nothing.
        hazard.observe(SpotSteps.observation(tick: 2, ready: [0, 0, 0], reclaimed: [1]))
        #expect(abs(hazard.partialShare - 1.6 / 4) < 1e-12)
    }
}
