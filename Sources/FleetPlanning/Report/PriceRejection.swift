/// Why a plane that could take a workload by every rule and limit is not used: what it costs, against what is paid now.
struct PriceRejection {
    let view: WorkloadView
    let plane: Int

    var detail: String {
        let candidates = view.fitsOfPlane[plane].filter {
            !view.isFull($0, block: view.peak) && !view.isSpotShareReached($0, block: view.peak)
        }
        guard let fit = candidates.min(by: { $0.unitUSD < $1.unitUSD }) else { return "not needed" }
        guard let dearest = view.dearestUsed(servingUsersOf: plane) else { return withoutRival(fit) }
        let (here, there) = perThousand(fit.unitUSD, against: dearest.unitUSD)
        let rival = view.tables.label(pool: dearest.pool)
        if abs(fit.unitUSD - dearest.unitUSD) <= 1e-9 * max(fit.unitUSD, dearest.unitUSD) {
            return "\(here), the same as \(rival) for the same users; between equal prices the shorter round trip and fewer "
                + "planes decide"
        }
        if fit.unitUSD > dearest.unitUSD {
            return "\(here); the dearest it uses for the same users, \(rival), costs \(there)"
        }
        return wholeNode(fit) ?? givenBack(fit)
            ?? "by itself \(here) is below the \(there) of \(rival); for the plan as a whole, with whole "
            + "nodes\(view.workload.survive == .none ? "" : ", the losses to survive") and what is shared with other workloads, "
            + "no saving beyond its gap of \(Figure.percent(view.plan.plan.gap)) was found in it"
    }

    /// Where nothing that users of this plane could move from is running.
    private func withoutRival(_ fit: PoolFit) -> String {
        let penalty = view.tables.problem.unmetUSDPerRequest
        if !view.users.contains(where: \.haveDemand) {
            let cheapest = view.runs.compactMap { view.fit(pool: $0.pool) }.max { $0.replicaUSDPerHour < $1.replicaUSDPerHour }
            let rival = cheapest.map {
                "; the dearest of those that run, in \(view.tables.label(pool: $0.pool)), costs \(Figure.usd($0.replicaUSDPerHour))"
            }
            return "no demand is declared: a replica would cost \(Figure.usd(fit.replicaUSDPerHour)) USD/h\(rival ?? "")"
        }
        if fit.unitUSD > penalty * 3_600 {
            return "serving there costs \(perThousand(fit.unitUSD)), more than the \(Figure.usd(penalty * 1_000)) USD that 1,000 "
                + "unserved requests count for"
        }
        let pool = view.tables.problem.pools[fit.pool]
        let rate = openDemand(block: view.peak)
        let counted = rate * penalty * 3_600
        if pool.usdPerNodeHour > counted {
            return "a node there costs \(Figure.usd(pool.usdPerNodeHour)) USD/h; leaving the \(Figure.rate(rate)) req/s it could "
                + "serve at the peak unserved counts for \(Figure.usd(counted)) USD/h"
        }
        return
            "\(perThousand(fit.unitUSD)); none of the users it could serve is served elsewhere, and no saving beyond the plan's "
            + "gap of \(Figure.percent(view.plan.plan.gap)) was found in serving them"
    }

    private func openDemand(block: Int) -> Double {
        view.users.indices.filter { view.access[$0][plane].isOpen }.reduce(0) { $0 + view.users[$1].rates[block] }
    }

    /// Where one node, the least that can be bought, costs more than all that it could take over costs now.
    private func wholeNode(_ fit: PoolFit) -> String? {
        let problem = view.tables.problem
        let pool = problem.pools[fit.pool]
        let capacity = Double(fit.replicasPerNode) * fit.plannedThroughput
        let values = view.blocks.map { takeover(fit, capacity: capacity, block: $0) }
        if pool.tier == .reserved {
            guard view.tables.horizonHours > 0 else { return nil }
            let mean = zip(values, problem.blocks).reduce(0) { $0 + $1.0.usd * $1.1.hours } / view.tables.horizonHours
            guard mean < pool.usdPerNodeHour else { return nil }
            return "a reserved node costs \(Figure.usd(pool.usdPerNodeHour)) USD in every hour; what it could take over costs "
                + "\(Figure.usd(mean)) USD/h in the mean"
        }
        guard let best = values.indices.max(by: { values[$0].usd < values[$1].usd }), values[best].usd < pool.usdPerNodeHour
        else { return nil }
        return
            "nodes are bought whole: one costs \(Figure.usd(pool.usdPerNodeHour)) USD/h, and the \(Figure.rate(values[best].rate)) "
            + "req/s it could take over cost \(Figure.usd(values[best].usd)) USD/h now (block \(problem.blocks[best].name), the best)"
    }

    /// Where one node costs more than the nodes that could be given back for it.
    private func givenBack(_ fit: PoolFit) -> String? {
        let problem = view.tables.problem
        let pool = problem.pools[fit.pool]
        let saved = view.blocks.map { view.givenBack(for: fit, block: $0) }
        guard let best = saved.indices.max(by: { saved[$0] < saved[$1] }) else { return nil }
        if pool.tier == .reserved, view.tables.horizonHours > 0 {
            let mean = zip(saved, problem.blocks).reduce(0) { $0 + $1.0 * $1.1.hours } / view.tables.horizonHours
            guard mean < pool.usdPerNodeHour else { return nil }
            return
                "a reserved node costs \(Figure.usd(pool.usdPerNodeHour)) USD in every hour; nodes are bought whole, and those that could "
                + "be given back for it cost \(Figure.usd(mean)) USD/h in the mean"
        }
        guard saved[best] < pool.usdPerNodeHour else { return nil }
        return
            "nodes are bought whole: one costs \(Figure.usd(pool.usdPerNodeHour)) USD/h, and those that could be given back for it cost "
            + "\(Figure.usd(saved[best])) USD/h (block \(problem.blocks[best].name), the best)"
    }

    /// The dearest load of users this plane may serve, up to a capacity: its rate, and what it costs now beyond its egress here.
    private func takeover(_ fit: PoolFit, capacity: Double, block: Int) -> (rate: Double, usd: Double) {
        var loads: [(unit: Double, rate: Double)] = []
        let users = view.users.indices.filter { view.access[$0][plane].isOpen }
        let open = users.reduce(0.0) { $0 + view.servedByUsers[block][$1] }
        for other in view.flow.indices where view.flow[other][block] > 0 && other != plane {
            guard let used = view.dearestUsed(plane: other), used.unitUSD > fit.egressUSD else { continue }
            loads.append((used.unitUSD - fit.egressUSD, min(open, view.flow[other][block])))
        }
        var left = min(capacity, open)
        var result = (rate: 0.0, usd: 0.0)
        for load in loads.sorted(by: { $0.unit > $1.unit }) where left > 0 {
            let rate = min(left, load.rate)
            result = (result.rate + rate, result.usd + rate * load.unit)
            left -= rate
        }
        return result
    }
}
