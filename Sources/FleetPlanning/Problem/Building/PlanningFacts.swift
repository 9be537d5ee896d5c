package import FleetModel

/// Everything a plan for a fleet is computed from: what is declared, and what is known about prices and distances.
package struct PlanningFacts: Equatable, Sendable {
    package var fleet: Fleet
    package var prices: PriceBook
    /// Planes that get no replica.
    package var drained: Set<PlaneName>
    /// The time planned for; demand repeats within it.
    package var horizonHours: Double
    /// What one unserved request counts for in the objective, US dollars.
    package var unmetUSDPerRequest: Double

    package init(
        fleet: Fleet, prices: PriceBook, drained: Set<PlaneName> = [], horizonHours: Double = hoursPerMonth,
        unmetUSDPerRequest: Double = 1
    ) {
        self.fleet = fleet
        self.prices = prices
        self.drained = drained
        self.horizonHours = horizonHours
        self.unmetUSDPerRequest = unmetUSDPerRequest
    }
}

/// A fleet that cannot be written as a planning problem: it is too large, or its numbers are.
package struct UnplannableFleet: Error, Equatable, Sendable {
    package let findings: [ProblemFinding]
    package init(findings: [ProblemFinding]) { self.findings = findings }
}
