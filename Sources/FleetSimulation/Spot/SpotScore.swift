/// What a policy achieved and paid: the mean over windows.
package struct SpotScore: Equatable, Sendable {
    /// Share of ticks after the first cold start with the target ready.
    package var availability: Double
    /// Paid, by what the target costs on demand.
    package var relativeCost: Double
    /// Nodes taken away, a window.
    package var reclaims: Double
    /// On-demand's share of what was paid.
    package var onDemandShare: Double
    /// Requests not granted, a window.
    package var refusals: Double

    package init(
        availability: Double, relativeCost: Double, reclaims: Double, onDemandShare: Double, refusals: Double
    ) {
        self.availability = availability
        self.relativeCost = relativeCost
        self.reclaims = reclaims
        self.onDemandShare = onDemandShare
        self.refusals = refusals
    }

    package init(_ tallies: [SpotTally], _ experiment: SpotExperiment) {
        func mean(_ value: (SpotTally) -> Double) -> Double {
            tallies.reduce(0) { $0 + value($1) } / Double(max(1, tallies.count))
        }
        let paid = { (tally: SpotTally) in
            Double(tally.spotTicks) + experiment.onDemandRatio * Double(tally.onDemandTicks)
        }
        let whole = Double(experiment.target) * experiment.onDemandRatio
        let sum = tallies.reduce(0) { $0 + paid($1) }
        let onDemand = tallies.reduce(0) { $0 + $1.onDemandTicks }
        self.init(
            availability: mean { Double($0.availableTicks) / Double(max(1, $0.countedTicks)) },
            relativeCost: mean { paid($0) / (whole * Double(max(1, $0.ticks))) }, reclaims: mean { Double($0.reclaims) },
            onDemandShare: sum > 0 ? experiment.onDemandRatio * Double(onDemand) / sum : 0,
            refusals: mean { Double($0.refusals) })
    }
}
