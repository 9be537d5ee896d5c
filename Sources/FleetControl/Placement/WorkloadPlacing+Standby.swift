import FleetModel

/// Active-passive: one region or provider serves, and a share of it stands by elsewhere.
extension WorkloadPlacing {
    /// What stands by, hot: replicas outside the primary; warm: room for them that nobody else gets.
    struct StandbyPlacing {
        let primary: String
        let standby: Standby
        /// Room kept, by candidate.
        var reserved: [Int]
    }

    /// What is lost with the primary at once: its region, or its provider where the workload survives the loss of one.
    var standbyDomain: Objective.Survival { workload.objective.survive == .provider ? .provider : .region }

    /// Takes the best domain that is there for its users as the primary; nothing changes in active-active mode.
    ///
    /// The best one may serve the most of the demand, has the capacity for it, and is the nearest by the mean round trip over the
    /// demand. It follows from the fleet and from what is failed or drained alone, so that it does not wander with the load.
    mutating func choosePrimary() {
        guard let standby = workload.standby else { return }
        let domains = Set(search.candidates.map { $0.domain(standbyDomain) }).sorted()
        let best = domains.map { (rank: rank(of: $0), domain: $0) }.min { $0.rank < $1.rank }
        guard let best else { return }
        self.standby = StandbyPlacing(
            primary: best.domain, standby: standby, reserved: Array(repeating: 0, count: search.candidates.count))
    }

    private func rank(of domain: String) -> (Double, Double, Double, String) {
        let members = search.candidates.filter { $0.domain(standbyDomain) == domain }
        var unserved = 0.0
        var distance = 0.0
        for load in search.loads.indices {
            let rate = search.loads[load].rate.value
            let nearest = members.filter { $0.admitted[load] }.map { $0.roundTrips[load] }.min()
            if let nearest { distance += rate * nearest.milliseconds } else { unserved += rate }
        }
        let capacity = members.reduce(0) { sum, candidate in
            let perNode = candidate.pool.acceleratorsPerNode / max(1, candidate.profile.accelerators)
            return sum + Double(candidate.pool.maxNodes * perNode) * candidate.profile.rate.value
        }
        let needed = declaredDemand / workload.objective.targetUtilization.fraction
        return (unserved, max(0, needed - capacity), distance, domain)
    }

    /// Whether load may be placed there.
    func isPrimary(_ candidate: Int) -> Bool {
        standby.map { search.candidates[candidate].domain(standbyDomain) == $0.primary } ?? true
    }

    /// Throughput outside the primary, until it is the declared share of the demand at full utilisation.
    ///
    /// - Parameter demand: what replicas were placed for, in requests per second.
    mutating func placeStandby(demand: Double) {
        guard let standby, total > 0 else { return }
        let needed = max(demand * standby.standby.share.fraction, 1e-6)
        let options = preferred(failover: true, inPrimary: false)
        while standbyThroughput < needed {
            guard let candidate = options.first(where: { canTake($0) }) else {
                unprotected += replicas(for: needed - standbyThroughput)
                shortfalls.append(
                    "\(plainNumber((standbyThroughput * 100).rounded() / 100)) of "
                        + "\(plainNumber((needed * 100).rounded() / 100)) req/s stand by for \(standby.primary): "
                        + (total >= workload.scaling.maxReplicas
                            ? "maxReplicas \(workload.scaling.maxReplicas) is reached" : "no eligible pool elsewhere has room"))
                return
            }
            switch standby.standby.state {
            case .hot: _ = add(candidate, because: "stands by for \(standby.primary)")
            case .warm: reserve(candidate)
            }
        }
    }

    private var standbyThroughput: Double {
        guard let standby else { return 0 }
        let running = throughput { $0.domain(standbyDomain) != standby.primary }
        return search.candidates.indices.reduce(running) {
            $0 + Double(standby.reserved[$1]) * search.candidates[$1].profile.rate.value
        }
    }

    /// The planes of the primary that have replicas, and what is reserved elsewhere.
    var standbyResult: PlacementDecision.Passive? {
        guard let standby else { return nil }
        let indices = search.candidates.indices
        let primary = indices.filter { isPrimary($0) }.map { search.candidates[$0].plane.name }
        let reserved = indices.filter { standby.reserved[$0] > 0 }.map { index in
            let candidate = search.candidates[index]
            return PlacementDecision.Choice(
                plane: candidate.plane.name,
                placement: PlaneAssignment.Placement(
                    pool: candidate.pool.name, accelerator: candidate.pool.accelerator,
                    acceleratorsPerReplica: candidate.profile.accelerators, count: standby.reserved[index]),
                because: "room kept for \(standby.primary)")
        }
        return PlacementDecision.Passive(
            primary: standby.primary, planes: Set(primary).sorted(),
            reserved: reserved.sorted { ($0.plane, $0.placement.pool) < ($1.plane, $1.placement.pool) })
    }
}
