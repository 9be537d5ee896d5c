import FleetControl
import FleetSimulation
import SeededCases

/// Seeded traces: runs of capacity and of none, some of them long.
enum SyntheticTraces {
    /// - Parameter most: the largest number of a zone.
    static func trace(_ generator: inout SeededGenerator, zones: Int, ticks: Int, most: Int) -> SpotTrace {
        SpotTrace(
            zones: (0..<zones).map { zone in
                SpotTrace.Zone(
                    name: "zone-\(zone)", region: "region-\(zone / 2)", gapSeconds: SpotExperiment.tickSeconds,
                    numbers: numbers(&generator, ticks: ticks, most: most))
            })
    }

    static func numbers(_ generator: inout SeededGenerator, ticks: Int, most: Int) -> [Int] {
        var numbers: [Int] = []
        while numbers.count < ticks {
            let length = generator.isOne(in: 3) ? generator.next(in: 100...900) : generator.next(in: 1...20)
            numbers += [Int](repeating: generator.isOne(in: 2) ? 0 : generator.next(in: 1...most), count: length)
        }
        return Array(numbers.prefix(ticks))
    }

    static let choices: [SpotPolicyChoice] = [
        .onDemand, .roundRobin, .spotHedge, .adaptive, .mix(onDemandBase: 1, percentage: 50),
    ]
}
