/// Requests per second that spot nodes bring, as chance has it: each node is there with probability 1 / (1 + ρ · replacement time).
package struct SpotCapacity {
    package struct Nodes: Equatable {
        package var provider: String
        package var count: Int
        package var presence: Double
        /// Of one node that is there.
        package var requestsPerSecond: Double

        package init(
            provider: String,
            count: Int,
            presence: Double,
            requestsPerSecond: Double
        ) {
            self.provider = provider
            self.count = count
            self.presence = presence
            self.requestsPerSecond = requestsPerSecond
        }
    }

    /// Requests per second and how probable they are, ascending; the probabilities sum to one.
    package private(set) var values: [(rate: Double, probability: Double)]

    /// Above so many different sums, they are rounded down to a grid of as many steps: what is said to be there is.
    package static let mostValues = 2_000

    /// - Parameter together: a provider's nodes are there or gone at once, those less present the first to go: the worst correlation
    ///   there can be. Providers stay independent of each other.
    package init(_ pools: [Nodes], together: Bool) {
        values = [(0, 1)]
        let pools = pools.filter { $0.count > 0 && $0.requestsPerSecond > 0 }
        if together {
            let providers = pools.map(\.provider).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            for provider in providers { add(Self.atOnce(pools.filter { $0.provider == provider })) }
        } else {
            for pool in Self.merged(pools) {
                let law = BinomialLaw(count: pool.count, probability: pool.presence)
                add(law.probabilities.enumerated().map { (Double(law.first + $0.offset) * pool.requestsPerSecond, $0.element) })
            }
        }
    }

    /// Pools of like nodes are one.
    private static func merged(_ pools: [Nodes]) -> [Nodes] {
        pools.reduce(into: []) { merged, pool in
            let place = merged.firstIndex {
                $0.presence == pool.presence && $0.requestsPerSecond == pool.requestsPerSecond
            }
            if let place { merged[place].count += pool.count } else { merged.append(pool) }
        }
    }

    /// With one uniform draw for all, the pools with a presence above it are there.
    private static func atOnce(_ pools: [Nodes]) -> [(rate: Double, probability: Double)] {
        var values: [(rate: Double, probability: Double)] = []
        var (rate, covered) = (0.0, 1.0)
        for pool in pools.sorted(by: { $0.presence > $1.presence }) {
            if covered > pool.presence { values.append((rate, covered - pool.presence)) }
            rate += Double(pool.count) * pool.requestsPerSecond
            covered = min(covered, pool.presence)
        }
        values.append((rate, covered))
        return values
    }

    /// Adds an independent amount.
    private mutating func add(_ other: [(rate: Double, probability: Double)]) {
        var sums: [(rate: Double, probability: Double)] = []
        sums.reserveCapacity(values.count * other.count)
        for left in values {
            for right in other { sums.append((left.rate + right.rate, left.probability * right.probability)) }
        }
        sums.sort { $0.rate < $1.rate }
        let most = sums.last?.rate ?? 0
        values = Self.gathered(sums, within: 1e-9 * most)
        if values.count > Self.mostValues { values = Self.gathered(values, within: most / Double(Self.mostValues)) }
    }

    /// Neighbours no further apart than so much become the lowest of them.
    private static func gathered(
        _ sums: [(rate: Double, probability: Double)], within distance: Double
    ) -> [(rate: Double, probability: Double)] {
        var gathered: [(rate: Double, probability: Double)] = []
        for sum in sums {
            if let last = gathered.last, sum.rate - last.rate <= distance {
                gathered[gathered.count - 1].probability += sum.probability
            } else {
                gathered.append(sum)
            }
        }
        return gathered
    }

    /// Probability that at least so much is there.
    package func probability(atLeast rate: Double) -> Double {
        if rate <= 0 { return 1 }
        return min(1, values.reduce(0) { $1.rate >= rate * (1 - 1e-9) ? $0 + $1.probability : $0 })
    }

    /// Expected value of min(limit, fixed + what is there).
    package func expected(with fixed: Double, upTo limit: Double) -> Double {
        values.reduce(0) { $0 + $1.probability * min(limit, fixed + $1.rate) }
    }
}
