/// Why demand of one workload goes unserved, and the cheapest single change that would serve it.
struct UnmetReasons {
    let view: WorkloadView

    /// What binds, then the cheapest relaxation.
    func reasons(origin: Int, block: Int) -> [String] {
        guard let place = view.users.indices.first(where: { view.users[$0].origin == origin && view.users[$0].rates[block] > 0 })
        else { return ["no demand is declared for it"] }
        if view.fits.isEmpty { return [withoutProfile()] }
        let planes = view.fitsOfPlane.indices.filter { !view.fitsOfPlane[$0].isEmpty }
        let open = planes.filter { view.access[place][$0].isOpen }
        var reasons: [String] = []
        var isBarred = open.isEmpty
        if open.isEmpty {
            reasons += barred(place, planes)
        } else {
            let fits = open.flatMap { view.fitsOfPlane[$0] }
            let obstructed = fits.filter { view.obstacle($0, replicas: 1, block: block) != nil }
            isBarred = obstructed.count == fits.count
            reasons += obstacles(obstructed, block: block)
            let others = fits.filter { !obstructed.contains($0) }
            if !others.isEmpty { reasons.append(notWorthIt(others, open: open, block: block)) }
        }
        var remedies = open.flatMap { plane in view.fitsOfPlane[plane].compactMap { remedy($0, block: block) } }
        remedies += longerBudgets(place, planes: planes, block: block)
        if let best = Remedy.cheapest(remedies) {
            reasons.append(best.sentence)
        } else if isBarred {
            reasons.append(nothingAlone(place, planes: planes, open: open, block: block))
        }
        return reasons
    }

    /// Why no single change helps.
    private func nothingAlone(_ place: Int, planes: [Int], open: [Int], block: Int) -> String {
        let distant = planes.filter { plane in
            switch view.access[place][plane] {
            case .afterLoss, .tooFar: true
            case .open, .unknownDistance, .forbidden: false
            }
        }
        if open.isEmpty, distant.isEmpty {
            return
                "no quota, budget or latency budget stands between: what would serve it is a plane inside the rules, near enough, with a "
                + "known round trip"
        }
        if open.isEmpty {
            let blocked = obstacles(distant.flatMap { view.fitsOfPlane[$0] }, block: block)
            return "no single relaxation would serve it: where a longer latency budget would reach, nothing more can run ("
                + blocked.joined(separator: "; ") + ")"
        }
        return "no single relaxation would serve it: more than one of quota, spot share and budget is in the way"
    }

    private func withoutProfile() -> String {
        let problem = view.tables.problem
        let types = problem.pools.map(\.accelerator).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let known = view.workload.profile.keys.sorted()
        if known.contains(where: types.contains) {
            return "no node of the fleet has the accelerators one replica needs: "
                + Figure.list(
                    known.compactMap { name in view.workload.profile[name].map { "\($0.acceleratorsPerReplica) x \(name)" } })
        }
        return "no profile for any accelerator of the fleet: it has \(Figure.list(types)), the workload's profile knows "
            + "\(Figure.list(known)); measure it on one of them and add the profile"
    }

    /// Where no plane may serve these users.
    private func barred(_ place: Int, _ planes: [Int]) -> [String] {
        let group = view.users[place]
        var forbidden: [(plane: Int, because: String)] = []
        var nearest: (plane: Int, milliseconds: Double)?
        for plane in planes {
            switch view.access[place][plane] {
            case .forbidden(let because): forbidden.append((plane, because))
            case .tooFar(let milliseconds), .afterLoss(let milliseconds):
                if nearest.map({ milliseconds < $0.milliseconds }) ?? true { nearest = (plane, milliseconds) }
            case .unknownDistance, .open: continue
            }
        }
        var reasons: [String] = []
        if let nearest {
            reasons.append(
                "no plane that may serve \(group.name) is near enough: the nearest, \(view.tables.problem.planes[nearest.plane].name), is "
                    + "\(Figure.milliseconds(nearest.milliseconds, against: group.latencyBudget)) ms away, the budget is "
                    + "\(Figure.milliseconds(group.latencyBudget)) ms")
        }
        if let first = forbidden.first {
            let name = view.tables.problem.planes[first.plane].name
            reasons.append(
                "rules keep its users in \(group.name) from \(Figure.count(forbidden.count, "plane")) that could run it; \(name): "
                    + first.because)
        }
        if reasons.isEmpty { reasons.append("no round trip is known from \(group.name) to any plane that can run it") }
        return reasons
    }

    /// What is in the way on the planes that may serve, one sentence a pool.
    private func obstacles(_ fits: [PoolFit], block: Int) -> [String] {
        let problem = view.tables.problem
        var reasons: [String] = []
        for fit in fits {
            let label = view.tables.label(pool: fit.pool)
            switch view.obstacle(fit, replicas: 1, block: block) {
            case nil: continue
            case .quota:
                let quota = problem.pools[fit.pool].maxNodes
                reasons.append(
                    quota <= 0
                        ? "quota: \(label) may have no node"
                        : "quota: \(label) runs \(quota == 1 ? "the one node" : "all \(quota) nodes") it may have")
            case .spotShare:
                reasons.append(
                    "spot share: \(label) is spot, and at most \(Figure.percent(view.workload.maxSpotShare)) of throughput may be"
                )
            case .budget(let place):
                let budget = problem.budgets[place]
                let spent = BudgetSpending.usdPerHour(budget, block: block, tables: view.tables, plan: view.plan)
                reasons.append(
                    "budget \(budget.name): \(Figure.usd(spent)) of \(Figure.usd(budget.usdPerHour)) USD/h are spent, and a replica in "
                        + "\(label) costs \(Figure.usd(fit.replicaUSDPerHour))")
            }
        }
        guard reasons.count > Self.mostReasons else { return reasons }
        let shown = reasons.prefix(Self.mostReasons)
        return shown + ["and the same for \(Figure.count(reasons.count - shown.count, "more pool"))"]
    }

    /// Pools named in one row's reasons.
    static let mostReasons = 4

    /// Where there is room, but serving costs more than the penalty for not serving.
    private func notWorthIt(_ fits: [PoolFit], open: [Int], block: Int) -> String {
        let problem = view.tables.problem
        let penalty = problem.unmetUSDPerRequest
        guard let cheapest = fits.min(by: { $0.unitUSD < $1.unitUSD }) else { return "no pool may serve it" }
        let label = view.tables.label(pool: cheapest.pool)
        if cheapest.unitUSD / 3_600 > penalty {
            return
                "price: the cheapest that may serve it, \(label), costs \(perThousand(cheapest.unitUSD)); unserved, 1,000 count for "
                + "\(Figure.usd(penalty * 1_000)) USD"
        }
        let pool = problem.pools[cheapest.pool]
        let rate = unmet(on: open, block: block)
        if pool.tier == .reserved {
            let hours = view.tables.horizonHours
            return "price: a further reserved node of \(label) is paid for in all \(Figure.hours(hours)) h, "
                + "\(Figure.usd(pool.usdPerNodeHour * hours)) USD; the \(Figure.rate(rate)) req/s unserved here count for "
                + "\(Figure.usd(rate * penalty * 3_600 * problem.blocks[block].hours)) USD in this block"
        }
        return
            "price: a further node of \(label) costs \(Figure.usd(pool.usdPerNodeHour)) USD/h; the \(Figure.rate(rate)) req/s it could "
            + "serve count for \(Figure.usd(rate * penalty * 3_600)) USD/h when unserved (the plan is proven within "
            + "\(Figure.percent(view.plan.plan.gap)) of the best)"
    }

    /// Unmet requests per second of the workload that any of these planes may serve.
    private func unmet(on planes: [Int], block: Int) -> Double {
        view.unmetByUsers[block].reduce(0) { sum, row in
            planes.contains { view.access[row.place][$0].isOpen } ? sum + row.rate : sum
        }
    }

    private func remedy(_ fit: PoolFit, block: Int) -> Remedy? {
        let rate = unmet(on: [fit.plane], block: block)
        guard rate > 0 else { return nil }
        return view.remedy(
            fit, replicas: max(1, fit.replicas(for: rate)), rate: rate, block: block, served: served(rate, block: block))
    }

    /// What longer latency budgets would let too distant planes serve, the nearest first: each budget opens all planes within it.
    private func longerBudgets(_ place: Int, planes: [Int], block: Int) -> [Remedy] {
        let rate = view.unmetByUsers[block].first { $0.place == place }?.rate ?? 0
        guard rate > 0 else { return [] }
        let distant = planes.compactMap { plane -> (plane: Int, milliseconds: Double)? in
            switch view.access[place][plane] {
            case .afterLoss(let value), .tooFar(let value): (plane, value)
            case .open, .unknownDistance, .forbidden: nil
            }
        }.sorted { ($0.milliseconds, $0.plane) < ($1.milliseconds, $1.plane) }
        var opened: [PoolFit] = []
        return distant.compactMap { entry in
            opened += view.fitsOfPlane[entry.plane]
            return remedy(opened, rate: rate, milliseconds: entry.milliseconds, block: block)
        }
    }

    /// Serves as much as the pools allow, the cheapest first.
    private func remedy(_ fits: [PoolFit], rate: Double, milliseconds: Double, block: Int) -> Remedy? {
        let ranked = fits.map { fit in
            (fit: fit, usd: view.usdPerHour(fit, replicas: max(1, fit.replicas(for: rate)), rate: rate, block: block))
        }.sorted { ($0.usd, $0.fit.pool) < ($1.usd, $1.fit.pool) }
        var (left, usd) = (rate, 0.0)
        var labels: [String] = []
        for fit in ranked.map(\.fit) where left > 1e-9 {
            let replicas = view.addable(fit, block: block, upTo: max(1, fit.replicas(for: left)))
            guard replicas > 0 else { continue }
            let taken = min(left, Double(replicas) * fit.plannedThroughput)
            usd += view.usdPerHour(fit, replicas: replicas, rate: taken, block: block)
            left -= taken
            labels.append(view.tables.label(pool: fit.pool))
        }
        guard !labels.isEmpty else { return nil }
        let isAll = left <= 1e-9
        return Remedy(
            kind: .latency, usdPerHour: usd, share: isAll ? 1 : 1 - left / rate,
            text:
                "a latency budget of \(Figure.decimal(milliseconds.rounded(.up), places: 0)) ms would let \(Figure.list(labels)) serve "
                + (isAll ? "it" : "\(Figure.rate(rate - left)) of its \(Figure.rate(rate)) req/s"))
    }

    private func served(_ rate: Double, block: Int) -> String {
        let rows = view.unmetByUsers[block].filter { $0.rate > 0 }
        return rows.count <= 1
            ? "would serve it" : "would serve it, with all \(Figure.rate(rate)) req/s unmet in this block that may go there,"
    }
}
