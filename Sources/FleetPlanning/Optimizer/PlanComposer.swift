/// Writes a plan from whole nodes and replicas: who is served where, what each loss leaves, what it costs.
struct PlanComposer {
    let compiled: CompiledProblem
    let whole: WholePlan

    func plan() -> Plan {
        var plan = Plan(horizonHours: compiled.horizonHours)
        let problem = compiled.problem
        let reserved = reservedNodes()
        var cost = Plan.Cost()
        for tier in PlanningProblem.Pool.Tier.allCases { cost.byTier[tier.rawValue] = 0 }
        for plane in problem.planes { cost.byProvider[plane.provider] = 0 }
        for (index, block) in problem.blocks.enumerated() {
            for (pool, value) in problem.pools.enumerated() {
                let count = value.tier == .reserved ? reserved[pool] : whole.blocks[index].nodes[pool]
                guard count > 0 else { continue }
                plan.nodes.append(Plan.Nodes(plane: value.plane, pool: value.name, block: block.name, count: count))
                let usd = Double(count) * value.usdPerNodeHour * block.hours
                cost.computeUSD += usd
                cost.byTier[value.tier.rawValue, default: 0] += usd
                if let plane = compiled.planeIndex[value.plane] {
                    cost.byProvider[problem.planes[plane].provider, default: 0] += usd
                }
            }
            for service in compiled.services.indices {
                add(service, block: index, to: &plan, cost: &cost)
            }
        }
        plan.cost = cost
        plan.objectiveUSD = cost.computeUSD + cost.egressUSD + cost.penaltyUSD
        return plan
    }

    /// By pool: enough for the block that needs most.
    private func reservedNodes() -> [Int] {
        compiled.problem.pools.indices.map { pool in whole.blocks.map { $0.nodes[pool] }.max() ?? 0 }
    }

    private func add(_ index: Int, block: Int, to plan: inout Plan, cost: inout Plan.Cost) {
        let service = compiled.services[index]
        let problem = compiled.problem
        let name = problem.blocks[block].name
        let replicas = whole.blocks[block].replicas[index]
        for (option, count) in zip(service.options, replicas) where count > 0 {
            let pool = problem.pools[option.pool]
            plan.replicas.append(
                Plan.Replicas(
                    workload: service.workload.name, plane: pool.plane, pool: pool.name, block: name, count: count))
        }
        let missing = service.workload.minReplicas - replicas.reduce(0, +)
        if missing > 0 {
            plan.violations.append(
                Plan.Violation(workload: service.workload.name, block: name, missingReplicas: missing, reasons: []))
        }
        guard !service.groups.isEmpty else { return }
        let routing = BlockRouting(
            compiled: compiled, service: service, block: block, replicas: replicas.map(Double.init),
            unmet: whole.blocks[block].unmet[index], unprotected: whole.blocks[block].unprotected[index])
        let hours = problem.blocks[block].hours
        for flow in routing.flows() {
            let plane = problem.planes[service.planes[flow.plane]]
            plan.flows.append(
                Plan.Flow(
                    workload: service.workload.name, origin: compiled.originNames[flow.origin], plane: plane.name, block: name,
                    requestsPerSecond: flow.rate,
                    rttMilliseconds: compiled.roundTrip[flow.origin][service.planes[flow.plane]] ?? 0))
            let usd = flow.rate * service.egressUSD[flow.plane] * hours
            cost.egressUSD += usd
            cost.byProvider[plane.provider, default: 0] += usd
        }
        for (origin, rate) in routing.unmetByOrigin() {
            plan.unmet.append(
                Plan.Unmet(
                    workload: service.workload.name, origin: compiled.originNames[origin], block: name,
                    requestsPerSecond: rate, reasons: []))
            cost.penaltyUSD += rate * compiled.unmetUSD * hours
        }
        let losses = routing.losses()
        plan.scenarios += losses.scenarios.map {
            Plan.Scenario(
                workload: service.workload.name, lost: $0.label, block: name, servedShare: $0.servedShare,
                worstRTTMilliseconds: $0.worstRoundTrip)
        }
        for row in losses.unprotected {
            plan.unprotected.append(
                Plan.Unprotected(
                    workload: service.workload.name, origin: compiled.originNames[row.origin], block: name,
                    requestsPerSecond: row.rate, lost: row.lost, reasons: []))
            cost.penaltyUSD += row.rate * compiled.unprotectedUSD * hours
        }
    }
}
