import LinearOptimization

/// Finds whole replicas for one block: search on the covers known, then the covers the result breaks, and again.
struct BlockPlanner: Sendable {
    let compiled: CompiledProblem
    let packing: [PoolPacking]
    let candidates: [[Int]]

    /// Searches until no cover is broken, at most so often.
    private static let rounds = 12

    /// - Parameters:
    ///   - covers: by service; those found broken are added.
    ///   - start: replicas by service and option.
    func search(
        demand: [[Double]], terms: [SearchState.PoolTerms], covers: inout [CoverTable], start: [[Int]], steps: Int, seed: UInt64,
        limits: SearchLimits
    ) -> (replicas: [[Int]], cost: Double) {
        var replicas = start
        var cost = Double.infinity
        for round in 0..<Self.rounds {
            let state = SearchState(
                compiled, packing: packing, terms: terms, demand: demand, covers: covers)
            var search = NeighbourhoodSearch(
                compiled: compiled, candidates: candidates, state: state, seed: seed &+ UInt64(round))
            search.start(from: replicas)
            search.improve(steps: round == 0 ? steps : steps / 6, limits)
            replicas = search.replicas
            cost = search.state.cost
            if addBroken(replicas, state: search.state, demand: demand, to: &covers) == 0 { break }
        }
        return (replicas, cost)
    }

    /// A short search on the covers known.
    func glance(
        demand: [[Double]], terms: [SearchState.PoolTerms], covers: [CoverTable], start: [[Int]], steps: Int, seed: UInt64,
        limits: SearchLimits
    ) -> (replicas: [[Int]], cost: Double) {
        let state = SearchState(
            compiled, packing: packing, terms: terms, demand: demand, covers: covers)
        var search = NeighbourhoodSearch(compiled: compiled, candidates: candidates, state: state, seed: seed)
        search.start(from: start)
        search.improve(steps: steps, limits)
        return (search.replicas, search.state.cost)
    }

    private func addBroken(
        _ replicas: [[Int]], state: SearchState, demand: [[Double]], to covers: inout [CoverTable]
    ) -> Int {
        var added = 0
        for (index, service) in compiled.services.enumerated() where !service.groups.isEmpty {
            let counts = replicas[index].map(Double.init)
            let shortages = state.services[index].covers
            let total = demand[index].reduce(0, +)
            guard total > 0 else { continue }
            // What is given up knowingly is taken off the demand, evenly: a set of groups that is short even so is worth knowing.
            let unmet = shortages.lazy.filter { !$0.isLoss }.map(\.shortage).max() ?? 0
            let served = demand[index].map { $0 * max(0, 1 - unmet / total) }
            let planned = service.throughput(counts, lost: nil).map { $0 * service.workload.targetUtilization }
            if let groups = service.broken(supply: served, capacity: planned, failover: false),
                covers[index].add(Cover(service: index, loss: nil, groups: groups), in: service)
            {
                added += 1
            }
            let unprotected = shortages.lazy.filter { $0.isLoss }.map(\.shortage).max() ?? 0
            let keptShare = service.workload.keptShare * max(0, 1 - unprotected / (service.workload.keptShare * total))
            for loss in service.constrainingLosses {
                let capacity = service.throughput(counts, lost: service.losses[loss])
                if let groups = service.broken(supply: served.map { $0 * keptShare }, capacity: capacity, failover: true),
                    covers[index].add(Cover(service: index, loss: loss, groups: groups), in: service)
                {
                    added += 1
                }
            }
        }
        return added
    }
}
