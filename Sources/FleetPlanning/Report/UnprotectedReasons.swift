/// Why demand of one workload that is served would not be after a loss, and the cheapest single change that would keep it.
struct UnprotectedReasons {
    let view: WorkloadView

    /// What binds, then the cheapest relaxation, then what is kept as bought.
    func reasons(origin: Int, block: Int, rate: Double, lost: [String]) -> [String] {
        guard let place = view.users.indices.first(where: { view.users[$0].origin == origin && view.users[$0].rates[block] > 0 })
        else { return ["no demand is declared for it"] }
        let losses = losses(named: lost)
        guard let loss = losses.first else { return ["the losses it names are none of the workload's"] }
        let fits = view.fits.filter { view.survives($0.pool, loss) }
        let reachable = fits.filter { view.access[place][$0.plane].isReachable }
        var reasons = [String]()
        if reachable.isEmpty {
            reasons.append(outOfReach(place, loss: loss, fits: fits))
        } else {
            reasons += shortage(reachable, loss: loss, block: block, rate: rate)
        }
        let total = max(rate, view.plan.unprotected[view.index][block])
        var remedies = reachable.compactMap { fit in
            view.remedy(
                fit, replicas: max(1, fit.replicasAfterLoss(for: total)), rate: 0, block: block,
                served: total > rate
                    ? "would protect it, with all \(Figure.rate(total)) req/s unprotected in this block," : "would protect it")
        }
        remedies += fits.compactMap { farther($0, place: place, rate: rate, block: block) }
        if let best = Remedy.cheapest(remedies) { reasons.append(best.sentence) }
        if let kept = keptAsBought(block: block) { reasons.append(kept) }
        return reasons
    }

    private func losses(named names: [String]) -> [Loss] {
        let known = view.lossesToSurvive
        guard !names.isEmpty else { return known }
        return known.filter { names.contains($0.description) }
    }

    private func outOfReach(_ place: Int, loss: Loss, fits: [PoolFit]) -> String {
        let group = view.users[place]
        let limit = Figure.milliseconds(group.failoverBudget)
        let after = "after losing \(loss.words), no plane within the failover budget of \(limit) ms may serve \(group.name)"
        let near = fits.compactMap { fit in view.access[place][fit.plane].milliseconds.map { (fit.plane, $0) } }
        if let nearest = near.min(by: { $0.1 < $1.1 }) {
            let name = view.tables.problem.planes[nearest.0].name
            return "\(after): the nearest, \(name), is \(Figure.milliseconds(nearest.1, against: group.failoverBudget)) ms away"
        }
        for fit in fits {
            if case .forbidden(let because) = view.access[place][fit.plane] {
                return "\(after): of \(view.tables.problem.planes[fit.plane].name), \(because)"
            }
        }
        return fits.isEmpty ? "\(after): no other pool can run it" : "\(after): no round trip to the others is known"
    }

    private func shortage(_ fits: [PoolFit], loss: Loss, block: Int, rate: Double) -> [String] {
        let problem = view.tables.problem
        let blocked = fits.map { view.obstacle($0, replicas: 1, block: block) }
        let left = view.servable(after: loss, block: block)
        let first =
            "losing \(loss.words) leaves \(Figure.rate(left)) of \(Figure.rate(view.served[block])) req/s served, "
            + "\(Figure.percent(view.workload.keptShare)) are wanted"
        guard let open = zip(fits, blocked).first(where: { $0.1 == nil })?.0 else {
            let names = zip(fits, blocked).compactMap { fit, obstacle -> String? in
                let label = view.tables.label(pool: fit.pool)
                switch obstacle {
                case nil: return nil
                case .quota: return "\(label) has no node left of \(problem.pools[fit.pool].maxNodes)"
                case .spotShare: return "\(label) is spot beyond the share allowed"
                case .budget(let place): return "\(label) would overrun budget \(problem.budgets[place].name)"
                }
            }
            return [first, "nothing more may be bought for it: \(Figure.list(names, limit: 4))"]
        }
        let cheapest = zip(fits, blocked).filter { $0.1 == nil }.map(\.0).min { $0.computeUSD < $1.computeUSD } ?? open
        let cost = view.usdPerHour(
            cheapest, replicas: max(1, cheapest.replicasAfterLoss(for: rate)), rate: 0, block: block)
        let counted = 0.1 * problem.unmetUSDPerRequest * 3_600 * rate
        return [
            first,
            "standing by for it in \(view.tables.label(pool: cheapest.pool)) would cost \(Figure.usd(cost)) USD/h; unprotected, it counts "
                + "for \(Figure.usd(counted)) USD/h",
        ]
    }

    /// A surviving plane beyond the failover budget that has room.
    private func farther(_ fit: PoolFit, place: Int, rate: Double, block: Int) -> Remedy? {
        guard case .tooFar(let milliseconds) = view.access[place][fit.plane] else { return nil }
        let replicas = max(1, fit.replicasAfterLoss(for: rate))
        guard view.obstacle(fit, replicas: replicas, block: block) == nil else { return nil }
        return Remedy(
            kind: .latency, usdPerHour: view.usdPerHour(fit, replicas: replicas, rate: 0, block: block),
            text: "a failover latency budget of \(Figure.decimal(milliseconds.rounded(.up), places: 0)) ms would let "
                + "\(view.tables.label(pool: fit.pool)) protect it")
    }

    private func keptAsBought(block: Int) -> String? {
        guard view.served[block] > 0 else { return nil }
        let least = view.lossesToSurvive.map { view.servable(after: $0, block: block) / view.served[block] }.min() ?? 0
        let percent = (least * 100 + 1e-9).rounded(.down)
        return percent > 0 && least < view.workload.keptShare
            ? "as bought, a kept share of \(Figure.decimal(percent, places: 0))% holds in this block" : nil
    }
}
