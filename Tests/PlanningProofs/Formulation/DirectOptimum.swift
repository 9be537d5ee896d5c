package import FleetPlanning
package import LinearOptimization

/// What a solver makes of the direct formulation.
package struct DirectOptimum {
    /// Complete, so that the checker can be asked about it.
    package let plan: Plan
    /// No plan with as few replicas missing costs less.
    package let boundUSD: Double
    package let missingReplicas: Int

    /// - Parameter nodes: branch-and-bound nodes for each of the two stages.
    /// - Returns: nil where the solver did not finish within its work.
    package static func of(
        _ problem: PlanningProblem, solver: any LinearSolver, nodes: Int = 50_000, relativeGap: Double = 1e-7
    ) throws -> DirectOptimum? {
        let limits = WorkLimits(nodes: nodes, relativeGap: relativeGap)
        var missing = 0
        if problem.workloads.contains(where: { $0.minReplicas > 0 }) {
            let first = DirectFormulation(problem, stage: .missingReplicas)
            let fewest = try solver.session(for: first.model).solve(limits, start: nil)
            guard fewest.status == .optimal else { return nil }
            missing = Int(fewest.objective.rounded())
        }
        let direct = DirectFormulation(problem, stage: .cost(missingReplicas: missing))
        let best = try solver.session(for: direct.model).solve(limits, start: nil)
        guard best.status == .optimal else { return nil }
        return DirectOptimum(
            plan: direct.plan(best.values, boundUSD: best.bound), boundUSD: best.bound, missingReplicas: missing)
    }
}

extension DirectFormulation {
    /// The plan that a solution's values say.
    package func plan(_ values: [Double], boundUSD: Double) -> Plan {
        var plan = Plan(horizonHours: 0)
        plan.boundUSD = max(0, boundUSD)
        for (when, block) in problem.blocks.enumerated() {
            for (at, pool) in problem.pools.enumerated() {
                let count = Int(values[nodes[at][when].index].rounded())
                if count > 0 { plan.nodes.append(.init(plane: pool.plane, pool: pool.name, block: block.name, count: count)) }
                for (who, workload) in problem.workloads.enumerated() {
                    guard let column = replicas[who][at]?[when] else { continue }
                    let running = Int(values[column.index].rounded())
                    guard running > 0 else { continue }
                    plan.replicas.append(
                        .init(workload: workload.name, plane: pool.plane, pool: pool.name, block: block.name, count: running))
                }
            }
            for (who, workload) in problem.workloads.enumerated() where workload.minReplicas > 0 {
                let running = plan.replicas.filter { $0.workload == workload.name && $0.block == block.name }
                    .reduce(0) { $0 + $1.count }
                guard running < workload.minReplicas, missing[who] != nil else { continue }
                plan.violations.append(
                    .init(
                        workload: workload.name, block: block.name, missingReplicas: workload.minReplicas - running,
                        reasons: ["out of reach"]))
            }
        }
        addFlows(to: &plan, values)
        return PlanFigures.completed(plan, of: problem)
    }

    private func addFlows(to plan: inout Plan, _ values: [Double]) {
        let rtt = Dictionary(
            problem.rtt.map { ([$0.origin, $0.plane], $0.milliseconds) }, uniquingKeysWith: { first, _ in first })
        for (at, row) in problem.demand.enumerated() {
            for (to, plane) in problem.planes.enumerated() {
                guard let column = flows[at][to], values[column.index] > 1e-9 else { continue }
                plan.flows.append(
                    .init(
                        workload: row.workload, origin: row.origin, plane: plane.name, block: row.block,
                        requestsPerSecond: values[column.index], rttMilliseconds: rtt[[row.origin, plane.name]] ?? 0))
            }
            let unmet = values[self.unmet[at].index]
            if unmet > 1e-9 {
                plan.unmet.append(
                    .init(
                        workload: row.workload, origin: row.origin, block: row.block, requestsPerSecond: unmet,
                        reasons: ["the cheapest plan leaves it"]))
            }
            if let column = unprotected[at], values[column.index] > 1e-9 {
                plan.unprotected.append(
                    .init(
                        workload: row.workload, origin: row.origin, block: row.block,
                        requestsPerSecond: values[column.index], lost: [], reasons: ["the cheapest plan leaves it"]))
            }
        }
    }
}
