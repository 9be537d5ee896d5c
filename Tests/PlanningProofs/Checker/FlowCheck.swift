import FleetPlanning

/// Constraint 1: everything asked for is served or said to be unmet, over arcs that exist, are near enough and break no rule.
struct FlowCheck {
    let ledger: PlanLedger
    let measure: Measure

    func findings() -> [String] { conservation() + arcs() }

    private func conservation() -> [String] {
        ledger.problem.demand.compactMap { row in
            guard let who = ledger.workload[row.workload], let when = ledger.block[row.block] else { return nil }
            let want = PlanLedger.Want(workload: who, origin: row.origin, block: when)
            let served = ledger.flows[want]?.reduce(0, +) ?? 0
            let unmet = ledger.unmet[want] ?? 0
            if measure.areEqual(served + unmet, row.requestsPerSecond) { return nil }
            return "conservation: \(row.workload) from \(row.origin) in \(row.block): \(served) served + \(unmet) unmet, "
                + "\(row.requestsPerSecond) asked for"
        }
    }

    private func arcs() -> [String] {
        var findings: [String] = []
        for flow in ledger.plan.flows {
            let what = "\(flow.workload) from \(flow.origin) to \(flow.plane) in \(flow.block)"
            guard let who = ledger.workload[flow.workload], let when = ledger.block[flow.block],
                let to = ledger.plane[flow.plane],
                let row = ledger.demand[PlanLedger.Want(workload: who, origin: flow.origin, block: when)]
            else { continue }
            if ledger.isForbidden(who, flow.origin, to) { findings.append("rule: \(what)") }
            guard let milliseconds = ledger.roundTrip(flow.origin, to) else {
                findings.append("arc: \(what): no round trip is known")
                continue
            }
            if !measure.areEqual(milliseconds, flow.rttMilliseconds) {
                findings.append("rtt: \(what): \(flow.rttMilliseconds) ms stated, \(milliseconds) ms given")
            }
            let budget = row.latencyBudgetMilliseconds ?? ledger.problem.workloads[who].latencyBudgetMilliseconds
            if milliseconds > budget { findings.append("latency: \(what): \(milliseconds) ms, budget \(budget) ms") }
        }
        return findings
    }
}
