/// A spot policy whose market may change while it runs: what it learnt of pools that stay is kept.
package protocol LiveSpotPolicy: SpotPolicy {
    /// Takes another market.
    ///
    /// - Parameter indices: for each pool of it, the index the pool had before; nil where it is new.
    mutating func adopt(_ market: SpotMarket, from indices: [Int?])
}
