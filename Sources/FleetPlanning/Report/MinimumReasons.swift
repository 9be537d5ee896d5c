/// Why fewer replicas run than a workload's minimum, and the cheapest single change that would run them.
struct MinimumReasons {
    let view: WorkloadView

    func reasons(block: Int, missing: Int) -> [String] {
        let problem = view.tables.problem
        guard !view.fits.isEmpty else {
            return [
                "no pool of the fleet can run it, so not one of \(Figure.count(view.workload.minReplicas, "replica")) can start"
            ]
        }
        let most = view.fits.reduce(0) { sum, fit in
            sum + min(1_000_000, max(0, problem.pools[fit.pool].maxNodes)) * fit.replicasPerNode
        }
        var reasons: [String] = []
        if most < view.workload.minReplicas {
            reasons.append(
                "the quotas of the pools that can run it hold at most \(Figure.count(most, "replica")); the minimum is "
                    + "\(view.workload.minReplicas)")
        } else {
            let blocked = view.fits.prefix(4).compactMap { fit -> String? in
                let label = view.tables.label(pool: fit.pool)
                switch view.obstacle(fit, replicas: 1, block: block) {
                case nil: return nil
                case .quota:
                    let neighbours = view.neighbours(pool: fit.pool)
                    return "the quota of \(label) is used up" + (neighbours.isEmpty ? "" : " with \(Figure.list(neighbours))")
                case .spotShare: return "\(label) is spot beyond the share allowed"
                case .budget(let place): return "\(label) would overrun budget \(problem.budgets[place].name)"
                }
            }
            reasons.append(
                blocked.isEmpty
                    ? "a replica fits, but was not bought within the plan's gap of \(Figure.percent(view.plan.plan.gap))"
                    : blocked.joined(separator: "; "))
        }
        let remedies = view.fits.compactMap {
            view.remedy($0, replicas: max(1, missing), rate: 0, block: block, served: "would run them")
        }
        if let best = Remedy.cheapest(remedies) { reasons.append(best.sentence) }
        let running = view.runs.reduce(0) { $0 + $1.counts[block] }
        reasons.append("a minimum of \(running) would be met as it is")
        return reasons
    }
}
