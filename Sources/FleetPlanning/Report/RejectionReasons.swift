/// Why each plane that a workload does not use was rejected: the first obstacle in the order hardware, unknown price, rule,
/// latency, quota, spot share, price.
struct RejectionReasons {
    let view: WorkloadView
    let origin: ProblemOrigin

    private typealias Rejected = Plan.WorkloadReport.Rejected

    /// In the problem's order of planes.
    func rows() -> [Plan.WorkloadReport.Rejected] {
        view.tables.problem.planes.indices.filter { !view.isUsed[$0] }.map { plane in
            let (because, detail) = reason(plane)
            return Rejected(plane: view.tables.problem.planes[plane].name, because: because, detail: detail)
        }
    }

    private func reason(_ plane: Int) -> (String, String) {
        if view.fitsOfPlane[plane].isEmpty { return withoutFit(plane) }
        let users = view.users.indices
        if !users.isEmpty, !users.contains(where: { view.access[$0][plane].isOpen }) { return unreachable(plane) }
        return full(plane) ?? spotShare(plane) ?? ("price", PriceRejection(view: view, plane: plane).detail)
    }

    private func withoutFit(_ plane: Int) -> (String, String) {
        let problem = view.tables.problem
        let unpriced = origin.leftOut.filter { pool in
            pool.plane == problem.planes[plane].name && pool.because == .priceUnknown && couldRun(pool)
        }
        if let first = unpriced.first {
            return ("price-unknown", "pool \(first.pool) could run it, but its price is unknown: \(first.detail)")
        }
        let pools = view.tables.poolsOfPlane[plane]
        guard !pools.isEmpty else {
            let others = origin.leftOut.filter { $0.plane == problem.planes[plane].name }
            guard let first = others.first else { return ("hardware", "it declares no pool of accelerators") }
            return ("hardware", "pool \(first.pool) was left out: \(first.detail)")
        }
        let (name, workload) = (problem.planes[plane].name, view.workload.name)
        if let mismatch = origin.mismatches.first(where: { $0.plane == name && $0.workload == workload }) {
            return ("hardware", "pool \(mismatch.pool): \(mismatch.because)")
        }
        let known = pools.filter { view.workload.profile[problem.pools[$0].accelerator] != nil }
        if let pool = known.first, let profile = view.workload.profile[problem.pools[pool].accelerator] {
            let has = problem.pools[pool].acceleratorsPerNode
            return (
                "hardware",
                "a replica needs \(Figure.count(profile.acceleratorsPerReplica, "\(problem.pools[pool].accelerator) accelerator")) "
                    + "in one node; a node of pool \(problem.pools[pool].name) has \(has)"
            )
        }
        let types = pools.map { problem.pools[$0].accelerator }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return (
            "hardware",
            "no pool has an accelerator with a profile: it has \(Figure.list(types)); the profile knows "
                + Figure.list(view.workload.profile.keys.sorted())
        )
    }

    private func couldRun(_ pool: LeftOutPool) -> Bool {
        guard let profile = view.workload.profile[pool.accelerator] else { return false }
        return profile.acceleratorsPerReplica <= pool.acceleratorsPerNode
    }

    /// Where no user may be served: by distance if a rule leaves any user to it, else by rule.
    private func unreachable(_ plane: Int) -> (String, String) {
        var nearest: (place: Int, milliseconds: Double, excess: Double)?
        var rules: [(reason: String, names: [String])] = []
        var unknown: [String] = []
        for (place, group) in view.users.enumerated() {
            switch view.access[place][plane] {
            case .open: continue
            case .forbidden(let because):
                if let known = rules.firstIndex(where: { $0.reason == because }) {
                    rules[known].names.append(group.name)
                } else {
                    rules.append((because, [group.name]))
                }
            case .unknownDistance: unknown.append(group.name)
            case .afterLoss(let milliseconds), .tooFar(let milliseconds):
                let excess = milliseconds - group.latencyBudget
                if nearest.map({ excess < $0.excess }) ?? true { nearest = (place, milliseconds, excess) }
            }
        }
        let rule = rules.first.map { "\($0.reason) (users in \(Figure.list($0.names)))" }
        if let nearest {
            return ("latency", distance(nearest.place, nearest.milliseconds) + (rule.map { "; and a rule: \($0)" } ?? ""))
        }
        if !unknown.isEmpty {
            return (
                "latency",
                "no round trip is known from \(Figure.list(unknown))" + (rule.map { "; and a rule: \($0)" } ?? "")
            )
        }
        return ("rule", rule ?? "a rule forbids it")
    }

    private func distance(_ place: Int, _ milliseconds: Double) -> String {
        let group = view.users[place]
        let figure = Figure.milliseconds(milliseconds, against: group.latencyBudget)
        var text = "\(figure) ms from \(group.name), budget \(Figure.milliseconds(group.latencyBudget)) ms"
        if group.failoverBudget > group.latencyBudget {
            text += " (failover \(Figure.milliseconds(group.failoverBudget)) ms"
            text += milliseconds <= group.failoverBudget ? ": near enough only after a loss)" : ")"
        }
        return text + (view.users.count > 1 ? "; no other users are nearer to their budget" : "")
    }

    private func full(_ plane: Int) -> (String, String)? {
        let fits = view.fitsOfPlane[plane]
        guard fits.allSatisfy({ view.isFull($0, block: view.peak) }) else { return nil }
        let parts = fits.map { fit -> String in
            let pool = view.tables.problem.pools[fit.pool]
            if pool.maxNodes <= 0 { return "pool \(pool.name) has a quota of 0 nodes" }
            let neighbours = view.neighbours(pool: fit.pool)
            let taken = neighbours.isEmpty ? "run" : "are taken by \(Figure.list(neighbours))"
            let quota = pool.maxNodes == 1 ? "the one node" : "all \(pool.maxNodes) nodes"
            return "\(quota) of pool \(pool.name) that the quota allows \(pool.maxNodes == 1 ? single(taken) : taken)"
        }
        if fits.allSatisfy({ view.tables.problem.pools[$0.pool].maxNodes <= 0 }) { return ("quota", Figure.list(parts)) }
        return ("quota", Figure.list(parts) + " at its peak (block \(view.tables.problem.blocks[view.peak].name))")
    }

    private func single(_ taken: String) -> String { taken == "run" ? "runs" : "is" + taken.dropFirst(3) }

    private func spotShare(_ plane: Int) -> (String, String)? {
        let fits = view.fitsOfPlane[plane].filter { !view.isFull($0, block: view.peak) }
        guard !fits.isEmpty, fits.allSatisfy({ view.isSpotShareReached($0, block: view.peak) }) else { return nil }
        if view.workload.maxSpotShare <= 0 { return ("spot-share", "only spot is to be had there, and the workload allows none") }
        let total = view.throughput(block: view.peak)
        let share = total > 0 ? view.throughput(block: view.peak, spotOnly: true) / total : 0
        return (
            "spot-share",
            "only spot is to be had there; \(Figure.percent(share)) of its throughput is on spot already and "
                + "\(Figure.percent(view.workload.maxSpotShare)) is the most it allows"
        )
    }
}
