import FleetModel

/// A fleet beside the tables of its problem and plan, so that each piece of advice can point at a number.
package struct AdviceEvidence {
    let facts: Advice.Facts
    let tables: ProblemTables
    let plan: PlanTables
    /// In the problem's order.
    let views: [WorkloadView]
    let totals: PlanTotals

    package init(_ facts: Advice.Facts) {
        self.facts = facts
        let tables = ProblemTables(facts.problem)
        let plan = PlanTables(facts.plan, tables: tables)
        self.tables = tables
        self.plan = plan
        views = facts.problem.workloads.indices.map { WorkloadView(index: $0, tables: tables, plan: plan) }
        totals = PlanTotals(facts.plan, of: facts.problem)
    }

    var fleet: Fleet { facts.fleet }

    func view(of workload: Workload) -> WorkloadView? { tables.workloadIndex[workload.name.rawValue].map { views[$0] } }

    /// Somebody waits for the answer.
    var realtime: [Workload] { fleet.workloads.filter { $0.workloadClass == .realtime } }

    /// Regions (`provider/region`) a workload's replicas stand in, in the order of planes.
    func regions(_ view: WorkloadView) -> [String] {
        view.isUsed.indices.filter { view.isUsed[$0] }.map { tables.region(ofPlane: $0) }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    func providers(_ view: WorkloadView) -> [String] {
        view.isUsed.indices.filter { view.isUsed[$0] }.map { tables.problem.planes[$0].provider }
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Providers that may serve some users of a workload after a loss: hardware, rules, distance and quota allow.
    func eligibleProviders(_ view: WorkloadView) -> [String] {
        let planes = tables.problem.planes.indices.filter { plane in
            view.fitsOfPlane[plane].contains { tables.problem.pools[$0.pool].maxNodes > 0 }
                && (view.users.isEmpty || view.users.indices.contains { view.access[$0][plane].isReachable })
        }
        return planes.map { tables.problem.planes[$0].provider }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Share of capacity on spot in the busiest block, 0 where there is none.
    func spotShare(_ view: WorkloadView) -> Double {
        let total = view.throughput(block: view.peak)
        return total > 0 ? view.throughput(block: view.peak, spotOnly: true) / total : 0
    }

    /// Requests of a month.
    func requestsPerMonth(_ view: WorkloadView) -> Double {
        guard tables.horizonHours > 0 else { return 0 }
        let requests = view.blocks.reduce(0) { $0 + view.served[$1] * 3_600 * tables.problem.blocks[$1].hours }
        return requests * hoursPerMonth / tables.horizonHours
    }

    /// The dearest known price of data leaving a plane of the fleet.
    var dearestEgressUSDPerGiB: Double? { tables.problem.planes.map(\.egressUSDPerGiB).max().flatMap { $0 > 0 ? $0 : nil } }

    /// Policies in force for a workload and any of its users.
    func policies(for workload: Workload) -> [CompliancePolicy] {
        let fence = fleet.fence
        let places: [[Jurisdiction]?] = workload.demand.isEmpty ? [nil] : workload.demand.map { $0.location.jurisdictions }
        var found: [CompliancePolicy] = []
        for place in places {
            let policies = fence.applicablePolicies(classification: workload.data.classification, userJurisdictions: place)
            for policy in policies where !found.contains(where: { $0.name == policy.name }) { found.append(policy) }
        }
        return found
    }

    var unknownPrices: [LeftOutPool] { facts.origin.leftOut.filter { $0.because == .priceUnknown } }
}
