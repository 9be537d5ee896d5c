extension WorkloadView {
    /// The losses the workload is to survive, of those that would take any of its replicas away: regions or providers in the
    /// order of the planes, then the spot of each provider.
    var lossesToSurvive: [Loss] {
        guard workload.survive != .none else { return [] }
        var losses: [Loss] = []
        for run in runs {
            guard let index = tables.planeOfPool[run.pool] else { continue }
            let plane = tables.problem.planes[index]
            let loss = Loss(
                workload.survive == .region
                    ? .region(provider: plane.provider, region: plane.region) : .provider(plane.provider))
            if !losses.contains(loss) { losses.append(loss) }
        }
        for run in runs where tables.problem.pools[run.pool].tier == .spot {
            guard let index = tables.planeOfPool[run.pool] else { continue }
            let loss = Loss(.spot(provider: tables.problem.planes[index].provider))
            if !losses.contains(loss) { losses.append(loss) }
        }
        return losses
    }

    func survives(_ pool: Int, _ loss: Loss) -> Bool {
        guard let plane = tables.planeOfPool[pool] else { return false }
        return !loss.strikes(tables.problem.pools[pool], of: tables.problem.planes[plane])
    }

    /// The most requests per second of served demand that the replicas left by a loss can serve within the failover budget,
    /// counting so much of each user's served demand (``Plan/Scenario`` speaks of the same).
    ///
    /// - Parameters:
    ///   - leavingOut: a pool taken as lost as well.
    ///   - oneLessIn: a pool with a replica less.
    func servable(
        after loss: Loss?, block: Int, keeping share: Double = 1, leavingOut: Int? = nil, oneLessIn: Int? = nil
    ) -> Double {
        var capacity = [Double](repeating: 0, count: tables.problem.planes.count)
        for run in runs where run.counts[block] > 0 && run.pool != leavingOut {
            guard let fit = fit(pool: run.pool), loss.map({ survives(run.pool, $0) }) ?? true else { continue }
            capacity[fit.plane] += Double(run.counts[block] - (run.pool == oneLessIn ? 1 : 0)) * fit.throughput
        }
        return servable(capacity: capacity, block: block, keeping: share)
    }

    /// The most requests per second of served demand that so much capacity by plane can serve within the failover budget.
    func servable(capacity: [Double], block: Int, keeping share: Double) -> Double {
        ServiceNetwork(view: self, block: block, planes: capacity.indices.filter { capacity[$0] > 0 })
            .servable(capacity: { capacity[$0] }, keeping: share)
    }
}
