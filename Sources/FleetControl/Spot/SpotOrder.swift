/// What a spot policy wants changed now, beside what is asked for already: a positive number of nodes to ask for, a negative one
/// to release, the newest first.
package struct SpotOrder: Equatable, Sendable {
    /// By index of the market's pools.
    package var spot: [Int]
    package var onDemand: Int

    package init(spot: [Int], onDemand: Int = 0) {
        self.spot = spot
        self.onDemand = onDemand
    }

    /// Nothing changes.
    package init(pools: Int) { self.init(spot: [Int](repeating: 0, count: pools)) }
}
