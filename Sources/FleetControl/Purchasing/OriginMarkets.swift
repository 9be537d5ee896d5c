import FleetModel

/// The spot markets of one workload: which pools may stand in for each other, and for whose requests.
///
/// Pools stand in for each other where they are equally near: all that is as near to an origin as the nearest it can be bought
/// for (inside its latency budget, inside the failover budget, or beyond). Origins with the same such pools share a market; a pool
/// that several markets could use belongs to the one with the nearest origin.
struct OriginMarkets {
    struct Market {
        /// Names it across decisions, whatever its pools: its first origin.
        var anchor: String
        /// Indices of the workload's loads; empty where nothing is known of who asks.
        var loads: [Int]
        /// Indices of candidates.
        var pools: [Int]
    }

    /// Most pools of one market: the cheapest of them.
    static let poolLimit = 12

    private(set) var markets: [Market] = []
    private var owners: [Int: Int] = [:]

    /// - Parameter rankings: for each load the candidates that may serve it, best first.
    init(_ search: CandidateSearch, rankings: [[Int]]) {
        guard search.workload.purchase.spotPolicy != .onDemandOnly, search.workload.maxSpotShare > .none else { return }
        let rules = search.workload.purchase
        func isSpot(_ index: Int) -> Bool {
            let candidate = search.candidates[index]
            return candidate.pool.tier == .spot && (rules.fallbacks.isEmpty || candidate.preference < rules.fallbacks.count)
        }
        if search.loads.isEmpty {
            let pools = Self.cheapest(search.candidates.indices.filter(isSpot), search)
            if !pools.isEmpty { markets = [Market(anchor: "", loads: [], pools: pools)] }
            return
        }
        let near = rankings.indices.map { load in
            let bought = rankings[load].filter { search.candidates[$0].pool.tier != .reserved }
            let least = bought.map { search.band($0, load) }.min()
            return bought.filter { isSpot($0) && search.band($0, load) == least }.sorted()
        }
        for load in near.indices where !near[load].isEmpty {
            if let market = markets.firstIndex(where: { $0.pools == near[load] }) {
                markets[market].loads.append(load)
            } else {
                markets.append(Market(anchor: search.loads[load].from, loads: [load], pools: near[load]))
            }
        }
        partPools(search)
        for market in markets.indices {
            for load in markets[market].loads { owners[load] = market }
        }
        // Whose pools all went to others buys from the best of those.
        for load in near.indices where owners[load] == nil {
            guard let best = rankings[load].first(where: near[load].contains) else { continue }
            owners[load] = markets.firstIndex { $0.pools.contains(best) }
        }
        for market in markets.indices { markets[market].pools = Self.cheapest(markets[market].pools, search) }
    }

    /// The market whose spot may serve a load; nil where none does.
    func market(of load: Int?) -> Int? {
        guard let load else { return markets.isEmpty ? nil : 0 }
        return owners[load]
    }

    /// Whether a candidate is bought in one of the markets.
    func sells(_ candidate: Int) -> Bool { markets.contains { $0.pools.contains(candidate) } }

    /// Gives each pool to one market, and drops markets left without any.
    private mutating func partPools(_ search: CandidateSearch) {
        func distance(_ market: Int, _ pool: Int) -> Duration {
            markets[market].loads.map { search.candidates[pool].roundTrips[$0] }.min() ?? .zero
        }
        var nearest: [Int: Int] = [:]
        for market in markets.indices {
            for pool in markets[market].pools {
                guard let other = nearest[pool] else {
                    nearest[pool] = market
                    continue
                }
                if distance(market, pool) < distance(other, pool) { nearest[pool] = market }
            }
        }
        for market in markets.indices { markets[market].pools.removeAll { nearest[$0] != market } }
        markets.removeAll { $0.pools.isEmpty }
    }

    private static func cheapest(_ pools: [Int], _ search: CandidateSearch) -> [Int] {
        guard pools.count > poolLimit else { return pools }
        return pools.sorted {
            let (left, right) = (search.candidates[$0].usdPerRate ?? .infinity, search.candidates[$1].usdPerRate ?? .infinity)
            return left != right ? left < right : $0 < $1
        }.prefix(poolLimit).sorted()
    }
}

extension CandidateSearch {
    /// How near a candidate is to a load: 0 inside the latency budget, 1 inside the failover budget, 2 beyond.
    func band(_ candidate: Int, _ load: Int) -> Int {
        candidates[candidate].band(
            load: load, budget: workload.objective.latencyBudget, failoverBudget: workload.objective.failoverLatencyBudget)
    }
}
