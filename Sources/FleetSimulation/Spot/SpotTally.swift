/// What was counted in one window: whole numbers, so that sums do not depend on their order.
package struct SpotTally: Equatable, Sendable {
    package var ticks = 0
    /// Ticks after the first cold start.
    package var countedTicks = 0
    /// Those of them with the target ready.
    package var availableTicks = 0
    /// Node ticks paid, cold starts included.
    package var spotTicks = 0
    package var onDemandTicks = 0
    /// Nodes taken away.
    package var reclaims = 0
    /// Nodes asked for and not granted.
    package var refusals = 0

    package init() {}
}
