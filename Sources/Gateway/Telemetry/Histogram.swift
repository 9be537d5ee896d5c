import FleetModel

/// A histogram with fixed upper bounds, kept by one event loop.
package struct Histogram: Equatable, Sendable {
    /// Upper bounds in seconds: from a token's time on a nearby replica to the longest first-byte timeout.
    package static let bounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    private static let boundsNanoseconds: [Int64] = bounds.map { Int64($0 * 1e9) }
    /// Eleven days: longer times count as so long, so that the sum holds nine thousand of them.
    private static let longestNanoseconds: Int64 = 1_000_000 * 1_000_000_000

    /// Observations per bucket, the last for everything above the last bound. Not cumulative.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    package private(set) var sumNanoseconds: Int64 = 0

    package init() {}

    package var count: UInt64 { counts.reduce(0, +) }

    package mutating func observe(_ duration: Duration) {
        let nanoseconds = min(max(duration.nanoseconds, 0), Self.longestNanoseconds)
        var bucket = 0
        while bucket < Self.boundsNanoseconds.count, nanoseconds > Self.boundsNanoseconds[bucket] { bucket += 1 }
        counts[bucket] += 1
        sumNanoseconds &+= nanoseconds
    }

    package mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sumNanoseconds &+= other.sumNanoseconds
    }
}
