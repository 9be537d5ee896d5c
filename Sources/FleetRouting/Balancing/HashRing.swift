/// A hash ring (Karger et al., STOC 1997) as Envoy's ring hash has it: each replica stands at many points of a circle, and a key
/// belongs to the next point. When one of n replicas comes or goes, about 1/n of the keys move, and only to or from it.
///
/// Immutable, made when replicas change.
package struct HashRing: Sendable {
    /// Points of a replica with the greatest weight, as ketama has them: shares then differ by about 1/√160, 8 %.
    package static let pointsPerReplica = 160
    /// Most points of one ring, 1 MiB; beyond 409 replicas each has fewer.
    package static let maximumPoints = 65_536

    private struct Point: Sendable {
        var hash: UInt64
        var position: Int32
    }

    private let points: [Point]

    /// - Parameters:
    ///   - replicas: identity hashes.
    ///   - weights: above 0, one for each.
    package init(_ replicas: [UInt64], weights: [Double]) {
        let greatest = weights.max() ?? 1
        let most = Double(min(Self.pointsPerReplica, Self.maximumPoints / max(replicas.count, 1)))
        var points: [Point] = []
        for (position, replica) in replicas.enumerated() {
            let count = max(1, Int((most * weights[position] / greatest).rounded()))
            for number in 0..<count {
                points.append(Point(hash: ByteHash.combine(replica, UInt64(number) &+ 1), position: Int32(position)))
            }
        }
        self.points = points.sorted { ($0.hash, $0.position) < ($1.hash, $1.position) }
    }

    /// The position in `replicas` of the one a key belongs to. There must be one.
    package func position(of key: UInt64) -> Int {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].hash < key { low = middle + 1 } else { high = middle }
        }
        return Int(points[low == points.count ? 0 : low].position)
    }
}
