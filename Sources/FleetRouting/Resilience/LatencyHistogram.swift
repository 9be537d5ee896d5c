import FleetModel

/// Times in buckets that grow by a quarter octave, so that a quantile is at most 19 % off; old times fade, for every ``halving``
/// observations all counts are halved.
package struct LatencyHistogram: Equatable, Sendable {
    /// Fewer observations say nothing about a tail.
    package static let least = 100
    static let halving = 10_000
    /// From 0.1 ms to about 14 minutes.
    private static let bucketCount = 92
    private static let first = 0.1
    /// 2^(1/4).
    private static let growth = 1.189_207_115_002_721

    private var counts = [UInt32](repeating: 0, count: bucketCount)
    private var total: UInt32 = 0

    package init() {}

    package mutating func observe(_ duration: Duration) {
        var bound = Self.first
        var bucket = 0
        let milliseconds = duration.milliseconds
        while milliseconds > bound, bucket < Self.bucketCount - 1 {
            bound *= Self.growth
            bucket += 1
        }
        counts[bucket] += 1
        total += 1
        guard total >= Self.halving else { return }
        for index in counts.indices { counts[index] /= 2 }
        total = counts.reduce(0, +)
    }

    /// The upper bound of the bucket the quantile lies in; nil before ``least`` observations.
    package func quantile(_ share: Double) -> Duration? {
        guard total >= Self.least, share.isFinite else { return nil }
        let wanted = Double(total) * min(max(share, 0), 1)
        var seen = 0.0
        var bound = Self.first
        for count in counts {
            seen += Double(count)
            if seen >= wanted { break }
            bound *= Self.growth
        }
        return .microseconds(Int64(bound * 1_000))
    }
}
