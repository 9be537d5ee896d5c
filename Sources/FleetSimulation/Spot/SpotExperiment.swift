package import FleetControl

/// The rules every policy is measured by.
package struct SpotExperiment: Equatable, Sendable {
    /// One step: what SpotHedge's artifact steps by.
    package static let tickSeconds = 30
    package static let windowSeconds = 86_400
    package static let windowLimit = 10_000

    /// Windows of a day, spread evenly over the trace.
    package var windows: Int
    /// Nodes that shall be ready.
    package var target: Int
    /// Of an on-demand node, where a spot node costs 1.
    package var onDemandRatio: Double
    /// In ticks.
    package var coldStartTicks: Int
    /// Of the generators of policies that draw.
    package var seed: UInt64

    package init(windows: Int = 10, target: Int = 3, onDemandRatio: Double = 3, coldStartTicks: Int = 4, seed: UInt64 = 1) {
        precondition((1...Self.windowLimit).contains(windows) && target > 0 && coldStartTicks >= 0)
        self.windows = windows
        self.target = target
        self.onDemandRatio = onDemandRatio
        self.coldStartTicks = coldStartTicks
        self.seed = seed
    }

    package static var windowTicks: Int { windowSeconds / tickSeconds }

    /// The first tick of each window: i · (length − 24 h) / (windows − 1), rounded down.
    package func starts(in trace: SpotTrace) -> [Int] {
        let slack = max(0, trace.seconds / Self.tickSeconds - Self.windowTicks)
        return (0..<windows).map { windows == 1 ? 0 : $0 * slack / (windows - 1) }
    }

    /// What policies are told before the first tick.
    package func market(of trace: SpotTrace) -> SpotMarket {
        SpotMarket(
            pools: trace.zones.map { SpotMarket.Pool(price: 1, region: $0.region) }, onDemandPrice: onDemandRatio,
            target: target, coldStart: .seconds(coldStartTicks * Self.tickSeconds))
    }

    /// What each zone can hold in the window: `[zone][tick]`.
    package func capacity(of trace: SpotTrace, from start: Int) -> [[Int]] {
        trace.capacity(from: start, ticks: Self.windowTicks, tickSeconds: Self.tickSeconds)
    }
}
