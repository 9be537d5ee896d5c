extension WorkloadView {
    /// What must move elsewhere before one node of a pool can be given back in a block, and what that saves.
    ///
    /// Nodes are bought whole: as many replicas must go as stand on accelerators beyond what one node less has, and the load
    /// they carry is what the replicas left on the plane have no room for.
    ///
    /// - Returns: nil where other workloads need every node.
    func giveBack(_ fit: PoolFit, block: Int) -> (load: Double, usdPerHour: Double)? {
        let pool = tables.problem.pools[fit.pool]
        let nodes = plan.nodes[fit.pool][block]
        guard nodes > 0 else { return nil }
        let excess = plan.usedAccelerators[fit.pool][block] - pool.acceleratorsPerNode * (nodes - 1)
        let replicas = max(0, (excess + fit.acceleratorsPerReplica - 1) / fit.acceleratorsPerReplica)
        guard replicas > 0, replicas <= self.replicas(pool: fit.pool, block: block) else { return nil }
        let planned = runs.reduce(0.0) { sum, run in
            guard let other = self.fit(pool: run.pool), other.plane == fit.plane else { return sum }
            return sum + Double(run.counts[block]) * other.plannedThroughput
        }
        let spare = max(0, planned - flow[fit.plane][block])
        return (max(0, Double(replicas) * fit.plannedThroughput - spare), pool.usdPerNodeHour)
    }

    /// What one more node of an unused pool would let the workload give back in a block, the dearest nodes for their load first.
    func givenBack(for fit: PoolFit, block: Int) -> Double {
        let open = users.indices.filter { access[$0][fit.plane].isOpen }
        var movable = open.reduce(0.0) { $0 + servedByUsers[block][$1] }
        movable = min(movable, Double(fit.replicasPerNode) * fit.plannedThroughput)
        let offers = runs.compactMap { run -> (load: Double, usdPerHour: Double)? in
            guard let used = self.fit(pool: run.pool), used.pool != fit.pool, !used.isOwned,
                open.contains(where: { access[$0][used.plane].isOpen })
            else { return nil }
            return giveBack(used, block: block)
        }.sorted { $0.usdPerHour * max(1e-9, $1.load) > $1.usdPerHour * max(1e-9, $0.load) }
        var usd = 0.0
        for offer in offers where offer.load <= movable + 1e-9 {
            movable -= offer.load
            usd += offer.usdPerHour
        }
        return usd
    }

    /// What it costs to serve so much more in some pools, the cheapest first, nodes bought whole.
    ///
    /// - Returns: USD/h and how much finds no room.
    func hosting(_ load: Double, in fits: [PoolFit], block: Int) -> (usdPerHour: Double, left: Double) {
        var (left, usd) = (load, 0.0)
        for fit in fits where left > 1e-9 {
            let replicas = addable(fit, block: block, upTo: max(1, fit.replicas(for: left)))
            guard replicas > 0 else { continue }
            let taken = min(left, Double(replicas) * fit.plannedThroughput)
            usd += usdPerHour(fit, replicas: replicas, rate: 0, block: block)
            left -= taken
        }
        return (usd, max(0, left))
    }
}
