package import FleetPlanning

/// A plan whose sums, scenarios and report follow from its purchases and flows: for solutions that come as bare numbers.
package enum PlanFigures {
    /// - Parameter plan: nodes, replicas, flows, unmet and unprotected amounts, violations and the bound; the rest is worked out.
    package static func completed(_ plan: Plan, of problem: PlanningProblem) -> Plan {
        var plan = plan
        nameLosses(&plan, problem)
        let ledger = PlanLedger(problem, plan)
        price(&plan, problem, ledger)
        addScenarios(&plan, problem, ledger)
        plan.report = problem.workloads.indices.map { report(of: $0, problem, ledger) }
        return plan
    }

    private static func price(_ plan: inout Plan, _ problem: PlanningProblem, _ ledger: PlanLedger) {
        plan.cost = .init()
        plan.horizonHours = problem.blocks.reduce(0) { $0 + $1.hours }
        for row in plan.nodes {
            guard let at = ledger.pool[.init(plane: row.plane, pool: row.pool)], let when = ledger.block[row.block] else {
                continue
            }
            let pool = problem.pools[at]
            let cost = Double(row.count) * pool.usdPerNodeHour * problem.blocks[when].hours
            plan.cost.computeUSD += cost
            plan.cost.byTier[pool.tier.rawValue, default: 0] += cost
            plan.cost.byProvider[problem.planes[ledger.planeOfPool[at]].provider, default: 0] += cost
        }
        for row in plan.flows {
            guard let who = ledger.workload[row.workload], let to = ledger.plane[row.plane], let when = ledger.block[row.block]
            else { continue }
            let volume = row.requestsPerSecond * 3_600 * problem.blocks[when].hours * problem.workloads[who].egressGiBPerRequest
            plan.cost.egressUSD += volume * problem.planes[to].egressUSDPerGiB
            plan.cost.byProvider[problem.planes[to].provider, default: 0] += volume * problem.planes[to].egressUSDPerGiB
        }
        let missed =
            plan.unmet.map { ($0.block, $0.requestsPerSecond) }
            + plan.unprotected.map { ($0.block, 0.1 * $0.requestsPerSecond) }
        for (block, amount) in missed {
            guard let when = ledger.block[block] else { continue }
            plan.cost.penaltyUSD += amount * 3_600 * problem.blocks[when].hours * problem.unmetUSDPerRequest
        }
        plan.objectiveUSD = plan.cost.computeUSD + plan.cost.egressUSD + plan.cost.penaltyUSD
        plan.boundUSD = min(plan.boundUSD, plan.objectiveUSD)
        plan.gap = plan.objectiveUSD == 0 ? 0 : (plan.objectiveUSD - plan.boundUSD) / plan.objectiveUSD
    }

    /// The losses behind each unprotected amount: those that leave less than the kept share.
    private static func nameLosses(_ plan: inout Plan, _ problem: PlanningProblem) {
        let ledger = PlanLedger(problem, plan)
        let check = FailureCheck(ledger: ledger, measure: Measure(tolerance: 1e-6))
        for at in plan.unprotected.indices {
            guard let who = ledger.workload[plan.unprotected[at].workload], let when = ledger.block[plan.unprotected[at].block]
            else { continue }
            plan.unprotected[at].lost = FailureCheck.losses(for: problem.workloads[who].survive, of: problem)
                .filter { !check.keepsShare(after: $0, who, when) }.map(\.name)
        }
        plan.unprotected.removeAll { $0.lost.isEmpty }
    }

    private static func addScenarios(_ plan: inout Plan, _ problem: PlanningProblem, _ ledger: PlanLedger) {
        plan.scenarios = []
        let check = FailureCheck(ledger: ledger, measure: Measure(tolerance: 1e-6))
        for (who, workload) in problem.workloads.enumerated() {
            for (when, block) in problem.blocks.enumerated() {
                for loss in FailureCheck.losses(for: workload.survive, of: problem) {
                    guard let (share, worst) = check.left(by: loss, who, when) else { continue }
                    plan.scenarios.append(
                        .init(
                            workload: workload.name, lost: loss.name, block: block.name, servedShare: share,
                            worstRTTMilliseconds: worst))
                }
            }
        }
    }

    private static func report(of who: Int, _ problem: PlanningProblem, _ ledger: PlanLedger) -> Plan.WorkloadReport {
        var report = Plan.WorkloadReport(workload: problem.workloads[who].name)
        for (at, plane) in problem.planes.enumerated() {
            let pools = problem.pools.indices.filter { ledger.planeOfPool[$0] == at }
            let used = pools.filter { ledger.replicas[who][$0].contains { $0 > 0 } }
            for pool in used {
                let most = ledger.replicas[who][pool].max() ?? 0
                report.chosen.append(
                    .init(plane: plane.name, pool: problem.pools[pool].name, replicas: most, because: "cheapest"))
            }
            guard used.isEmpty else { continue }
            let isUsable = pools.contains { ledger.throughput(who, $0) != nil }
            report.rejected.append(
                .init(plane: plane.name, because: isUsable ? "price" : "hardware", detail: isUsable ? "costs more" : "cannot run")
            )
        }
        return report
    }
}
