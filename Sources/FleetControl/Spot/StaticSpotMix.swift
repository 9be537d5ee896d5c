/// A fixed share of on-demand: a base, and a percentage of what is above it; the rest is spot, pool after pool. Nothing replaces
/// spot that cannot be had.
///
/// `OnDemandBaseCapacity` and `OnDemandPercentageAboveBaseCapacity` of Amazon EC2 Auto Scaling's `InstancesDistribution`, which
/// rounds the percentage up in favour of on-demand.
package struct StaticSpotMix: LiveSpotPolicy, Equatable {
    private let base: Int
    private let percentage: Int
    private var onDemand: Int
    private var spot: RoundRobinSpot

    /// - Parameter percentage: of on-demand above the base, 0 to 100.
    package init(_ market: SpotMarket, onDemandBase: Int, percentage: Int) {
        base = max(0, onDemandBase)
        self.percentage = min(max(0, percentage), 100)
        onDemand = Self.onDemand(of: market.target, base: base, percentage: self.percentage)
        spot = RoundRobinSpot(target: market.target - onDemand)
    }

    package mutating func adopt(_ market: SpotMarket, from indices: [Int?]) {
        onDemand = Self.onDemand(of: market.target, base: base, percentage: percentage)
        spot.adopt(target: market.target - onDemand, from: indices)
    }

    private static func onDemand(of target: Int, base: Int, percentage: Int) -> Int {
        let base = min(base, target)
        return base + ((target - base) * percentage + 99) / 100
    }

    package mutating func decide(_ observation: SpotObservation) -> SpotOrder {
        var order = spot.decide(observation)
        order.onDemand = onDemand - observation.onDemand.held
        return order
    }
}
