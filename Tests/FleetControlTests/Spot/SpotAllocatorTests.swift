import FleetControl
import Testing

@Suite("Spot allocator")
struct SpotAllocatorTests {
    private func best(
        _ hazards: [Double], limits: [Int]? = nil, held: [Int]? = nil, outage: Double, partialShare: Double = 0,
        regions: [String] = [],
        regionalShare: Double = 0, onDemandLimit: Int = 3
    ) -> SpotAllocation {
        var allocator = SpotAllocator(
            market: SpotSteps.market(pools: hazards.count, regions: regions), outage: outage, moving: 0,
            regionalShare: regionalShare)
        allocator.partialShare = partialShare
        return allocator.best(
            hazards.indices.map { index in
                SpotAllocator.Pool(index: index, hazard: hazards[index], limit: limits?[index] ?? 6, held: held?[index] ?? 0)
            }, onDemandLimit: onDemandLimit)
    }

    @Test("puts all into the least hazardous pool where a spare node costs more than the risk")
    func concentrated() {
        // An outage for 1e-5 · 120 s of the time: √0.0012 · 10 = 0.346, less than a node.
        let allocation = best([2e-5, 1e-5, 2e-5, 2e-5], outage: 10)
        #expect(allocation.spot == [0, 3, 0, 0])
        #expect(allocation.onDemand == 0)
        #expect(abs(allocation.risk - 0.346_410_162) < 1e-9)
        #expect(abs(allocation.cost - 3.346_410_162) < 1e-9)
    }

    @Test("spreads one more node over four pools where the risk costs more")
    func spread() {
        // √(1e-4 · 120 s) · 15 = 1.64 in one pool. In four, two must be lost within a cold start: √(4 · 0.012 · 0.0356) · 15 =
        // 0.62.
        #expect(best([1e-4, 1e-4, 1e-4, 1e-4], outage: 15).spot == [1, 1, 1, 1])
    }

    @Test("does not spread over two pools what either takes below the target")
    func twoPools() {
        #expect(best([1e-4, 1e-4], outage: 15).spot == [3, 0])
    }

    @Test("buys on demand where all pools are too hazardous")
    func onDemand() {
        // √(1 a second · 120 s) · 100 is more than three nodes at 3.
        let allocation = best([1, 1], outage: 100)
        #expect(allocation.spot == [0, 0] && allocation.onDemand == 3)
        #expect(allocation.cost == 9)
    }

    @Test("fills up with on-demand what pools cannot hold")
    func limits() {
        let allocation = best([1e-6, 1e-6], limits: [1, 1], outage: 1)
        #expect(allocation.spot == [1, 1] && allocation.onDemand == 1)
    }

    @Test("answers no spot where on-demand cannot make up for what the pools lack")
    func impossible() {
        let allocation = best([1e-6], limits: [1], outage: 1, onDemandLimit: 1)
        #expect(allocation.spot == [0] && allocation.onDemand == 1 && allocation.cost == .infinity)
    }

    @Test("does not spread over pools of one region that are lost together")
    func regions() {
        let hazards = [1e-4, 1e-4, 1e-4, 1e-4]
        let regions = ["a", "a", "a", "a"]
        let apart = best(hazards, outage: 15, regions: regions, regionalShare: 0)
        #expect(apart.spot == [1, 1, 1, 1])
        // A loss that takes another along half of the time is no better spread than in one pool.
        let together = best(hazards, outage: 15, regions: regions, regionalShare: 0.5)
        #expect(together.spot == [3, 0, 0, 0])
    }

    @Test("counts each node's loss where pools lose nodes one by one")
    func partial() {
        // Three nodes of one pool, each lost by itself: three times the risk of the pool.
        // √(3 · 1e-6 · 120) · 100 = 1.9, less than on-demand costs more.
        let allocation = best([1e-6], limits: [3], outage: 100, partialShare: 1)
        #expect(allocation.spot == [3])
        #expect(abs(allocation.risk - (3 * 1e-6 * 120).squareRoot() * 100) < 1e-9)
    }
}
