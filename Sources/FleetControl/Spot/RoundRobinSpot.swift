/// So many spot nodes, the next pool's turn with each that is missing; no on-demand.
///
/// The baseline `RoundRobin` of Mao et al.: SkyServe: Serving AI Models across Regions and Clouds with Spot Instances, EuroSys
/// 2025.
package struct RoundRobinSpot: LiveSpotPolicy, Equatable {
    private var target: Int
    private var next = 0

    package init(_ market: SpotMarket) { self.init(target: market.target) }

    init(target: Int) { self.target = target }

    package mutating func adopt(_ market: SpotMarket, from indices: [Int?]) {
        adopt(target: market.target, from: indices)
    }

    mutating func adopt(target: Int, from indices: [Int?]) {
        self.target = target
        // Where the pool whose turn it was is gone, the first one's turn comes.
        next = indices.firstIndex(of: next) ?? 0
    }

    package mutating func decide(_ observation: SpotObservation) -> SpotOrder {
        var order = SpotOrder(pools: observation.pools.count)
        guard !observation.pools.isEmpty else { return order }
        for _ in 0..<max(0, target - observation.heldSpot - observation.askedSpot) {
            order.spot[next] += 1
            next = (next + 1) % observation.pools.count
        }
        return order
    }
}
