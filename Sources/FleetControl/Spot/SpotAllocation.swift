/// How many nodes to hold in which pool, and on demand.
package struct SpotAllocation: Equatable, Sendable {
    /// By index of the market's pools.
    package var spot: [Int]
    package var onDemand: Int
    /// Price of the nodes and of the risk together, for as long as the market's prices are for.
    package var cost: Double
    /// The part of it that is risk.
    package var risk: Double
}
