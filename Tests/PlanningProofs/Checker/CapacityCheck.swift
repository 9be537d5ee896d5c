import FleetPlanning

/// Constraints 2 to 5 and 7: throughput, packing, quotas, reserved nodes, spot share, minimum replicas, budgets.
struct CapacityCheck {
    let ledger: PlanLedger
    let measure: Measure

    private var problem: PlanningProblem { ledger.problem }

    func findings() -> [String] {
        throughput() + places() + nodes() + spotShare() + minimumReplicas() + budgets()
    }

    private func throughput() -> [String] {
        var findings: [String] = []
        for (when, block) in problem.blocks.enumerated() {
            for (who, workload) in problem.workloads.enumerated() {
                let wants = ledger.wants(of: who, in: when)
                for (at, plane) in problem.planes.enumerated() {
                    let load = wants.reduce(0) { $0 + (ledger.flows[$1]?[at] ?? 0) }
                    let limit = workload.targetUtilization * ledger.capacity(who, plane: at, block: when)
                    if !measure.isAtMost(load, limit) {
                        findings.append(
                            "capacity: \(workload.name) on \(plane.name) in \(block.name): \(load) req/s, replicas take \(limit)")
                    }
                }
            }
        }
        return findings
    }

    private func places() -> [String] {
        var findings: [String] = []
        for (who, workload) in problem.workloads.enumerated() {
            for (at, pool) in problem.pools.enumerated() where ledger.replicas[who][at].contains(where: { $0 != 0 }) {
                if ledger.throughput(who, at) == nil {
                    findings.append("hardware: \(workload.name) cannot run on \(pool.plane)/\(pool.name)")
                }
                if ledger.isFenced[who][ledger.planeOfPool[at]] {
                    findings.append("rule: \(workload.name) on \(pool.plane)/\(pool.name), which none of its origins may use")
                }
            }
        }
        return findings
    }

    private func nodes() -> [String] {
        var findings: [String] = []
        for (at, pool) in problem.pools.enumerated() {
            let name = "\(pool.plane)/\(pool.name)"
            for (when, block) in problem.blocks.enumerated() {
                let bought = ledger.nodes[at][when]
                if bought > pool.maxNodes {
                    findings.append("quota: \(name) in \(block.name): \(bought) nodes, limit \(pool.maxNodes)")
                }
                let items = problem.workloads.enumerated().map { who, workload in
                    NodePacking.Items(
                        size: workload.profile[pool.accelerator]?.acceleratorsPerReplica ?? 0,
                        count: ledger.replicas[who][at][when])
                }
                switch NodePacking.fits(items, nodes: bought, capacity: pool.acceleratorsPerNode) {
                case true?: break
                case false?: findings.append("packing: \(name) in \(block.name): \(items) do not fit on \(bought) nodes")
                case nil: findings.append("packing: \(name) in \(block.name): not decided for \(items) on \(bought) nodes")
                }
            }
            if pool.tier == .reserved, Set(ledger.nodes[at]).count > 1 {
                findings.append("reserved: \(name) has \(ledger.nodes[at]) nodes over the blocks")
            }
        }
        return findings
    }

    private func spotShare() -> [String] {
        var findings: [String] = []
        for (when, block) in problem.blocks.enumerated() {
            for (who, workload) in problem.workloads.enumerated() {
                let all = problem.planes.indices.reduce(0) { $0 + ledger.capacity(who, plane: $1, block: when) }
                let spot = problem.planes.indices.reduce(0) {
                    $0 + ledger.capacity(who, plane: $1, block: when) { problem.pools[$0].tier == .spot }
                }
                if !measure.isAtMost(spot, workload.maxSpotShare * all) {
                    findings.append(
                        "spot-share: \(workload.name) in \(block.name): \(spot) of \(all) req/s, share \(workload.maxSpotShare)")
                }
            }
        }
        return findings
    }

    /// A minimum that is not met must be listed with exactly what is missing, and nothing else may be.
    private func minimumReplicas() -> [String] {
        var findings: [String] = []
        var listed: [[String]: Int] = [:]
        for row in ledger.plan.violations {
            let what = "\(row.workload) in \(row.block)"
            guard ledger.workload[row.workload] != nil, ledger.block[row.block] != nil else {
                findings.append("name: violation of \(what)")
                continue
            }
            if listed.updateValue(row.missingReplicas, forKey: [row.workload, row.block]) != nil {
                findings.append("duplicate: violation of \(what)")
            }
            if !ledger.saysWhy(row.reasons) { findings.append("reason: violation of \(what) has none") }
        }
        for (when, block) in problem.blocks.enumerated() {
            for (who, workload) in problem.workloads.enumerated() {
                let running = problem.pools.indices.reduce(0) { $0 + ledger.replicas[who][$1][when] }
                let missing = max(0, workload.minReplicas - running)
                let stated = listed[[workload.name, block.name]]
                if stated ?? 0 != missing || stated == 0 {
                    findings.append(
                        "min-replicas: \(workload.name) in \(block.name): \(running) of \(workload.minReplicas), "
                            + "\(stated ?? 0) stated missing")
                }
            }
        }
        return findings
    }

    private func budgets() -> [String] {
        var findings: [String] = []
        for budget in problem.budgets {
            let workloads = problem.workloads.indices.filter { budget.workloads.contains(problem.workloads[$0].name) }
            for (when, block) in problem.blocks.enumerated() {
                var spent = 0.0
                for (at, pool) in problem.pools.enumerated() {
                    for who in workloads {
                        let size = problem.workloads[who].profile[pool.accelerator]?.acceleratorsPerReplica ?? 0
                        let share = Double(size * ledger.replicas[who][at][when]) / Double(pool.acceleratorsPerNode)
                        spent += share * pool.usdPerNodeHour
                    }
                }
                if !measure.isAtMost(spent, budget.usdPerHour) {
                    findings.append("budget: \(budget.name) in \(block.name): \(spent) of \(budget.usdPerHour) USD/h")
                }
            }
        }
        return findings
    }
}
