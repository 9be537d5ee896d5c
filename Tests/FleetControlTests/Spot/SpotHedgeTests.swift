import FleetControl
import Testing

@Suite("SpotHedge")
struct SpotHedgeTests {
    @Test("begins with one node more than the target, one to a pool, and the target on demand")
    func beginning() {
        var policy = SpotHedge(SpotSteps.market(pools: 4), seed: 1)
        #expect(policy.decide(SpotSteps.observation(ready: [0, 0, 0, 0])) == SpotOrder(spot: [1, 1, 1, 1], onDemand: 3))
    }

    @Test("puts what is left into any active pool where all hold a node")
    func more() {
        var policy = SpotHedge(SpotSteps.market(pools: 3), seed: 1)
        let order = policy.decide(SpotSteps.observation(ready: [0, 0, 0]))
        #expect(order.spot.reduce(0, +) == 4)
        #expect(order.spot.allSatisfy { $0 >= 1 })
    }

    @Test("releases on-demand one for one as spot becomes ready, and keeps none at the target and one", arguments: 0...5)
    func bridge(ready: Int) {
        var policy = SpotHedge(SpotSteps.market(pools: 1), seed: 1)
        let order = policy.decide(SpotSteps.observation(ready: [ready], onDemand: 3))
        #expect(order.onDemand + 3 == max(0, min(3, 4 - ready)))
    }

    @Test("asks no pool that reclaimed or refused while two others are active")
    func inactive() {
        var policy = SpotHedge(SpotSteps.market(pools: 4), seed: 1)
        _ = policy.decide(SpotSteps.observation(ready: [0, 0, 0, 0]))
        // Pool 0 reclaimed, pool 1 refused; 2 and 3 hold one each. Two are missing: both go to active pools, which hold one
        // already.
        let order = policy.decide(
            SpotSteps.observation(tick: 1, ready: [0, 0, 1, 1], reclaimed: [1, 0, 0, 0], refused: [0, 1, 0, 0]))
        #expect(order.spot[0] == 0 && order.spot[1] == 0)
        #expect(order.spot[2] + order.spot[3] == 2)
    }

    @Test("takes a pool back once fewer than two of four are active")
    func allActiveAgain() {
        var policy = SpotHedge(SpotSteps.market(pools: 4), seed: 1)
        _ = policy.decide(SpotSteps.observation(ready: [0, 0, 0, 0]))
        // Three refused: one active is fewer than min(2, 3), so that all are active, and the three empty ones go first.
        let order = policy.decide(SpotSteps.observation(tick: 1, ready: [0, 0, 0, 1], refused: [1, 1, 1, 0]))
        #expect(order.spot == [1, 1, 1, 0])
    }

    @Test("with two pools takes one back only when none is active")
    func twoPools() {
        var policy = SpotHedge(SpotSteps.market(pools: 2), seed: 1)
        // One active is not fewer than min(2, 1).
        #expect(policy.decide(SpotSteps.observation(ready: [0, 2], refused: [2, 0])).spot == [0, 2])
        let order = policy.decide(SpotSteps.observation(tick: 1, ready: [0, 0], reclaimed: [0, 4]))
        #expect(order.spot.reduce(0, +) == 4 && order.spot.allSatisfy { $0 >= 1 })
    }

    @Test("a pool that holds through a tick is active again")
    func activeAgain() {
        var policy = SpotHedge(SpotSteps.market(pools: 4), seed: 1)
        _ = policy.decide(SpotSteps.observation(ready: [1, 1, 1, 0], reclaimed: [1, 0, 0, 0]))
        // Pool 0 held since. It is active, and so is the empty pool 3, which goes first.
        #expect(policy.decide(SpotSteps.observation(tick: 1, ready: [1, 1, 1, 0])).spot == [0, 0, 0, 1])
        #expect(policy.decide(SpotSteps.observation(tick: 2, ready: [1, 1, 1, 0], refused: [0, 0, 0, 1])).spot[3] == 0)
    }

    @Test("draws the same pools for a seed, and other pools for others")
    func seeds() {
        func first(_ seed: UInt64) -> [Int] {
            var policy = SpotHedge(SpotSteps.market(pools: 9), seed: seed)
            return policy.decide(SpotSteps.observation(ready: [Int](repeating: 0, count: 9))).spot
        }
        #expect((0..<50).allSatisfy { first($0) == first($0) })
        #expect(Set((0..<50).map(first)).count > 10)
    }

    @Test("asks nothing where there is no pool")
    func noPools() {
        var policy = SpotHedge(SpotSteps.market(pools: 0), seed: 1)
        #expect(policy.decide(SpotSteps.observation(ready: [])) == SpotOrder(spot: [], onDemand: 3))
    }
}
