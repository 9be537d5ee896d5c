/// What keeps a workload's plan from being cheaper, with what it costs, most costly first.
///
/// Each figure is what lifting that one constraint could save at most by the price per request, a mean over the horizon: the rate
/// it concerns times the difference of two pools' USD per req/s·h. Lifting several saves less than their sum.
struct BindingConstraints {
    let view: WorkloadView

    /// Of rules and of quotas, so many are told.
    static let mostOfOneKind = 3

    private struct Finding {
        let usdPerHour: Double
        let text: String
    }

    func sentences() -> [String] {
        var findings = [latency(), survival(), spotShare(), minimum(), wholeNodes()].compactMap { $0 }
        findings += costliest(rules()) + costliest(quotas()) + budgets()
        let ranked = findings.enumerated().sorted { left, right in
            (-left.element.usdPerHour, left.offset) < (-right.element.usdPerHour, right.offset)
        }
        return ranked.map(\.element.text)
    }

    private func costliest(_ findings: [Finding]) -> ArraySlice<Finding> {
        findings.sorted { $0.usdPerHour > $1.usdPerHour }.prefix(Self.mostOfOneKind)
    }

    private func upTo(_ usd: Double) -> String { "up to \(Figure.usd(usd)) USD/h" }

    /// Mean USD/h that users would cost less on a plane than where they are served, and the users.
    private func saving(_ plane: Int, where isKeptOut: (ProblemTables.Access) -> Bool) -> (usd: Double, users: [Int])? {
        guard let unit = view.fitsOfPlane[plane].map(\.unitUSD).min() else { return nil }
        var usd = 0.0
        var users: [Int] = []
        for place in view.users.indices where isKeptOut(view.access[place][plane]) {
            var saved = 0.0
            for other in view.meanFlow[place].indices where view.meanFlow[place][other] > 0 {
                guard let used = view.dearestUsed(plane: other), used.unitUSD > unit * (1 + 1e-9) else { continue }
                saved += view.meanFlow[place][other] * (used.unitUSD - unit)
            }
            if saved > 0 {
                usd += saved
                users.append(place)
            }
        }
        return users.isEmpty ? nil : (usd, users)
    }

    private func latency() -> Finding? {
        let offers = view.fitsOfPlane.indices.compactMap { plane in
            saving(plane) { access in
                switch access {
                case .afterLoss, .tooFar: true
                case .open, .unknownDistance, .forbidden: false
                }
            }.map { (plane: plane, usd: $0.usd, users: $0.users) }
        }
        guard let best = offers.max(by: { ($0.usd, -$0.plane) < ($1.usd, -$1.plane) }) else { return nil }
        let farthest = best.users.max { excess($0, best.plane) < excess($1, best.plane) } ?? best.users[0]
        let milliseconds = view.access[farthest][best.plane].milliseconds ?? 0
        let budget = view.users[farthest].latencyBudget
        let plane = view.tables.problem.planes[best.plane].name
        return Finding(
            usdPerHour: best.usd,
            text: "latency budget: \(plane) would serve \(names(best.users)) for \(upTo(best.usd)) less, but "
                + "\(view.users[farthest].name) is \(Figure.milliseconds(milliseconds, against: budget)) ms away and its budget is "
                + "\(Figure.milliseconds(budget)) ms")
    }

    private func excess(_ place: Int, _ plane: Int) -> Double {
        (view.access[place][plane].milliseconds ?? 0) - view.users[place].latencyBudget
    }

    /// For each rule, the plane it costs most.
    private func rules() -> [Finding] {
        var reasons: [String] = []
        for row in view.access.indices {
            for access in view.access[row] {
                if case .forbidden(let because) = access, !reasons.contains(because) { reasons.append(because) }
            }
        }
        return reasons.compactMap { reason in
            let offers = view.fitsOfPlane.indices.compactMap { plane in
                saving(plane) { $0 == .forbidden(because: reason) }.map { (plane: plane, usd: $0.usd, users: $0.users) }
            }
            guard let best = offers.max(by: { ($0.usd, -$0.plane) < ($1.usd, -$1.plane) }) else { return nil }
            let plane = view.tables.problem.planes[best.plane].name
            return Finding(
                usdPerHour: best.usd,
                text: "rule: \(plane) would serve \(names(best.users)) for \(upTo(best.usd)) less, but \(reason)")
        }
    }

    private func quotas() -> [Finding] {
        let blocks = view.tables.problem.blocks
        return view.runs.compactMap { run in
            guard let fit = view.fit(pool: run.pool), let dearest = view.dearestUsed(servingUsersOf: fit.plane),
                dearest.unitUSD > fit.unitUSD * (1 + 1e-9), view.tables.horizonHours > 0
            else { return nil }
            let reached = view.blocks.filter { run.counts[$0] > 0 && view.isFull(fit, block: $0) }
            guard let first = reached.first else { return nil }
            let pool = view.tables.problem.pools[run.pool]
            let hours = reached.reduce(0) { $0 + blocks[$1].hours }
            let perNode = Double(fit.replicasPerNode) * fit.plannedThroughput * (dearest.unitUSD - fit.unitUSD)
            let saved = perNode * hours / view.tables.horizonHours
            return Finding(
                usdPerHour: saved,
                text:
                    "quota: \(view.tables.label(pool: run.pool)) runs \(pool.maxNodes == 1 ? "its one node" : "all its \(pool.maxNodes) nodes") "
                    + "in \(reached.count) of \(Figure.count(blocks.count, "block")) (first in \(blocks[first].name)); one more would save "
                    + "\(upTo(saved)) against \(view.tables.label(pool: dearest.pool))")
        }
    }

    private func spotShare() -> Finding? {
        guard view.workload.maxSpotShare < 1, view.tables.horizonHours > 0 else { return nil }
        let problem = view.tables.problem
        var best: (usd: Double, spot: PoolFit, other: PoolFit, blocks: Int)?
        for spot in view.fits where spot.isSpot {
            guard let other = view.dearestUsed(servingUsersOf: spot.plane), !other.isSpot, other.unitUSD > spot.unitUSD else {
                continue
            }
            let reached = view.blocks.filter {
                view.isSpotShareReached(spot, block: $0) && !view.isFull(spot, block: $0) && view.served[$0] > 0
            }
            guard !reached.isEmpty else { continue }
            let rate = reached.reduce(0) { $0 + view.served[$1] * problem.blocks[$1].hours } / view.tables.horizonHours
            let saved = rate * min(0.1, 1 - view.workload.maxSpotShare) * (other.unitUSD - spot.unitUSD)
            if best.map({ $0.usd < saved }) ?? true { best = (saved, spot, other, reached.count) }
        }
        guard let best else { return nil }
        let more = Figure.percent(min(0.1, 1 - view.workload.maxSpotShare))
        return Finding(
            usdPerHour: best.usd,
            text: (view.workload.maxSpotShare <= 0
                ? "spot share: it allows no spot; \(more) of it on "
                : "spot share: the \(Figure.percent(view.workload.maxSpotShare)) it allows is reached in \(best.blocks) of "
                    + "\(Figure.count(problem.blocks.count, "block")); \(more) more of it on ")
                + "\(view.tables.label(pool: best.spot.pool)) would save "
                + "\(upTo(best.usd)) against \(view.tables.label(pool: best.other.pool))")
    }

    private func budgets() -> [Finding] {
        let problem = view.tables.problem
        guard let cheapest = view.fits.filter({ $0.replicaUSDPerHour > 0 }).map(\.replicaUSDPerHour).min() else { return [] }
        return problem.budgets.filter { $0.workloads.contains(view.workload.name) }.compactMap { budget in
            let spent = view.blocks.map { BudgetSpending.usdPerHour(budget, block: $0, tables: view.tables, plan: view.plan) }
            guard let most = spent.indices.max(by: { spent[$0] < spent[$1] }), spent[most] + cheapest > budget.usdPerHour else {
                return nil
            }
            return Finding(
                usdPerHour: 0,
                text:
                    "budget \(budget.name): \(Figure.usd(spent[most])) of \(Figure.usd(budget.usdPerHour)) USD/h are spent in block "
                    + "\(problem.blocks[most].name), which leaves less than the \(Figure.usd(cheapest)) USD/h of the cheapest replica"
            )
        }
    }

    /// Capacity beyond what planned load takes, where a loss leaves no more than was asked for.
    private func survival() -> Finding? {
        guard view.workload.survive != .none, view.tables.horizonHours > 0 else { return nil }
        guard let loss = tightLoss() else { return nil }
        let kept = view.servable(after: loss, block: view.peak) / view.served[view.peak]
        let cost = spareUSDPerHour()
        let block = view.tables.problem.blocks[view.peak].name
        return Finding(
            usdPerHour: cost,
            text:
                "survive \(view.workload.survive.rawValue): losing \(loss.words) leaves \(Figure.percent(min(1, kept))) served in block "
                + "\(block), one replica less would leave less than the \(Figure.percent(view.workload.keptShare)) wanted; capacity beyond "
                + "what planned load takes costs \(Figure.usd(cost)) USD/h")
    }

    /// A loss after which, at the peak, one paid replica less would leave less than the kept share served.
    private func tightLoss() -> Loss? {
        let wanted = view.workload.keptShare * view.served[view.peak]
        guard wanted > 0 else { return nil }
        return view.lossesToSurvive.first { loss in
            view.runs.contains { run in
                guard run.counts[view.peak] > 0, view.survives(run.pool, loss), view.fit(pool: run.pool)?.isOwned == false else {
                    return false
                }
                return view.servable(after: loss, block: view.peak, keeping: view.workload.keptShare, oneLessIn: run.pool)
                    < wanted * (1 - 1e-6)
            }
        }
    }

    /// Mean USD/h of bought capacity that planned load does not use, the dearest pools counted first.
    private func spareUSDPerHour() -> Double {
        let problem = view.tables.problem
        var usd = 0.0
        for block in view.blocks {
            var spare =
                view.runs.reduce(0.0) { sum, run in
                    sum + (view.fit(pool: run.pool).map { Double(run.counts[block]) * $0.plannedThroughput } ?? 0)
                } - view.served[block]
            let used = view.runs.compactMap { run in view.fit(pool: run.pool).map { ($0, Double(run.counts[block])) } }
            for (fit, count) in used.sorted(by: { $0.0.computeUSD > $1.0.computeUSD }) where spare > 0 {
                let rate = min(spare, count * fit.plannedThroughput)
                usd += rate * fit.computeUSD * problem.blocks[block].hours
                spare -= rate
            }
        }
        return usd / view.tables.horizonHours
    }

    /// Replicas that run only because of the minimum.
    private func minimum() -> Finding? {
        guard view.workload.minReplicas > 0, view.tables.horizonHours > 0 else { return nil }
        var usd = 0.0
        var reached = 0
        for block in view.blocks {
            let counts = view.runs.map { $0.counts[block] }
            guard counts.reduce(0, +) == view.workload.minReplicas else { continue }
            let running = view.runs.filter { $0.counts[block] > 0 }.compactMap { view.fit(pool: $0.pool) }
            guard let smallest = running.map(\.plannedThroughput).min(), let dearest = running.map(\.replicaUSDPerHour).max()
            else {
                continue
            }
            let capacity = zip(view.runs, counts).reduce(0.0) { sum, pair in
                sum + (view.fit(pool: pair.0.pool)?.plannedThroughput ?? 0) * Double(pair.1)
            }
            let idle = ((capacity - view.served[block]) / smallest + 1e-9).rounded(.down)
            guard idle >= 1 else { continue }
            reached += 1
            usd += idle * dearest * view.tables.problem.blocks[block].hours
        }
        guard reached > 0, usd > 0 else { return nil }
        let mean = usd / view.tables.horizonHours
        return Finding(
            usdPerHour: mean,
            text: "minimum replicas: \(view.workload.minReplicas) must run; in \(reached) of "
                + "\(Figure.count(view.tables.problem.blocks.count, "block")) load needs fewer, which costs \(upTo(mean))")
    }

    /// Accelerators of nodes it has to itself that stand free.
    private func wholeNodes() -> Finding? {
        let problem = view.tables.problem
        guard view.tables.horizonHours > 0 else { return nil }
        var worst: (usd: Double, pool: Int, free: Int)?
        for run in view.runs where view.neighbours(pool: run.pool).isEmpty {
            let pool = problem.pools[run.pool]
            guard pool.acceleratorsPerNode > 1, pool.usdPerNodeHour > 0 else { continue }
            var usd = 0.0
            for block in view.blocks {
                let free = view.plan.freeAccelerators(pool: run.pool, block: block, tables: view.tables)
                usd += Double(free) * pool.usdPerNodeHour / Double(pool.acceleratorsPerNode) * problem.blocks[block].hours
            }
            let mean = usd / view.tables.horizonHours
            let most = view.blocks.map { view.plan.freeAccelerators(pool: run.pool, block: $0, tables: view.tables) }.max() ?? 0
            if mean > (worst?.usd ?? 0) { worst = (mean, run.pool, most) }
        }
        return worst.map {
            Finding(
                usdPerHour: $0.usd,
                text: "whole nodes: \(view.tables.label(pool: $0.pool)) is bought in nodes of "
                    + "\(problem.pools[$0.pool].acceleratorsPerNode) accelerators; up to \($0.free) stand free, "
                    + "\(Figure.usd($0.usd)) USD/h in the mean")
        }
    }

    private func names(_ users: [Int]) -> String {
        Figure.list(users.map { view.users[$0].name }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } })
    }
}
