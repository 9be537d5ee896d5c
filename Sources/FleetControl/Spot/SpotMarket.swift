/// What a spot policy buys from, and for what: given once, before the first decision.
package struct SpotMarket: Equatable, Sendable {
    /// Where spot nodes of one kind can be had: one instance type in one zone.
    package struct Pool: Equatable, Sendable {
        /// Of one spot node, in the unit of `onDemandPrice`.
        package var price: Double
        /// Where it is: pools of one region are lost together more often than others. Empty where that is unknown.
        package var region: String

        package init(price: Double, region: String = "") {
            self.price = price
            self.region = region
        }
    }

    /// Most pools of one market: what a policy looks through at each decision.
    package static let poolLimit = 256
    /// Most nodes a policy keeps ready.
    package static let targetLimit = 1_000

    /// Dense: orders and observations are by the same index.
    package var pools: [Pool]
    /// Of one on-demand node for as long as the spot prices are for.
    package var onDemandPrice: Double
    /// Nodes that shall be ready.
    package var target: Int
    /// From the grant of a node to its readiness.
    package var coldStart: Duration

    package init(pools: [Pool], onDemandPrice: Double, target: Int, coldStart: Duration) {
        precondition(pools.count <= Self.poolLimit && (0...Self.targetLimit).contains(target))
        self.pools = pools
        self.onDemandPrice = onDemandPrice
        self.target = target
        self.coldStart = coldStart
    }
}
