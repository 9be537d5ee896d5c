import FleetModel

/// What a plan comes to in a month of 730 hours, and what share of demand it leaves out.
package struct PlanTotals: Equatable, Sendable {
    package var computeUSDPerMonth: Double
    package var egressUSDPerMonth: Double
    /// What unserved and unprotected requests count for; nobody is billed for it.
    package var penaltyUSDPerMonth: Double
    /// Share of the horizon's requests that is not served.
    package var unmetShare: Double
    /// Share of the horizon's requests that is served but not protected as its workload asks.
    package var unprotectedShare: Double
    /// Planes with a replica, in the problem's order.
    package var planes: [String]
    /// Providers with a replica, in the problem's order.
    package var providers: [String]

    package var billUSDPerMonth: Double { computeUSDPerMonth + egressUSDPerMonth }

    package init(_ plan: Plan, of problem: PlanningProblem) {
        let hours = Dictionary(problem.blocks.map { ($0.name, $0.hours) }, uniquingKeysWith: { first, _ in first })
        let months = plan.horizonHours > 0 ? plan.horizonHours / hoursPerMonth : 1
        computeUSDPerMonth = plan.cost.computeUSD / months
        egressUSDPerMonth = plan.cost.egressUSD / months
        penaltyUSDPerMonth = plan.cost.penaltyUSD / months
        let demand = problem.demand.reduce(0) { $0 + $1.requestsPerSecond * (hours[$1.block] ?? 0) }
        let unmet = plan.unmet.reduce(0) { $0 + $1.requestsPerSecond * (hours[$1.block] ?? 0) }
        let unprotected = plan.unprotected.reduce(0) { $0 + $1.requestsPerSecond * (hours[$1.block] ?? 0) }
        unmetShare = demand > 0 ? min(1, unmet / demand) : 0
        unprotectedShare = demand > 0 ? min(1, unprotected / demand) : 0
        let used = Set(plan.replicas.filter { $0.count > 0 }.map(\.plane))
        planes = problem.planes.map(\.name).filter(used.contains)
        providers = problem.planes.filter { used.contains($0.name) }.map(\.provider)
            .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    }
}
