import FleetPlanning

/// The objective: every sum over the horizon, the bound and the gap.
struct CostCheck {
    let ledger: PlanLedger
    let measure: Measure

    private var problem: PlanningProblem { ledger.problem }
    private var plan: Plan { ledger.plan }

    func findings() -> [String] {
        let hours = problem.blocks.map(\.hours)
        var compute = 0.0
        var byTier: [String: Double] = [:]
        var byProvider: [String: Double] = [:]
        for (at, pool) in problem.pools.enumerated() {
            let cost = zip(ledger.nodes[at], hours).reduce(0) { $0 + Double($1.0) * $1.1 * pool.usdPerNodeHour }
            compute += cost
            byTier[pool.tier.rawValue, default: 0] += cost
            byProvider[problem.planes[ledger.planeOfPool[at]].provider, default: 0] += cost
        }
        var (egress, penalty) = (0.0, 0.0)
        for row in problem.demand {
            guard let who = ledger.workload[row.workload], let when = ledger.block[row.block] else { continue }
            let want = PlanLedger.Want(workload: who, origin: row.origin, block: when)
            let seconds = 3_600 * hours[when]
            for (at, plane) in problem.planes.enumerated() {
                let requests = (ledger.flows[want]?[at] ?? 0) * seconds
                let cost = requests * problem.workloads[who].egressGiBPerRequest * plane.egressUSDPerGiB
                egress += cost
                byProvider[plane.provider, default: 0] += cost
            }
            let missed = (ledger.unmet[want] ?? 0) + 0.1 * (ledger.unprotected[want]?.requestsPerSecond ?? 0)
            penalty += seconds * problem.unmetUSDPerRequest * missed
        }
        var findings: [String] = []
        func compare(_ what: String, stated: Double, found: Double) {
            if !measure.areEqual(stated, found) { findings.append("\(what): \(stated) stated, \(found) found") }
        }
        compare("horizon", stated: plan.horizonHours, found: hours.reduce(0, +))
        compare("cost: compute", stated: plan.cost.computeUSD, found: compute)
        compare("cost: egress", stated: plan.cost.egressUSD, found: egress)
        compare("cost: penalty", stated: plan.cost.penaltyUSD, found: penalty)
        for tier in Set(byTier.keys).union(plan.cost.byTier.keys).sorted() {
            compare("cost: tier \(tier)", stated: plan.cost.byTier[tier] ?? 0, found: byTier[tier] ?? 0)
        }
        for name in plan.cost.byTier.keys.sorted() where PlanningProblem.Pool.Tier(rawValue: name) == nil {
            findings.append("name: tier \(name)")
        }
        for provider in Set(byProvider.keys).union(plan.cost.byProvider.keys).sorted() {
            compare(
                "cost: provider \(provider)", stated: plan.cost.byProvider[provider] ?? 0, found: byProvider[provider] ?? 0)
        }
        for name in plan.cost.byProvider.keys.sorted() where !problem.planes.contains(where: { $0.provider == name }) {
            findings.append("name: provider \(name)")
        }
        compare("objective", stated: plan.objectiveUSD, found: compute + egress + penalty)
        return findings + bound()
    }

    private func bound() -> [String] {
        var findings: [String] = []
        if !plan.boundUSD.isFinite || plan.boundUSD < 0 || !measure.isAtMost(plan.boundUSD, plan.objectiveUSD) {
            findings.append("bound: \(plan.boundUSD) for a plan of \(plan.objectiveUSD) USD")
        }
        let gap = plan.objectiveUSD == 0 ? 0 : (plan.objectiveUSD - plan.boundUSD) / plan.objectiveUSD
        if !(plan.gap >= 0) || !measure.areEqual(plan.gap, gap) {
            findings.append("gap: \(plan.gap) stated, \(gap) found")
        }
        return findings
    }
}
