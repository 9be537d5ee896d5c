/// A round-trip time that was measured between two regions.
package struct MeasuredRoundTrip: Equatable, Sendable {
    package var milliseconds: Double
    /// Whether only one direction was believable and stands for both.
    package var isMirrored: Bool
    package var asOf: String
    package var source: String

    package init(milliseconds: Double, isMirrored: Bool = false, asOf: String, source: String) {
        self.milliseconds = milliseconds
        self.isMirrored = isMirrored
        self.asOf = asOf
        self.source = source
    }
}

/// Two regions in either order: a round trip is the same both ways.
package struct RegionPair: Hashable, Sendable {
    package let first: RegionKey
    package let second: RegionKey

    package init(_ one: RegionKey, _ other: RegionKey) { (first, second) = one < other ? (one, other) : (other, one) }
}
