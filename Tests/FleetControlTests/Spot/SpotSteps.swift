import FleetControl
import FleetModel

/// Observations, a tick of 30 s after the other.
struct SpotSteps {
    static let coldStart = Duration.seconds(120)

    static func market(pools: Int, target: Int = 3, onDemandPrice: Double = 3, regions: [String] = []) -> SpotMarket {
        SpotMarket(
            pools: (0..<pools).map { SpotMarket.Pool(price: 1, region: $0 < regions.count ? regions[$0] : "") },
            onDemandPrice: onDemandPrice, target: target, coldStart: coldStart)
    }

    /// - Parameters:
    ///   - ready: nodes ready, by pool.
    ///   - starting: nodes granted one tick ago, by pool.
    static func observation(
        tick: Int = 0, ready: [Int], starting: [Int] = [], reclaimed: [Int] = [], refused: [Int] = [], onDemand: Int = 0,
        onDemandStarting: Int = 0
    ) -> SpotObservation {
        let now = Moment.origin.advanced(by: .seconds(30 * tick))
        let before = Moment.origin.advanced(by: .seconds(30 * (tick - 1)))
        func at(_ values: [Int], _ index: Int) -> Int { index < values.count ? values[index] : 0 }
        return SpotObservation(
            now: now,
            pools: ready.indices.map { index in
                SpotObservation.Pool(
                    nodes: SpotObservation.Nodes(
                        ready: ready[index], starting: [Moment](repeating: before, count: at(starting, index))),
                    reclaimed: at(reclaimed, index), refused: at(refused, index))
            },
            onDemand: SpotObservation.Nodes(
                ready: onDemand, starting: [Moment](repeating: before, count: onDemandStarting)))
    }
}
