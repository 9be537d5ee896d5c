/// The target in on-demand nodes: what spot is compared with.
package struct OnDemandOnly: LiveSpotPolicy, Equatable {
    private var target: Int

    package init(_ market: SpotMarket) { target = market.target }

    package mutating func adopt(_ market: SpotMarket, from indices: [Int?]) { target = market.target }

    package mutating func decide(_ observation: SpotObservation) -> SpotOrder {
        var order = SpotOrder(pools: observation.pools.count)
        order.onDemand = target - observation.onDemand.held
        return order
    }
}
