package import FleetModel

/// A spot policy whose market may change while it runs: what it learnt of pools that stay is kept.
package protocol LiveSpotPolicy: SpotPolicy {
    /// Takes another market.
    ///
    /// - Parameter indices: for each pool of it, the index the pool had before; nil where it is new.
    mutating func adopt(_ market: SpotMarket, from indices: [Int?])

    /// What it learnt of reclaims, by position in its market's pools; nil where it learns nothing of them.
    func learnt(now: Moment) -> ReclaimHazard.Kept?
    /// Goes on from what was learnt before this process (``ReclaimHazard/recall(_:from:away:now:)``).
    mutating func recall(_ learnt: ReclaimHazard.Kept, from indices: [Int?], away: Duration, now: Moment)
}

extension LiveSpotPolicy {
    package func learnt(now: Moment) -> ReclaimHazard.Kept? { nil }
    package mutating func recall(_ learnt: ReclaimHazard.Kept, from indices: [Int?], away: Duration, now: Moment) {}
}
