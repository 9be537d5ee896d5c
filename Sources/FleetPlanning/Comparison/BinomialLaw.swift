/// How many of n independent nodes are there, each with probability p.
///
/// Computed from the most likely number outwards by P(k + 1) / P(k) = (n − k) / (k + 1) · p / (1 − p) and scaled to sum to one, so
/// that no factorial and no logarithm is needed; numbers less likely than 10⁻¹⁸ of the most likely are left out.
package struct BinomialLaw {
    package let first: Int
    /// Probability of `first`, `first + 1`, …
    package let probabilities: [Double]

    package init(count: Int, probability: Double) {
        guard count > 0, probability > 0 else {
            (first, probabilities) = (0, [1])
            return
        }
        guard probability < 1 else {
            (first, probabilities) = (count, [1])
            return
        }
        let odds = probability / (1 - probability)
        let mode = min(count, Int((Double(count) + 1) * probability))
        var above: [Double] = []
        var weight = 1.0
        for k in mode..<count {
            weight *= Double(count - k) / Double(k + 1) * odds
            if weight < Self.negligible { break }
            above.append(weight)
        }
        var below: [Double] = []
        weight = 1.0
        for k in stride(from: mode, to: 0, by: -1) {
            weight *= Double(k) / Double(count - k + 1) / odds
            if weight < Self.negligible { break }
            below.append(weight)
        }
        let weights = below.reversed() + [1] + above
        let sum = weights.reduce(0, +)
        first = mode - below.count
        probabilities = weights.map { $0 / sum }
    }

    private static let negligible = 1e-18
}
