import FleetModel

/// Buying what is wanted: what is paid for anyway, then the base on demand, then spot by a policy and what stands in for it.
extension WorkloadPlacing {
    /// Replicas the declared load takes at the rate of the slowest hardware that may be used.
    var replicasForLoads: Int {
        let planned = search.candidates.map(\.profile.rate.value).min().map { $0 * workload.objective.targetUtilization.fraction }
        guard let planned, planned > 0 else { return 0 }
        let exact = (declaredDemand / planned - 1e-9).rounded(.up)
        return exact < Double(workload.scaling.maxReplicas) ? max(0, Int(exact)) : workload.scaling.maxReplicas
    }

    /// Places so many replicas, those a plan has placed among them.
    ///
    /// Origins take turns as in ``fill(to:where:)``, so that one replica more or fewer moves none of the others. Each turn is a
    /// replica on capacity that is paid for, where none that is bought would be nearer, or else one to buy.
    mutating func buy(_ wanted: Int, from buyer: inout WorkloadBuyer) {
        limits = search.candidates.map { $0.pool.tier == .spot ? nil : buyer.limit(of: $0.ledgerKey) }
        let planned = counts
        let lacking = buyer.lacking(
            search.candidates.indices.filter { search.candidates[$0].pool.tier == .spot && planned[$0] > 0 }
                .map { (search.candidates[$0].ledgerKey, planned[$0]) })
        hedged = lacking
        let target = max(wanted, total) + lacking
        let rankings = search.loads.indices.map { ranked(for: $0, failover: false) }
        let markets = OriginMarkets(search, rankings: rankings)
        let turns = placePaid(upTo: target, rankings, markets)
        let (fixed, hedgeable) = divide(turns, of: target, markets)
        for load in fixed { placeOnDemand(for: load, rankings, because: nil) }
        let targets = markets.markets.indices.map { market in hedgeable.count { markets.market(of: $0) == market } }
        let wishes = buyer.wishes(
            markets, targets: targets, fixed: fixed.count, planned: planned, rooms: rooms(upTo: 2 * target), search: search)
        let unhedged = total
        // While spot is short it is asked for and stood in for at once.
        if buyer.isStandingIn { hedged += workload.scaling.maxReplicas }
        for (index, wish) in wishes.enumerated() {
            let loads = hedgeable.filter { markets.market(of: $0) == index }
            place(wish, markets.markets[index], loads, rankings, firm: targets[index], from: buyer)
        }
        surplus = max(0, total - unhedged - hedgeable.count)
        hedged = lacking + (buyer.isStandingIn ? surplus : 0)
        finish(target)
    }

    /// For how many more replicas each candidate on spot has room.
    private func rooms(upTo most: Int) -> [Int] {
        search.candidates.map { candidate in
            guard candidate.pool.tier == .spot else { return 0 }
            return books.pools.room(
                candidate.profile.accelerators, for: workload.workloadClass, in: candidate.ledgerKey, upTo: most)
        }
    }

    /// Takes what is paid for anyway, and returns the turns at which something has to be bought, in order.
    private mutating func placePaid(upTo target: Int, _ rankings: [[Int]], _ markets: OriginMarkets) -> [Int?] {
        var seats = Array(repeating: 0, count: search.loads.count)
        let served = search.loads.indices.filter { !rankings[$0].isEmpty }
        let bands = search.loads.indices.map { load in search.candidates.indices.map { search.band($0, load) } }
        let rates = search.loads.map(\.rate.value)
        let unloaded = served.isEmpty ? preferred(failover: false) : []
        let reasons = search.loads.indices.map { because($0) }
        var turns: [Int?] = []
        for _ in 0..<max(0, target - total) {
            var load: Int?
            var best = (-1, 0.0)
            for other in served {
                let priority = Self.priority(rates[other], seats: seats[other])
                if priority > best { (load, best) = (other, priority) }
            }
            let isTaken =
                load.map { takePaid(rankings[$0], bands: bands[$0], because: reasons[$0], markets) }
                ?? takePaid(unloaded, bands: nil, because: because(nil), markets)
            if !isTaken { turns.append(load) }
            if let load { seats[load] += 1 }
        }
        return turns
    }

    /// - Parameter bands: how near candidates are to whom it is for; nil where it is for nobody in particular.
    private mutating func takePaid(_ ranking: [Int], bands: [Int]?, because: String, _ markets: OriginMarkets) -> Bool {
        for paid in ranking where terms[paid].tier == .reserved && canTake(paid) {
            if let bands, isBoughtNearer(than: paid, bands, ranking, markets) { return false }
            // Where it fails the pool is full, as is known from now on.
            if take(paid, because: because) { return true }
        }
        return false
    }

    /// Whether something nearer can be bought: on-demand that may be taken, or spot that a market sells and that has room.
    private func isBoughtNearer(than paid: Int, _ bands: [Int], _ ranking: [Int], _ markets: OriginMarkets) -> Bool {
        for other in ranking where terms[other].tier != .reserved && bands[other] < bands[paid] {
            guard terms[other].tier == .spot else {
                if canTake(other) { return true }
                continue
            }
            let candidate = search.candidates[other]
            if markets.sells(other),
                books.pools.hasRoom(candidate.profile.accelerators, for: workload.workloadClass, in: candidate.ledgerKey)
            {
                return true
            }
        }
        return false
    }

    /// Parts turns into those bought on demand whatever spot costs, and those spot may serve: the base and its percentage, what
    /// may not be on spot, and origins without spot near them.
    private func divide(_ turns: [Int?], of target: Int, _ markets: OriginMarkets) -> (fixed: [Int?], hedgeable: [Int?]) {
        let rules = workload.purchase
        let base = min(target, rules.onDemandBaseCapacity)
        let above = (Double(target - base) * rules.onDemandPercentageAboveBaseCapacity.fraction - 1e-9).rounded(.up)
        let mostSpot = Int((workload.maxSpotShare.fraction * Double(target) + 1e-9).rounded(.down))
        let steady = search.candidates.indices.reduce(0) { search.candidates[$1].pool.tier == .spot ? $0 : $0 + counts[$1] }
        let least = max(base + max(0, Int(above)), target - mostSpot) - steady
        let withoutSpot = turns.count { markets.market(of: $0) == nil }
        var open = max(0, least - withoutSpot)
        var (fixed, hedgeable): ([Int?], [Int?]) = ([], [])
        for turn in turns {
            if markets.market(of: turn) == nil {
                fixed.append(turn)
            } else if open > 0 {
                fixed.append(turn)
                open -= 1
            } else {
                hedgeable.append(turn)
            }
        }
        return (fixed, hedgeable)
    }

    /// Places what a market wants: spot that is held and as much more as is needed, then what stands in for it, then the rest.
    private mutating func place(
        _ wish: SpotBuyer.Wish, _ market: OriginMarkets.Market, _ loads: [Int?], _ rankings: [[Int]], firm: Int,
        from buyer: WorkloadBuyer
    ) {
        var left = wish.spot
        var placed = 0
        for position in market.pools.indices {
            let held = buyer.held(search.candidates[market.pools[position]].ledgerKey)
            placed += takeSpot(market.pools[position], &left[position], upTo: held)
        }
        for position in market.pools.indices {
            placed += takeSpot(market.pools[position], &left[position], upTo: firm - placed)
        }
        var missing = 0
        for turn in 0..<wish.onDemand {
            let load = loads.isEmpty ? nil : loads[turn % loads.count]
            if !placeOnDemand(for: load, rankings, because: "on demand while spot is short") {
                missing = wish.onDemand - turn
                break
            }
        }
        for position in market.pools.indices { _ = takeSpot(market.pools[position], &left[position], upTo: .max) }
        unprotected += Double(missing)
        guard missing > 0, let objection = noteBudget(search.candidates.indices.filter { isOnDemand($0) }) else { return }
        shortfalls.append("\(missing) more wanted on demand while spot is short: \(objection)")
    }

    /// Places as many of those left as fit, at most so many.
    private mutating func takeSpot(_ index: Int, _ left: inout Int, upTo most: Int) -> Int {
        var taken = 0
        while taken < most, left > 0, add(index, because: "spot by \(spotPolicyName)") {
            taken += 1
            left -= 1
        }
        return taken
    }

    /// The replicas that found no place where they were to be: anywhere, spot last.
    private mutating func finish(_ wanted: Int) {
        let isSpot = search.candidates.map { $0.pool.tier == .spot }
        fill(to: wanted + surplus) { !isSpot[$0] }
        fill(to: wanted + surplus)
        let placed = total - surplus
        guard placed < wanted else { return }
        unplaced += Double(wanted - placed)
        shortfalls.append("\(wanted) replicas wanted, \(placed) placed: \(whatBinds(nil))")
    }

    @discardableResult
    private mutating func placeOnDemand(for load: Int?, _ rankings: [[Int]], because reason: String?) -> Bool {
        let ranking = load.map { rankings[$0] } ?? preferred(failover: false)
        while let candidate = ranking.first(where: { search.candidates[$0].pool.tier != .spot && canTake($0) }) {
            if add(candidate, because: reason ?? because(load)) { return true }
        }
        return false
    }

    private func isOnDemand(_ index: Int) -> Bool { search.candidates[index].pool.tier == .onDemand }

    private func because(_ load: Int?) -> String { load.map { "serves \(search.loads[$0].from)" } ?? "wanted by its load" }

    private var spotPolicyName: String { (workload.purchase.spotPolicy ?? .adaptiveHedge).rawValue }
}
