/// Why each pool that runs a workload was chosen.
struct ChosenReasons {
    let view: WorkloadView
    private let losses: [Loss]

    init(_ view: WorkloadView) {
        self.view = view
        losses = view.lossesToSurvive
    }

    /// Largest share of the workload's capacity first; equal shares in the problem's order.
    func rows() -> [Plan.WorkloadReport.Chosen] {
        let hours = view.tables.problem.blocks.map(\.hours)
        let ranked = view.runs.compactMap { run -> (run: PlanTables.Run, fit: PoolFit, work: Double)? in
            guard let fit = view.fit(pool: run.pool) else { return nil }
            let work = zip(run.counts, hours).reduce(0) { $0 + Double($1.0) * fit.throughput * $1.1 }
            return (run, fit, work)
        }.sorted { ($0.work, -$0.run.pool) > ($1.work, -$1.run.pool) }
        return ranked.map { entry in
            Plan.WorkloadReport.Chosen(
                plane: view.tables.problem.planes[entry.fit.plane].name, pool: view.tables.problem.pools[entry.run.pool].name,
                replicas: entry.run.most, because: because(entry.run, entry.fit))
        }
    }

    private func because(_ run: PlanTables.Run, _ fit: PoolFit) -> String {
        if fit.isOwned { return owned(run, fit) }
        let price = perThousand(fit.unitUSD)
        guard let main = view.mainUsers(plane: fit.plane) else {
            if let loss = lossNeeding(fit) { return standby(loss, price: price) }
            if let minimum = minimum(run) { return minimum }
            return sharing(fit) ?? "spare: no user is served here in normal operation; \(price) when one is"
        }
        let group = view.users[main]
        let within = "within \(Figure.milliseconds(group.latencyBudget)) ms of \(group.name)"
        let cheaper = view.fits.filter { other in
            other.pool != fit.pool && view.access[main][other.plane].isOpen && other.unitUSD < fit.unitUSD * (1 - 1e-9)
        }.sorted { ($0.unitUSD, $0.pool) < ($1.unitUSD, $1.pool) }
        let tier = view.tables.problem.pools[fit.pool].tier
        guard let best = cheaper.first else { return "the cheapest \(within), bought as \(tier.rawValue): \(price)" }
        let used = run.counts.indices.filter { run.counts[$0] > 0 }
        if used.allSatisfy({ block in cheaper.allSatisfy { view.isFull($0, block: block) } }) {
            return "the next cheapest \(within), at \(price): the quota of \(named(cheaper)) is used up"
        }
        if used.allSatisfy({ block in
            cheaper.allSatisfy { view.isFull($0, block: block) || view.isSpotShareReached($0, block: block) }
        }) {
            let share = view.workload.maxSpotShare
            return "the cheapest \(within) that is not spot, at \(price): "
                + (share <= 0 ? "the workload allows none" : "the spot share of \(Figure.percent(share)) is reached")
        }
        if let loss = lossNeeding(fit) {
            let kept = Figure.percent(view.workload.keptShare)
            return "\(rank(fit)), so that losing \(loss.words) still leaves \(kept) served; \(price)"
        }
        if let minimum = minimum(run) { return minimum }
        if let sharing = sharing(fit) { return sharing }
        if tier != .reserved, cheaper.allSatisfy({ view.tables.problem.pools[$0.pool].tier == .reserved }) {
            return
                "the cheapest \(within) that is paid for by the hour, at \(price): \(view.tables.label(pool: best.pool)) is "
                + "reserved and would be paid for in all \(Figure.hours(view.tables.horizonHours)) h"
        }
        if let whole = wholeNodes(fit, cheaper: cheaper, price: price) { return whole }
        return
            "takes what is left over, at \(price): nodes are bought whole, and one more of the cheaper "
            + "\(view.tables.label(pool: best.pool)) (\(perThousand(best.unitUSD)) when full) was not found to save more than "
            + "the plan's gap of \(Figure.percent(view.plan.plan.gap))"
    }

    /// Where cheaper pools cannot take enough to give a node back here, or not for less than it costs.
    private func wholeNodes(_ fit: PoolFit, cheaper: [PoolFit], price: String) -> String? {
        let run = view.runOfPool[fit.pool].map { view.runs[$0].counts } ?? []
        guard let block = run.indices.max(by: { run[$0] < run[$1] }), let offer = view.giveBack(fit, block: block) else {
            return nil
        }
        let names = named(cheaper)
        let (cost, left) = view.hosting(offer.load, in: cheaper, block: block)
        let load = Figure.rate(offer.load)
        if left > 1e-6 {
            return "at \(price), after the cheaper \(names): to give back a node here \(load) req/s would have to go there, and "
                + "\(cheaper.count == 1 ? "it has" : "they have") room for \(Figure.rate(offer.load - left))"
        }
        guard cost >= offer.usdPerHour * (1 - 1e-9) else { return nil }
        return
            "at \(price), beside the cheaper \(names): nodes are bought whole, and those it takes there for the \(load) req/s that "
            + "would give back a node here (\(Figure.usd(offer.usdPerHour)) USD/h) cost \(Figure.usd(cost)) USD/h"
    }

    private func owned(_ run: PlanTables.Run, _ fit: PoolFit) -> String {
        let pool = view.tables.problem.pools[fit.pool]
        let most = view.blocks.max { run.counts[$0] < run.counts[$1] } ?? 0
        let free = view.plan.freeAccelerators(pool: fit.pool, block: most, tables: view.tables)
        let idle = max(0, pool.maxNodes - view.plan.nodes[fit.pool][most]) * pool.acceleratorsPerNode + free
        let state = idle == 0 ? "filled first, and full when it runs most" : "filled first"
        return pool.tier == .reserved
            ? "owned: paid for already, \(state)" : "costs nothing: its price is 0 USD/h, \(state)"
    }

    private func standby(_ loss: Loss, price: String) -> String {
        "stands by, so that losing \(loss.words) still leaves \(Figure.percent(view.workload.keptShare)) served; "
            + "\(price) when it serves"
    }

    /// "second provider", "another region": what the pool is to a workload that survives losses.
    private func rank(_ fit: PoolFit) -> String {
        let problem = view.tables.problem
        let provider = problem.planes[fit.plane].provider
        let providers = Set(view.runs.compactMap { view.tables.planeOfPool[$0.pool].map { problem.planes[$0].provider } })
        if view.workload.survive == .provider { return providers.count == 2 ? "second provider" : "another provider" }
        let regions = Set(view.runs.compactMap { view.tables.planeOfPool[$0.pool].map { view.tables.region(ofPlane: $0) } })
        if regions.count == 1 { return "more capacity in region \(view.tables.region(ofPlane: fit.plane))" }
        return regions.count == 2 ? "second region" : "another region, of \(provider)"
    }

    /// A loss after which too little would be served if this pool were missing as well, where with it enough is.
    private func lossNeeding(_ fit: PoolFit) -> Loss? {
        let share = view.workload.keptShare
        guard let run = view.runOfPool[fit.pool].map({ view.runs[$0] }) else { return nil }
        let busiest = view.blocks.max { run.counts[$0] < run.counts[$1] } ?? 0
        let blocks = busiest == view.peak ? [view.peak] : [view.peak, busiest]
        for loss in losses where view.survives(fit.pool, loss) {
            for block in blocks where run.counts[block] > 0 {
                let with = view.servable(after: loss, block: block, keeping: share)
                let without = view.servable(after: loss, block: block, keeping: share, leavingOut: fit.pool)
                if without < with - 1e-6 * max(1, with) { return loss }
            }
        }
        return nil
    }

    private func minimum(_ run: PlanTables.Run) -> String? {
        let used = run.counts.indices.filter { run.counts[$0] > 0 }
        let total = { (block: Int) in view.runs.reduce(0) { $0 + $1.counts[block] } }
        guard view.workload.minReplicas > 0, used.allSatisfy({ total($0) <= view.workload.minReplicas }) else { return nil }
        return "makes up the minimum of \(Figure.count(view.workload.minReplicas, "replica"))"
    }

    /// Where other workloads need every node of the pool anyway.
    private func sharing(_ fit: PoolFit) -> String? {
        let pool = view.tables.problem.pools[fit.pool]
        let own = view.runOfPool[fit.pool].map { view.runs[$0].counts } ?? []
        for block in own.indices where own[block] > 0 {
            let others = view.plan.usedAccelerators[fit.pool][block] - own[block] * fit.acceleratorsPerReplica
            let needed = (others + pool.acceleratorsPerNode - 1) / pool.acceleratorsPerNode
            if needed < view.plan.nodes[fit.pool][block] { return nil }
        }
        let neighbours = view.neighbours(pool: fit.pool)
        guard !neighbours.isEmpty else { return nil }
        return "uses accelerators left free on nodes that \(Figure.list(neighbours)) "
            + (neighbours.count == 1 ? "needs" : "need") + " anyway"
    }

    private func named(_ fits: [PoolFit]) -> String {
        Figure.list(fits.map { view.tables.label(pool: $0.pool) })
    }
}
