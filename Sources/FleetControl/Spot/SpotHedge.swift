import FleetModel

/// SpotHedge: one spot node more than needed, spread over pools that were kind lately, and on-demand for what is missing.
///
/// Mao et al.: SkyServe: Serving AI Models across Regions and Clouds with Spot Instances, EuroSys 2025, section 3, and its
/// published artifact. A pool that reclaims or refuses becomes inactive; one that holds nodes without a loss, active. Nodes go to
/// active pools that hold none, then to any active one, drawn by a seeded generator. When fewer than min(2, pools − 1) are
/// active, or none, all are active again (the artifact waits for none with three pools; the paper, and this, for one). On-demand
/// is max(0, min(N, N + 1 − ready spot)).
package struct SpotHedge: LiveSpotPolicy, Equatable {
    /// Spot nodes beyond the target, as published.
    private static let surplus = 1

    private var target: Int
    private var isActive: [Bool]
    private var generator: SplitMix64

    package init(_ market: SpotMarket, seed: UInt64) {
        target = market.target
        isActive = [Bool](repeating: true, count: market.pools.count)
        generator = SplitMix64(seed: seed)
    }

    package mutating func adopt(_ market: SpotMarket, from indices: [Int?]) {
        target = market.target
        isActive = indices.map { $0.map { isActive[$0] } ?? true }
    }

    package mutating func decide(_ observation: SpotObservation) -> SpotOrder {
        learn(from: observation)
        var order = SpotOrder(pools: isActive.count)
        let wanted = target + Self.surplus
        var missing = wanted - observation.heldSpot - observation.askedSpot
        while missing > 0, let pool = drawPool(observation, order) {
            order.spot[pool] += 1
            missing -= 1
        }
        order.onDemand = max(0, min(target, wanted - observation.readySpot)) - observation.onDemand.held
        return order
    }

    private mutating func learn(from observation: SpotObservation) {
        for (index, pool) in observation.pools.enumerated() {
            if pool.reclaimed > 0 || pool.refused > 0 {
                isActive[index] = false
            } else if pool.nodes.held > 0 {
                isActive[index] = true
            }
        }
        let active = isActive.count { $0 }
        if active == 0 || active < min(2, isActive.count - 1) { isActive = isActive.map { _ in true } }
    }

    private mutating func drawPool(_ observation: SpotObservation, _ order: SpotOrder) -> Int? {
        let active = isActive.indices.filter { isActive[$0] }
        let empty = active.filter { observation.pools[$0].nodes.held + observation.pools[$0].asked + order.spot[$0] == 0 }
        let choices = empty.isEmpty ? active : empty
        return choices.isEmpty ? nil : choices[generator.next(below: choices.count)]
    }
}
