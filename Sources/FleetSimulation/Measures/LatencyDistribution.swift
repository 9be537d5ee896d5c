/// Times in buckets that grow with them: 32 to each doubling, so that a quantile is right within 3 %. Whole microseconds from 1 us
/// to beyond a year.
package struct LatencyDistribution: Equatable, Sendable {
    private static let subBits = 5
    private static let buckets = (48 - subBits) << subBits

    /// By bucket; amounts of requests, which a fluid has fractions of.
    private var amounts: [Double]
    package private(set) var total = 0.0
    private var sumMicroseconds = 0.0

    package init() { amounts = [Double](repeating: 0, count: Self.buckets) }

    mutating func add(nanoseconds: Int64, amount: Double = 1) {
        let value = UInt64(max(1, nanoseconds / 1_000))
        let bucket = Self.bucket(of: value)
        amounts[bucket] += amount
        total += amount
        sumMicroseconds += Double(value) * amount
    }

    mutating func merge(_ other: LatencyDistribution) {
        for index in amounts.indices { amounts[index] += other.amounts[index] }
        total += other.total
        sumMicroseconds += other.sumMicroseconds
    }

    /// Milliseconds; nil where nothing was measured.
    package var mean: Double? { total > 0 ? sumMicroseconds / total / 1_000 : nil }

    /// The time that the share of requests stayed within, milliseconds; nil where nothing was measured.
    package func quantile(_ share: Double) -> Double? {
        guard total > 0 else { return nil }
        let wanted = share * total
        var passed = 0.0
        for index in amounts.indices where amounts[index] > 0 {
            passed += amounts[index]
            if passed >= wanted { return Self.upperEdge(of: index) / 1_000 }
        }
        return nil
    }

    private static func bucket(of value: UInt64) -> Int {
        let top = 63 - value.leadingZeroBitCount
        guard top >= subBits else { return Int(value) }
        let sub = Int(value >> UInt64(top - subBits)) & ((1 << subBits) - 1)
        return min(buckets - 1, ((top - subBits + 1) << subBits) + sub)
    }

    private static func upperEdge(of bucket: Int) -> Double {
        guard bucket >= 1 << subBits else { return Double(bucket) }
        let shift = (bucket >> subBits) - 1
        let mantissa = UInt64((1 << subBits) + (bucket & ((1 << subBits) - 1)) + 1)
        return Double(mantissa << UInt64(shift))
    }
}
