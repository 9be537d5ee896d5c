/// One change that by itself would let a shortfall be served, and what it would add.
struct Remedy {
    /// In the order in which equal prices are offered.
    enum Kind: Int {
        case quota, latency, spotShare, budget
    }

    let kind: Kind
    let usdPerHour: Double
    /// Share of the shortfall it would serve: 1 for all of it.
    var share = 1.0
    /// Without the price: "raising the quota of aws-frankfurt/a100 from 2 to 3 nodes would serve it".
    let text: String

    var sentence: String {
        let offer = "\(text) for \(Figure.signedUSD(usdPerHour)) USD/h"
        return share >= 1
            ? "cheapest single relaxation: \(offer)" : "no single relaxation would serve all of it; the most: \(offer)"
    }

    /// The cheapest of those that serve all; where none does, the one that serves most.
    static func cheapest(_ remedies: [Remedy]) -> Remedy? {
        remedies.min { (-$0.share, $0.usdPerHour, $0.kind.rawValue) < (-$1.share, $1.usdPerHour, $1.kind.rawValue) }
    }
}

/// What stands in the way of more replicas of one workload in one pool in one block.
enum PoolObstacle: Equatable {
    case quota, spotShare
    case budget(Int)
}

extension WorkloadView {
    /// The first obstacle to `replicas` more in a pool; nil where none of quota, spot share or budget is one.
    func obstacle(_ fit: PoolFit, replicas: Int, block: Int) -> PoolObstacle? {
        let room = room(fit, block: block)
        if room.free + room.buyable < replicas { return .quota }
        if isSpotShareReached(fit, block: block) { return .spotShare }
        return exhaustedBudget(fit, replicas: replicas, block: block).map { .budget($0) }
    }

    /// A budget, by its place in the problem, that so many more replicas would overrun.
    func exhaustedBudget(_ fit: PoolFit, replicas: Int, block: Int) -> Int? {
        tables.problem.budgets.indices.first { place in
            let budget = tables.problem.budgets[place]
            guard budget.workloads.contains(workload.name) else { return false }
            let spent = BudgetSpending.usdPerHour(budget, block: block, tables: tables, plan: plan)
            return spent + Double(replicas) * fit.replicaUSDPerHour > budget.usdPerHour * (1 + 1e-9)
        }
    }

    /// The most replicas that may be added to a pool under quota, spot share and budgets.
    func addable(_ fit: PoolFit, block: Int, upTo wanted: Int) -> Int {
        let room = room(fit, block: block)
        var most = min(wanted, room.free + room.buyable)
        if isSpotShareReached(fit, block: block) { return 0 }
        if let place = exhaustedBudget(fit, replicas: most, block: block), fit.replicaUSDPerHour > 0 {
            let budget = tables.problem.budgets[place]
            let spent = BudgetSpending.usdPerHour(budget, block: block, tables: tables, plan: plan)
            most = max(0, min(most, Int(max(0, (budget.usdPerHour - spent) / fit.replicaUSDPerHour + 1e-9))))
        }
        return exhaustedBudget(fit, replicas: most, block: block) == nil ? most : 0
    }

    /// Nodes to buy for so many more replicas, after those that fit on bought ones.
    func nodesToBuy(_ fit: PoolFit, replicas: Int, block: Int) -> Int {
        fit.nodes(for: max(0, replicas - room(fit, block: block).free))
    }

    /// USD/h of `replicas` more in a pool, nodes bought whole, egress for `rate` included.
    func usdPerHour(_ fit: PoolFit, replicas: Int, rate: Double, block: Int) -> Double {
        Double(nodesToBuy(fit, replicas: replicas, block: block)) * tables.problem.pools[fit.pool].usdPerNodeHour
            + rate * fit.egressUSD
    }

    /// Lifts the one obstacle, where lifting it suffices.
    ///
    /// - Parameter served: what follows, such as "would serve it".
    func remedy(_ fit: PoolFit, replicas: Int, rate: Double, block: Int, served: String) -> Remedy? {
        let pool = tables.problem.pools[fit.pool]
        let label = tables.label(pool: fit.pool)
        let cost = usdPerHour(fit, replicas: replicas, rate: rate, block: block)
        switch obstacle(fit, replicas: replicas, block: block) {
        case nil:
            return nil
        case .quota:
            guard !isSpotShareReached(fit, block: block), exhaustedBudget(fit, replicas: replicas, block: block) == nil else {
                return nil
            }
            let wanted = plan.nodes[fit.pool][block] + nodesToBuy(fit, replicas: replicas, block: block)
            return Remedy(
                kind: .quota, usdPerHour: cost,
                text: "raising the quota of \(label) from \(pool.maxNodes) to \(Figure.count(wanted, "node")) \(served)")
        case .spotShare:
            guard exhaustedBudget(fit, replicas: replicas, block: block) == nil else { return nil }
            let added = Double(replicas) * fit.throughput
            let share = (throughput(block: block, spotOnly: true) + added) / (throughput(block: block) + added)
            let percent = min(100, (share * 100 - 1e-9).rounded(.up))
            return Remedy(
                kind: .spotShare, usdPerHour: cost,
                text:
                    "a spot share of \(Figure.decimal(percent, places: 0))% instead of \(Figure.percent(workload.maxSpotShare)) "
                    + "would let \(label) take it, which \(served)")
        case .budget(let place):
            let budget = tables.problem.budgets[place]
            let spent = BudgetSpending.usdPerHour(budget, block: block, tables: tables, plan: plan)
            let wanted = spent + Double(replicas) * fit.replicaUSDPerHour
            return Remedy(
                kind: .budget, usdPerHour: cost,
                text: "raising budget \(budget.name) from \(Figure.usd(budget.usdPerHour)) to "
                    + "\(Figure.usd((wanted * 100 - 1e-6).rounded(.up) / 100)) USD/h \(served) in \(label)")
        }
    }
}
