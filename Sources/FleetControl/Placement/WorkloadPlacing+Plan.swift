import FleetModel

/// Following a plan: what it wants where the fleet as it is still allows it, and something as good where it does not.
extension WorkloadPlacing {
    /// What the plan wants in one pool, with what is known of the pool.
    struct PlannedTarget {
        let plane: PlaneName
        let pool: PoolName
        let count: Int
        /// The pool among the candidates; nil where fence, hardware or a drain keep the workload out, or there is no such pool.
        let candidate: Int?
        /// Of one replica; 0 where the pool is no candidate.
        let accelerators: Int
        var missing = 0
    }

    /// Takes note of what the plan wants of this workload; empty where the plan does not cover it.
    mutating func beginPlan(_ planned: PlannedReplicas) -> [PlannedTarget] {
        guard let wanted = planned.targets[workload.name] else { return [] }
        var targets: [PlannedTarget] = []
        for target in wanted.sorted(by: { ($0.plane, $0.pool) < ($1.plane, $1.pool) }) where target.count > 0 {
            let candidate = search.candidates.firstIndex { $0.plane.name == target.plane && $0.pool.name == target.pool }
            // More than the workload may have is as much as it may have and one: the rest could never be placed.
            let count = min(target.count, workload.scaling.maxReplicas + 1)
            targets.append(
                PlannedTarget(
                    plane: target.plane, pool: target.pool, count: count, candidate: candidate,
                    accelerators: candidate.map { search.candidates[$0].profile.accelerators } ?? 0))
        }
        fidelity = PlacementDecision.PlanFidelity(
            plan: planned.plan, block: planned.block, wanted: targets.reduce(0) { $0 + $1.count })
        return targets
    }

    /// Places one target as far as it can be, and remembers the rest.
    mutating func place(_ target: PlannedTarget) {
        guard let plan = fidelity?.plan else { return }
        var placed = 0
        if let candidate = target.candidate {
            while placed < target.count, take(candidate, because: "planned by \(plan)") { placed += 1 }
        }
        fidelity?.placed += placed
        guard placed < target.count else { return }
        var unplaced = target
        unplaced.missing = target.count - placed
        unmetTargets.append(unplaced)
    }

    /// Everything that is not the plan: for a workload it covers, what takes the place of what could not be done, and the
    /// declared minimum; for others the whole placement.
    mutating func placeRest(_ inputs: PlacementInputs, _ purchaser: inout Purchaser) {
        let wanted = inputs.wanted[workload.name]
        let isBought = Purchaser.isBought(workload, inputs)
        if fidelity == nil, wanted == nil, !isBought {
            placeLoads()
            placeMinimum()
            placeRedundancy(demand: declaredDemand)
            return
        }
        for target in unmetTargets { standIn(for: target, inputs) }
        let planned = total
        if isBought {
            let count = wanted ?? max(workload.scaling.minReplicas, fidelity == nil ? replicasForLoads : total)
            purchaser.withBuyer(workload.name) { buy(count, from: &$0) }
        } else if wanted == nil {
            placeMinimum()
        }
        // A plan that holds survives what it should; with replicas elsewhere than planned, that has to be judged anew.
        guard fidelity == nil || !unmetTargets.isEmpty || total > planned || standby != nil else { return }
        let unhedged = plannedThroughput * Double(max(0, total - surplus)) / Double(max(1, total))
        placeRedundancy(demand: wanted == nil ? min(declaredDemand, unhedged) : unhedged)
    }

    /// What must be there when something is lost.
    private mutating func placeRedundancy(demand: Double) {
        if standby == nil { placeSurvival(demand: demand) } else { placeStandby(demand: demand) }
    }

    /// Places as much throughput as a target lacks, first where its users are nearest.
    private mutating func standIn(for target: PlannedTarget, _ inputs: PlacementInputs) {
        let because = obstacle(to: target, inputs)
        let plane = inputs.fleet.planes.first { $0.name == target.plane }
        let accelerator = plane?.pools.first { $0.name == target.pool }?.accelerator
        let rate = workload.replica.profile.first { $0.accelerator == accelerator }?.rate.value
        let options = replacements(for: plane)
        var stand = 0
        var lacking = 1.0
        let part = 1 / Double(target.missing)
        while lacking > 1e-9, let candidate = options.first(where: { canTake($0) }) {
            guard add(candidate, because: "stands in for \(target.plane)/\(target.pool)") else { continue }
            stand += 1
            // Without a known rate one replica stands for one.
            lacking -= part * (rate.map { search.candidates[candidate].profile.rate.value / $0 } ?? 1)
        }
        unplaced += Double(target.missing) * max(0, lacking)
        let instead = stand == 0 ? "none elsewhere" : "\(stand) elsewhere instead"
        fidelity?.deviations.append(
            "\(target.missing) of \(target.count) on \(target.plane)/\(target.pool) cannot be: \(because); \(instead)")
    }

    /// Candidates in the order in which they replace a plane: by the users that plane is nearest to.
    private func replacements(for plane: WorkloadPlane?) -> [Int] {
        guard let plane else { return preferred(failover: false) }
        let distances = search.loads.map { $0.location.coordinates.expectedRoundTrip(to: plane.location.coordinates) }
        guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }) else {
            return preferred(failover: false)
        }
        return ranked(for: nearest, failover: false)
            + search.candidates.indices.filter { !search.candidates[$0].admitted[nearest] }
    }

    /// Why a target cannot be met, in plain words.
    private func obstacle(to target: PlannedTarget, _ inputs: PlacementInputs) -> String {
        guard let plane = inputs.fleet.planes.first(where: { $0.name == target.plane }) else {
            return "the fleet has no such plane"
        }
        guard plane.pools.contains(where: { $0.name == target.pool }) else { return "the plane has no such pool" }
        guard target.candidate != nil else {
            let rejection = search.rejections.first {
                $0.plane == target.plane && ($0.pool == nil || $0.pool == target.pool)
            }
            return rejection?.because ?? "the workload may not run there"
        }
        if total >= workload.scaling.maxReplicas { return "maxReplicas \(workload.scaling.maxReplicas) is reached" }
        return "the pool has no room left"
    }
}
