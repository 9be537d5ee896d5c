/// A purchase without a planner: capacity for the peak, split over the tiers by fixed shares.
///
/// For each workload by itself: replicas for its peak are split by the shares, each part rounded up; a share of a tier that no pool offers
/// falls to on-demand. Each part takes the cheapest pools by USD/h per req/s that may serve the most of its users, within quotas. Reserved
/// nodes run in every block; what a block needs beyond them runs on spot first, then on demand, each up to its part. A spot node counts as if it
/// were always there: that is what the planner's derating and the availability arithmetic set right.
package struct StaticMix: Equatable, Sendable {
    package var name: String
    package var reserved: Double
    package var onDemand: Double
    package var spot: Double

    /// "70/20/10", the split often recommended.
    package static let classic = StaticMix(name: "70/20/10", reserved: 0.7, onDemand: 0.2, spot: 0.1)
    package static let allOnDemand = StaticMix(name: "all on demand", reserved: 0, onDemand: 1, spot: 0)

    /// The mix as a plan: its cost, who is served where, and what it leaves unmet. Proves no bound and protects nothing by design.
    package func plan(for problem: PlanningProblem) -> Plan {
        var purchase = StaticPurchase(problem: problem)
        for index in problem.workloads.indices { purchase.buy(self, workload: index) }
        return purchase.plan()
    }
}

/// Buys workload by workload.
private struct StaticPurchase {
    private let tables: ProblemTables
    /// By pool, then block.
    private var nodes: [[Int]]
    /// By workload: pool and replicas by block.
    private var runs: [[(pool: Int, counts: [Int])]]

    init(problem: PlanningProblem) {
        tables = ProblemTables(problem)
        nodes = [[Int]](repeating: [Int](repeating: 0, count: problem.blocks.count), count: problem.pools.count)
        runs = [[(pool: Int, counts: [Int])]](repeating: [], count: problem.workloads.count)
    }

    /// Requests per second of one replica, a spot node taken as always there.
    private func rate(_ fit: PoolFit) -> Double { fit.plannedThroughput / tables.problem.pools[fit.pool].presence }

    mutating func buy(_ mix: StaticMix, workload index: Int) {
        let blocks = tables.problem.blocks.indices
        var demand = [Double](repeating: 0, count: blocks.count)
        for group in tables.users[index] { for block in blocks { demand[block] += group.rates[block] } }
        let peak = demand.max() ?? 0
        guard peak > 0 else { return }
        let offers = tables.fits[index]
        let tiers = Set(offers.map { tables.problem.pools[$0.pool].tier })
        let reservedShare = tiers.contains(.reserved) ? mix.reserved : 0
        let spotShare = tiers.contains(.spot) ? mix.spot : 0
        // Reserved: the same in every block.
        let steady = fill(
            [Double](repeating: reservedShare * peak, count: blocks.count), .reserved, index, ranked(.reserved, index))
        var rest = blocks.map { max(0, demand[$0] - steady[$0]) }
        let spot = fill(rest.map { min($0, spotShare * peak) }, .spot, index, ranked(.spot, index))
        rest = blocks.map { max(0, rest[$0] - spot[$0]) }
        _ = fill(rest, .onDemand, index, ranked(.onDemand, index))
    }

    /// Those that may serve the most users first, then the cheapest.
    private func ranked(_ tier: PlanningProblem.Pool.Tier, _ index: Int) -> [PoolFit] {
        let users = tables.users[index]
        let reach = { (fit: PoolFit) in
            users.reduce(0.0) { sum, group in
                tables.access(workload: index, users: group, plane: fit.plane).isOpen ? sum + group.rates.reduce(0, +) : sum
            }
        }
        let offers = tables.fits[index].filter { tables.problem.pools[$0.pool].tier == tier }.map { ($0, reach($0)) }
        return offers.filter { $0.1 > 0 }.sorted {
            ($1.1, $0.0.replicaUSDPerHour / rate($0.0), $0.0.pool) < ($0.1, $1.0.replicaUSDPerHour / rate($1.0), $1.0.pool)
        }.map(\.0)
    }

    /// Buys for so many requests per second in each block; returns what is covered. Reserved nodes are bought for the largest.
    private mutating func fill(
        _ wanted: [Double], _ tier: PlanningProblem.Pool.Tier, _ index: Int, _ offers: [PoolFit]
    ) -> [Double] {
        var covered = [Double](repeating: 0, count: wanted.count)
        for fit in offers {
            let each = rate(fit)
            var counts = [Int](repeating: 0, count: wanted.count)
            for block in wanted.indices {
                let missing = wanted[block] - covered[block]
                guard missing > 1e-9 else { continue }
                let room = max(0, tables.problem.pools[fit.pool].maxNodes - nodes[fit.pool][block]) * fit.replicasPerNode
                counts[block] = min(room, Int(min(1e9, (missing / each - 1e-9).rounded(.up))))
                nodes[fit.pool][block] += fit.nodes(for: counts[block])
                covered[block] += Double(counts[block]) * each
            }
            if counts.contains(where: { $0 > 0 }) { runs[index].append((fit.pool, counts)) }
        }
        return covered
    }

    func plan() -> Plan {
        let problem = tables.problem
        var plan = Plan(horizonHours: tables.horizonHours)
        for (pool, row) in nodes.enumerated() {
            for block in row.indices where row[block] > 0 {
                plan.nodes.append(
                    .init(
                        plane: problem.pools[pool].plane, pool: problem.pools[pool].name, block: problem.blocks[block].name,
                        count: row[block]))
                let usd = Double(row[block]) * problem.pools[pool].usdPerNodeHour * problem.blocks[block].hours
                plan.cost.computeUSD += usd
                plan.cost.byTier[problem.pools[pool].tier.rawValue, default: 0] += usd
                if let plane = tables.planeOfPool[pool] {
                    plan.cost.byProvider[problem.planes[plane].provider, default: 0] += usd
                }
            }
        }
        for index in problem.workloads.indices {
            for run in runs[index] {
                for block in run.counts.indices where run.counts[block] > 0 {
                    plan.replicas.append(
                        .init(
                            workload: problem.workloads[index].name, plane: problem.pools[run.pool].plane,
                            pool: problem.pools[run.pool].name, block: problem.blocks[block].name, count: run.counts[block]))
                }
            }
            for block in problem.blocks.indices { route(index, block, &plan) }
        }
        plan.objectiveUSD = plan.cost.computeUSD + plan.cost.egressUSD + plan.cost.penaltyUSD
        plan.gap = plan.objectiveUSD > 0 ? 1 : 0
        return plan
    }

    /// As many as can be, by the shortest round trips.
    private func route(_ index: Int, _ block: Int, _ plan: inout Plan) {
        let problem = tables.problem
        var capacity = [Double](repeating: 0, count: problem.planes.count)
        for run in runs[index] where run.counts[block] > 0 {
            guard let fit = tables.fits[index].first(where: { $0.pool == run.pool }) else { continue }
            capacity[fit.plane] += Double(run.counts[block]) * rate(fit)
        }
        let users = tables.users[index].filter { $0.rates[block] > 0 }
        let planes = capacity.indices.filter { capacity[$0] > 0 }
        let arcs = users.flatMap { group in
            planes.map { plane -> TransportFlow.Arc? in
                guard case .open(let rtt) = tables.access(workload: index, users: group, plane: plane) else { return nil }
                return .init(below: rtt, above: rtt)
            }
        }
        var network = TransportFlow(supply: users.map { $0.rates[block] }, capacity: planes.map { capacity[$0] }, arcs: arcs)
        network.fill()
        let workload = problem.workloads[index]
        let hours = problem.blocks[block].hours
        for (row, group) in users.enumerated() {
            for (column, plane) in planes.enumerated() where network.flow[row * planes.count + column] > 1e-9 {
                let rate = network.flow[row * planes.count + column]
                plan.flows.append(
                    .init(
                        workload: workload.name, origin: group.name, plane: problem.planes[plane].name,
                        block: problem.blocks[block].name, requestsPerSecond: rate,
                        rttMilliseconds: tables.roundTrip(origin: group.origin, plane: plane) ?? 0))
                plan.cost.egressUSD +=
                    3_600 * rate * workload.egressGiBPerRequest * problem.planes[plane].egressUSDPerGiB * hours
            }
            let unmet = group.rates[block] - network.served(row)
            guard unmet > 1e-7 else { continue }
            plan.unmet.append(
                .init(
                    workload: workload.name, origin: group.name, block: problem.blocks[block].name, requestsPerSecond: unmet,
                    reasons: ["its share of the mix has no more capacity in reach"]))
            plan.cost.penaltyUSD += 3_600 * problem.unmetUSDPerRequest * unmet * hours
        }
    }
}
