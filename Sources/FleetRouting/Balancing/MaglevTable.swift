/// Maglev hashing (Eisenbud et al., NSDI 2016, section 3.4): every replica fills a table of prime size in the order of a
/// permutation of its own, in turns. Keys spread as evenly as the table is large, and when a replica goes few keys of the others
/// move.
///
/// Weights as in Envoy's Maglev: a replica of half the greatest weight takes every second turn. Immutable, made when replicas
/// change.
package struct MaglevTable: Sendable {
    /// Envoy's default: more than a hundred entries for each of 600 replicas, 128 KiB.
    package static let size = 65_537
    /// Of the greatest weight: bounds the turns that filling takes.
    private static let leastWeight = 0.01
    private static let vacant = UInt16.max

    private let entries: [UInt16]

    /// - Parameters:
    /// - replicas: identity hashes, at most ``RoutingLimits/replicasPerPlane``; their order decides ties, so it must be one
    /// everywhere.
    ///   - weights: above 0, one for each.
    package init(_ replicas: [UInt64], weights: [Double], size: Int = Self.size) {
        guard !replicas.isEmpty else {
            entries = []
            return
        }
        var table = [UInt16](repeating: Self.vacant, count: size)
        var positions: [Int] = []
        var skips: [Int] = []
        for replica in replicas {
            positions.append(Int(ByteHash.combine(replica, 0x6f66_6673_6574) % UInt64(size)))
            skips.append(Int(ByteHash.combine(replica, 0x736b_6970) % UInt64(size - 1)) + 1)
        }
        let greatest = weights.max() ?? 1
        let weights = weights.map { max($0, greatest * Self.leastWeight) }
        var due = [Double](repeating: 0, count: replicas.count)
        var filled = 0
        var turn = 1.0
        while filled < size {
            for index in replicas.indices where filled < size {
                guard turn * weights[index] >= due[index] else { continue }
                due[index] += greatest
                while table[positions[index]] != Self.vacant { positions[index] = (positions[index] + skips[index]) % size }
                table[positions[index]] = UInt16(truncatingIfNeeded: index)
                filled += 1
            }
            turn += 1
        }
        entries = table
    }

    /// The position in `replicas` of the one a key belongs to. There must be one.
    package func position(of key: UInt64) -> Int { Int(entries[Int(key % UInt64(entries.count))]) }
}
