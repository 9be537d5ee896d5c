/// The cheapest way to serve everybody again after a loss, while it lasts.
///
/// Each block in which somebody is unserved is planned by itself: nodes that are left are paid for and cost nothing more, nodes
/// within the quotas that are left may be bought on demand or on spot; reserved ones may not, because a commitment outlasts the
/// loss. As after any loss, throughput may be used whole and the failover latency budget holds; rules, budgets and the share of
/// spot hold as before, minimum replicas and further losses are not counted. Replicas may be moved among nodes.
package struct LossRepair: Equatable, Sendable {
    package struct Block: Equatable, Sendable {
        package var name: String
        package var hours: Double
        /// To buy. Count is of further nodes.
        package var nodes: [Plan.Nodes]
        /// Nodes, and what the new flows cost in egress beyond the old.
        package var addedUSDPerHour: Double
        /// No repair that serves as much is proven to cost less.
        package var atLeastUSDPerHour: Double
        /// What no purchase within the quotas serves.
        package var unserved: [Plan.Unmet]
    }

    package var blocks: [Block]

    package init(blocks: [Block]) { self.blocks = blocks }

    /// Over the blocks of the horizon.
    package var addedUSD: Double { blocks.reduce(0) { $0 + $1.addedUSDPerHour * $1.hours } }
    /// The dearest block.
    package var worst: Block? { blocks.max { $0.addedUSDPerHour < $1.addedUSDPerHour } }
    package var servesAll: Bool { blocks.allSatisfy(\.unserved.isEmpty) }
}

extension LossAnalysis {
    /// Plans the repair with a planner.
    package func repair<Failure: Error>(
        of outcome: LossOutcome, replan: (PlanningProblem) throws(Failure) -> Plan
    ) throws(Failure) -> LossRepair {
        let hit = Set(outcome.unserved.map(\.block))
        var repair = LossRepair(blocks: [])
        for block in tables.problem.blocks.indices where hit.contains(tables.problem.blocks[block].name) {
            let problem = repairProblem(block: block, loss: outcome.loss)
            repair.blocks.append(priced(try replan(problem), block: block))
        }
        return repair
    }

    /// One hour of one block after a loss.
    func repairProblem(block: Int, loss: Loss) -> PlanningProblem {
        let problem = tables.problem
        let views = problem.workloads.indices.map { WorkloadView(index: $0, tables: tables, plan: plan) }
        var repair = PlanningProblem(
            blocks: [.init(name: problem.blocks[block].name, hours: 1)], planes: problem.planes, pools: [],
            workloads: views.map { repaired($0, block: block, loss: loss) }, demand: [], rtt: problem.rtt,
            forbidden: problem.forbidden, budgets: [], unmetUSDPerRequest: problem.unmetUSDPerRequest)
        for (index, pool) in problem.pools.enumerated() {
            guard let plane = tables.planeOfPool[index] else { continue }
            let kept = plan.nodes[index][block] - lostNodes(pool: index, block: block, loss: loss)
            let isStruck = loss.strikes(pool, of: problem.planes[plane])
            let quota = pool.maxNodes - (isStruck ? Self.lost(pool.maxNodes, share: loss.share) : 0)
            if kept > 0 { repair.pools.append(Self.part(pool, nodes: kept, usd: 0, name: pool.name + Self.keptMark)) }
            if quota > kept, pool.tier != .reserved || pool.usdPerNodeHour == 0 {
                repair.pools.append(Self.part(pool, nodes: quota - kept, usd: pool.usdPerNodeHour, name: pool.name))
            }
        }
        for view in views {
            for (place, group) in view.users.enumerated() where view.servedByUsers[block][place] > 0 {
                repair.demand.append(
                    PlanningProblem.Demand(
                        workload: view.workload.name, origin: group.name, block: problem.blocks[block].name,
                        requestsPerSecond: view.servedByUsers[block][place], latencyBudgetMilliseconds: group.failoverBudget))
            }
        }
        repair.budgets = problem.budgets.map { budget in
            var left = budget
            left.usdPerHour = max(0, budget.usdPerHour - spending(budget, views: views, block: block, loss: loss))
            return left
        }
        return repair
    }

    /// No pool of a fleet has such a name.
    private static let keptMark = " (bought)"

    private static func part(_ pool: PlanningProblem.Pool, nodes: Int, usd: Double, name: String) -> PlanningProblem.Pool {
        var part = pool
        (part.maxNodes, part.usdPerNodeHour, part.name) = (nodes, usd, name)
        return part
    }

    private func repaired(_ view: WorkloadView, block: Int, loss: Loss) -> PlanningProblem.Workload {
        var workload = view.workload
        workload.targetUtilization = 1
        workload.latencyBudgetMilliseconds = workload.failoverLatencyBudgetMilliseconds
        workload.survive = .none
        workload.minReplicas = 0
        // A loss may leave more on spot than was planned; what is bought must not add to that share.
        var (spot, total) = (0.0, 0.0)
        for (run, left) in leftReplicas(view, block: block, loss: loss) {
            guard let fit = view.fit(pool: run.pool) else { continue }
            total += Double(left) * fit.throughput
            if fit.isSpot { spot += Double(left) * fit.throughput }
        }
        if total > 0 { workload.maxSpotShare = min(1, max(workload.maxSpotShare, spot / total)) }
        return workload
    }

    private func leftReplicas(_ view: WorkloadView, block: Int, loss: Loss) -> [(PlanTables.Run, Int)] {
        view.runs.compactMap { run in
            view.fit(pool: run.pool).map { fit in
                let lost = lostNodes(pool: run.pool, block: block, loss: loss) * fit.replicasPerNode
                return (run, max(0, run.counts[block] - lost))
            }
        }
    }

    /// What the replicas that are left of a budget's workloads cost in an hour.
    private func spending(_ budget: PlanningProblem.Budget, views: [WorkloadView], block: Int, loss: Loss) -> Double {
        views.filter { budget.workloads.contains($0.workload.name) }.reduce(0) { sum, view in
            leftReplicas(view, block: block, loss: loss).reduce(sum) { sum, entry in
                sum + Double(entry.1) * (view.fit(pool: entry.0.pool)?.replicaUSDPerHour ?? 0)
            }
        }
    }

    private func priced(_ repair: Plan, block: Int) -> LossRepair.Block {
        let problem = tables.problem
        var egressBefore = 0.0
        for (workload, rows) in plan.flows.enumerated() {
            let perRequest = problem.workloads[workload].egressGiBPerRequest
            for row in rows where row.block == block {
                egressBefore += 3_600 * row.rate * perRequest * problem.planes[row.plane].egressUSDPerGiB
            }
        }
        let penalty = repair.cost.penaltyUSD
        return LossRepair.Block(
            name: problem.blocks[block].name, hours: problem.blocks[block].hours,
            nodes: repair.nodes.filter { !$0.pool.hasSuffix(Self.keptMark) && $0.count > 0 },
            addedUSDPerHour: repair.cost.computeUSD + repair.cost.egressUSD - egressBefore,
            atLeastUSDPerHour: repair.boundUSD - penalty - egressBefore, unserved: repair.unmet)
    }
}
