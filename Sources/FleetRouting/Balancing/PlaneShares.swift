package import FleetModel

/// Weights and priorities of planes, by plane index. Immutable; requests keep it over table changes, as plane indices hold.
package final class PlaneShares: Sendable {
    /// Priorities a document may have (0 to 15), and one behind them for planes it does not list.
    package static let maximumLevels = 17

    private let weights: [Double]
    private let levels: [UInt8]
    /// Priorities from 0 without gaps, the one for unlisted planes included.
    package let levelCount: Int
    package let overprovisioningFactor: Double
    package let panicThreshold: Double
    /// By how much weights follow measured times at most; 0: not at all.
    package let adaptiveWeights: Double

    /// Nil where no plane is listed: the latency budget and the predicted time choose.
    ///
    /// - Parameter planes: names by plane index.
    package init?(_ rules: BalancingRules, planes: [PlaneName]) {
        guard !rules.planes.isEmpty else { return nil }
        let priorities = Set(rules.planes.map(\.priority)).sorted().prefix(Self.maximumLevels - 1)
        let last = priorities.count
        var weights = [Double](repeating: 1, count: planes.count)
        var levels = [UInt8](repeating: UInt8(last), count: planes.count)
        for share in rules.planes {
            guard let index = planes.firstIndex(of: share.plane) else { continue }
            weights[index] = Double(min(max(share.weight, 1), 1_000))
            levels[index] = UInt8(priorities.firstIndex(of: share.priority) ?? last)
        }
        self.weights = weights
        self.levels = levels
        levelCount = last + 1
        overprovisioningFactor = Self.clamped(rules.overprovisioningFactor, 1, 10, standard: 1.4)
        panicThreshold = Self.clamped(rules.panicThreshold, 0, 1, standard: 0.5)
        adaptiveWeights = Self.clamped(rules.adaptiveWeights ?? 0, 0, 0.9, standard: 0)
    }

    /// Planes the shares were made before stand with the unlisted ones.
    package func level(of plane: Int) -> Int { levels.indices.contains(plane) ? Int(levels[plane]) : levelCount - 1 }
    package func weight(of plane: Int) -> Double { weights.indices.contains(plane) ? weights[plane] : 1 }

    private static func clamped(_ value: Double, _ low: Double, _ high: Double, standard: Double) -> Double {
        value.isFinite ? min(max(value, low), high) : standard
    }
}
