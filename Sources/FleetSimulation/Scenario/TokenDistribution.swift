import FleetModel

/// How many tokens prompts or answers have.
package enum TokenDistribution: Equatable, Sendable {
    case constant(Int)
    /// Lognormal, given by its mean and its coefficient of variation (standard deviation by mean).
    case lognormal(mean: Double, variation: Double)

    /// Most tokens of one text: beyond any model's context.
    package static let limit = 4_000_000

    package var mean: Double {
        switch self {
        case .constant(let count): Double(count)
        case .lognormal(let mean, _): mean
        }
    }

    /// Equally likely values, in order: what is drawn from is a table, so that drawing costs no logarithm. The mean of the table
    /// is that of the distribution up to what its cut tails hold.
    func table(count: Int) -> [Int32] {
        switch self {
        case .constant(let count): return [Int32(clamping: min(max(0, count), Self.limit))]
        case .lognormal(let mean, let variation):
            let variance = Logarithm.natural(1 + variation * variation)
            let location = Logarithm.natural(max(mean, 1)) - variance / 2
            return (0..<count).map { index in
                let share = (Double(index) + 0.5) / Double(count)
                let value = Logarithm.exponential(location + variance.squareRoot() * Logarithm.normalQuantile(share))
                return Int32(min(max(1, value.rounded()), Double(Self.limit)))
            }
        }
    }
}
