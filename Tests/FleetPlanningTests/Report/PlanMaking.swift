import FleetPlanning

/// Small problems and plans written down by hand, for tests that check words and arithmetic.
enum PlanMaking {
    static func workload(
        _ name: String = "chat",
        profile: [String: PlanningProblem.Profile] = ["H100": .init(acceleratorsPerReplica: 1, requestsPerSecond: 10)],
        utilization: Double = 1, spotShare: Double = 1, budget: Double = 120, failover: Double = 250,
        survive: PlanningProblem.Workload.Survival = .none, kept: Double = 1, minReplicas: Int = 0, egress: Double = 0
    ) -> PlanningProblem.Workload {
        PlanningProblem.Workload(
            name: name, profile: profile, targetUtilization: utilization, maxSpotShare: spotShare,
            latencyBudgetMilliseconds: budget, failoverLatencyBudgetMilliseconds: failover, survive: survive, keptShare: kept,
            minReplicas: minReplicas, egressGiBPerRequest: egress)
    }

    static func pool(
        _ plane: String, _ name: String = "h100", accelerator: String = "H100", perNode: Int = 1,
        tier: PlanningProblem.Pool.Tier = .onDemand, usd: Double, nodes: Int, interruptions: Double = 0, replacement: Double = 0
    ) -> PlanningProblem.Pool {
        PlanningProblem.Pool(
            plane: plane, name: name, accelerator: accelerator, acceleratorsPerNode: perNode, tier: tier, usdPerNodeHour: usd,
            maxNodes: nodes, interruptionsPerNodeHour: interruptions, replacementHours: replacement)
    }

    /// Planes named `provider-region`, so that "aws-frankfurt" is region frankfurt of aws.
    static func problem(
        pools: [PlanningProblem.Pool], workloads: [PlanningProblem.Workload], demand: [(String, String, [Double])],
        rtt: [String: [String: Double]], forbidden: [PlanningProblem.Forbidden] = [], budgets: [PlanningProblem.Budget] = [],
        hours: [Double] = [1], unmetUSD: Double = 1, egress: [String: Double] = [:]
    ) -> PlanningProblem {
        let planes = pools.map(\.plane).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let blocks = hours.enumerated().map { PlanningProblem.Block(name: "b\($0.offset)", hours: $0.element) }
        return PlanningProblem(
            blocks: blocks,
            planes: planes.map { plane in
                let parts = plane.split(separator: "-", maxSplits: 1).map(String.init)
                return PlanningProblem.Plane(
                    name: plane, provider: parts[0], region: parts.count > 1 ? parts[1] : parts[0],
                    egressUSDPerGiB: egress[plane] ?? 0)
            },
            pools: pools, workloads: workloads,
            demand: demand.flatMap { workload, origin, rates in
                zip(rates, blocks).map {
                    PlanningProblem.Demand(workload: workload, origin: origin, block: $0.1.name, requestsPerSecond: $0.0)
                }
            },
            rtt: rtt.sorted { $0.key < $1.key }.flatMap { origin, planes in
                planes.sorted { $0.key < $1.key }.map { .init(origin: origin, plane: $0.key, milliseconds: $0.value) }
            },
            forbidden: forbidden, budgets: budgets, unmetUSDPerRequest: unmetUSD)
    }

    /// `runs`: (plane/pool, nodes by block, replicas by block and workload); flows: (workload, origin, plane, rates by block).
    static func plan(
        _ problem: PlanningProblem, nodes: [String: [Int]], replicas: [(String, String, [Int])],
        flows: [(String, String, String, [Double])], unmet: [(String, String, [Double])] = [],
        unprotected: [(String, String, [Double], [String])] = []
    ) -> Plan {
        var plan = Plan(horizonHours: problem.blocks.reduce(0) { $0 + $1.hours })
        for (label, counts) in nodes.sorted(by: { $0.key < $1.key }) {
            let parts = label.split(separator: "/").map(String.init)
            for (block, count) in zip(problem.blocks, counts) where count > 0 {
                plan.nodes.append(.init(plane: parts[0], pool: parts[1], block: block.name, count: count))
                let price = problem.pools.first { $0.plane == parts[0] && $0.name == parts[1] }?.usdPerNodeHour ?? 0
                plan.cost.computeUSD += price * Double(count) * block.hours
            }
        }
        for (workload, label, counts) in replicas {
            let parts = label.split(separator: "/").map(String.init)
            for (block, count) in zip(problem.blocks, counts) where count > 0 {
                plan.replicas.append(
                    .init(workload: workload, plane: parts[0], pool: parts[1], block: block.name, count: count))
            }
        }
        for (workload, origin, plane, rates) in flows {
            let rtt = problem.rtt.first { $0.origin == origin && $0.plane == plane }?.milliseconds ?? 0
            for (block, rate) in zip(problem.blocks, rates) where rate > 0 {
                plan.flows.append(
                    .init(
                        workload: workload, origin: origin, plane: plane, block: block.name, requestsPerSecond: rate,
                        rttMilliseconds: rtt))
            }
        }
        for (workload, origin, rates) in unmet {
            for (block, rate) in zip(problem.blocks, rates) where rate > 0 {
                plan.unmet.append(
                    .init(workload: workload, origin: origin, block: block.name, requestsPerSecond: rate, reasons: []))
                plan.cost.penaltyUSD += rate * 3_600 * problem.unmetUSDPerRequest * block.hours
            }
        }
        for (workload, origin, rates, lost) in unprotected {
            for (block, rate) in zip(problem.blocks, rates) where rate > 0 {
                plan.unprotected.append(
                    .init(
                        workload: workload, origin: origin, block: block.name, requestsPerSecond: rate, lost: lost, reasons: []))
                plan.cost.penaltyUSD += 0.1 * rate * 3_600 * problem.unmetUSDPerRequest * block.hours
            }
        }
        plan.objectiveUSD = plan.cost.computeUSD + plan.cost.egressUSD + plan.cost.penaltyUSD
        plan.boundUSD = plan.objectiveUSD
        return plan
    }
}
