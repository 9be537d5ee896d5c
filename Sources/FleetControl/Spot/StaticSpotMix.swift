/// A fixed share of on-demand: a base, and a percentage of what is above it; the rest is spot, pool after pool. Nothing replaces
/// spot that cannot be had.
///
/// `OnDemandBaseCapacity` and `OnDemandPercentageAboveBaseCapacity` of Amazon EC2 Auto Scaling's `InstancesDistribution`, which
/// rounds the percentage up in favour of on-demand.
package struct StaticSpotMix: SpotPolicy, Equatable {
    private let onDemand: Int
    private var spot: RoundRobinSpot

    /// - Parameter percentage: of on-demand above the base, 0 to 100.
    package init(_ market: SpotMarket, onDemandBase: Int, percentage: Int) {
        let base = min(max(0, onDemandBase), market.target)
        onDemand = base + ((market.target - base) * min(max(0, percentage), 100) + 99) / 100
        spot = RoundRobinSpot(target: market.target - onDemand)
    }

    package mutating func decide(_ observation: SpotObservation) -> SpotOrder {
        var order = spot.decide(observation)
        order.onDemand = onDemand - observation.onDemand.held
        return order
    }
}
