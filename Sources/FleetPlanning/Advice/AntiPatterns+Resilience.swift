import FleetModel

extension AntiPatterns {
    /// Realtime workloads whose every replica stands in one region, and which are to survive nothing.
    func oneFailureDomain() -> [Finding] {
        var alone: [(name: String, region: String, peak: Double)] = []
        for workload in evidence.realtime where workload.objective.survive == .none {
            guard let view = evidence.view(of: workload), view.served.contains(where: { $0 > 0 }) else { continue }
            let regions = evidence.regions(view)
            if regions.count == 1, let region = regions.first {
                alone.append((workload.name.rawValue, region, view.served[view.peak]))
            }
        }
        guard let largest = alone.max(by: { $0.peak < $1.peak }) else { return [] }
        let all = Set(alone.map(\.region)).count == 1 && alone.count > 1
        let hours = (1 - AvailabilityAssumptions.defaultRegion) * 8_766
        return [
            Finding(
                id: "one-failure-domain", severity: .warning,
                sentence: "\(named(alone.map(\.name))) \(alone.count == 1 ? "stands" : "stand") in one region"
                    + (all || alone.count == 1 ? ", \(largest.region)," : " each")
                    + " and \(alone.count == 1 ? "is" : "are") to survive no loss",
                figure:
                    "\(Figure.rate(largest.peak)) req/s of \(largest.name) end with \(largest.region): about \(Figure.hours(hours)) h a year at "
                    + "\(Figure.availability(AvailabilityAssumptions.defaultRegion)), more in a bad one",
                fix: "set objective.survive to region and a keptShare; tradewind cost compare says what it adds")
        ]
    }

    /// A promise that cannot be kept: the loss of any provider, with only one that may serve.
    func survivalWithoutSecondProvider() -> [Finding] {
        evidence.fleet.workloads.filter { $0.objective.survive == .provider }.compactMap { workload in
            guard let view = evidence.view(of: workload) else { return nil }
            let eligible = evidence.eligibleProviders(view)
            guard eligible.count < 2 else { return nil }
            let all = Set(evidence.tables.problem.planes.map(\.provider)).count
            return Finding(
                id: "survive-provider-with-one", severity: .problem,
                sentence:
                    "\(workload.name) is to survive the loss of any provider, but \(eligible.first.map { "only \($0)" } ?? "none") may serve it",
                figure:
                    "\(eligible.count) of \(Figure.count(all, "provider")) eligible by hardware, rules, failover latency and quota",
                fix:
                    "add a plane of a second provider its rules allow, or ask for survive: region; the report says what keeps each plane out"
            )
        }
    }

    /// Realtime service that may run on nothing but spot, or does.
    func spotWithoutBase() -> [Finding] {
        evidence.realtime.compactMap { workload in
            guard let view = evidence.view(of: workload) else { return nil }
            let share = evidence.spotShare(view)
            let isUnlimited = workload.maxSpotShare.fraction >= 1 && view.fits.contains(where: \.isSpot)
            guard share >= 0.5 || isUnlimited && share > 0 else { return nil }
            let reclaims = view.runs.reduce(0.0) { sum, run in
                let pool = evidence.tables.problem.pools[run.pool]
                guard pool.tier == .spot else { return sum }
                return sum + Double(run.counts[view.peak]) * pool.interruptionsPerNodeHour * hoursPerMonth
            }
            return Finding(
                id: "spot-without-base", severity: share >= 1 ? .problem : .warning,
                sentence:
                    "people wait for \(workload.name), and \(share >= 1 ? "all" : Figure.percent(share)) of its capacity at the peak can be "
                    + "reclaimed within minutes",
                figure: reclaims > 0
                    ? "about \(Figure.decimal(reclaims, places: 0)) reclaims a month at the declared rates"
                    : "how often nodes are reclaimed is unknown",
                fix: "set purchase.maxSpotShare below 50%, so that reserved or on-demand nodes carry the base")
        }
    }

    func unknownSpotRisk() -> Finding? {
        let pools = evidence.facts.origin.unknowns.compactMap { unknown -> String? in
            switch unknown {
            case .interruptions(let plane, let pool), .replacementTime(let plane, let pool): "\(plane)/\(pool)"
            case .egressPrice, .egressPerRequest: nil
            }
        }
        let used = Set(evidence.facts.plan.nodes.filter { $0.count > 0 }.map { "\($0.plane)/\($0.pool)" })
        let relied = pools.filter(used.contains)
        guard !relied.isEmpty else { return nil }
        return Finding(
            id: "spot-risk-unknown", severity: .warning,
            sentence: "the plan relies on spot of \(named(relied)) as if it were never reclaimed",
            figure:
                "\(relied.count) of \(Figure.count(evidence.tables.problem.pools.filter { $0.tier == .spot }.count, "spot pool")) without a rate "
                + "of interruptions or a time to replace a node",
            fix: "add interruptions: … %/h and replacementTime: … m to the pool")
    }

    func noHeadroom() -> [Finding] {
        let full = evidence.realtime.filter { $0.objective.targetUtilization.fraction > 0.95 }.map(\.name.rawValue)
        guard !full.isEmpty else { return [] }
        return [
            Finding(
                id: "no-headroom", severity: .warning,
                sentence: "\(named(full)) \(full.count == 1 ? "is" : "are") planned to run full, so that every burst waits",
                figure: "target utilisation above 95%: by queueing theory (M/M/1) a request waits on average more than "
                    + "\(Figure.decimal(0.95 / (1 - 0.95), places: 0)) service times",
                fix: "set objective.targetUtilization to 80% or less")
        ]
    }

    /// Training and serving in the same pool.
    func trainingBesideServing() -> [Finding] {
        let training = Set(evidence.fleet.workloads.filter { $0.workloadClass == .training }.map(\.name.rawValue))
        let serving = Set(evidence.realtime.map(\.name.rawValue))
        guard !training.isEmpty else { return [] }
        return evidence.tables.problem.pools.indices.compactMap { pool in
            let here = evidence.views.filter { $0.runOfPool[pool] != nil }
            let trains = here.filter { training.contains($0.workload.name) }
            let serves = here.filter { serving.contains($0.workload.name) }
            guard !trains.isEmpty, !serves.isEmpty else { return nil }
            let accelerators = { (views: [WorkloadView]) in
                views.reduce(0) { sum, view in
                    let most = view.runOfPool[pool].map { view.runs[$0].most } ?? 0
                    return sum + most * (view.fit(pool: pool)?.acceleratorsPerReplica ?? 0)
                }
            }
            return Finding(
                id: "training-beside-serving", severity: .warning,
                sentence: "\(named(trains.map(\.workload.name))) trains in \(evidence.tables.label(pool: pool)), where "
                    + "\(named(serves.map(\.workload.name))) answers people",
                figure: "\(accelerators(trains)) accelerators of training beside \(accelerators(serves)) of serving at the most",
                fix: "give training a pool of its own, or run it as batch where serving leaves nodes free at night")
        }
    }
}
