/// How many spot nodes each pool can hold, over time.
package struct SpotTrace: Equatable, Sendable {
    package struct Zone: Equatable, Sendable {
        package var name: String
        /// Empty where it is unknown.
        package var region: String
        /// How long each number holds, in whole seconds.
        package var gapSeconds: Int
        package var numbers: [Int]

        package init(name: String, region: String = "", gapSeconds: Int, numbers: [Int]) {
            precondition(gapSeconds > 0)
            self.name = name
            self.region = region
            self.gapSeconds = gapSeconds
            self.numbers = numbers
        }
    }

    package var zones: [Zone]

    package init(zones: [Zone]) { self.zones = zones }

    /// Of the shortest zone.
    package var seconds: Int { zones.map { $0.numbers.count * $0.gapSeconds }.min() ?? 0 }

    /// Any positive number becomes "as many as asked": for probes that say only whether there is any.
    package func unbounded() -> SpotTrace {
        SpotTrace(
            zones: zones.map { zone in
                Zone(
                    name: zone.name, region: zone.region, gapSeconds: zone.gapSeconds,
                    numbers: zone.numbers.map { $0 > 0 ? Int.max : 0 })
            })
    }

    /// What each zone can hold at each tick from `start` on: `[zone][tick]`.
    ///
    /// - Parameter tickSeconds: of one tick, in seconds. The window must lie inside the trace.
    func capacity(from start: Int, ticks: Int, tickSeconds: Int) -> [[Int]] {
        zones.map { zone in
            (start..<start + ticks).map { zone.numbers[$0 * tickSeconds / zone.gapSeconds] }
        }
    }
}
