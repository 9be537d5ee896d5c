/// Whole replicas of one block while they are being searched: what they carry of every cover, what nodes they take, what it costs.
///
/// All sums are kept up to date by ``change(_:option:by:)``, so that trying and taking back a change is cheap.
struct SearchState {
    /// What a pool costs and allows in this block.
    struct PoolTerms: Sendable {
        /// US dollars an hour of each node beyond those that are there anyway.
        var price: Double
        /// Nodes that are paid for whether used or not.
        var free: Int
        var limit: Int
    }

    /// One cover of one service, with the sums of this block.
    struct CoverState {
        let isLoss: Bool
        let need: Double
        var have = 0.0

        var shortage: Double { max(0, need - have) }
    }

    struct ServiceState {
        var replicas: [Int]
        var covers: [CoverState]
        /// By option, positions in `covers`.
        var coversOfOption: [[Int32]]
        var total = 0
        var throughput = 0.0
        var spotThroughput = 0.0
        /// US dollars an hour.
        var penalty = 0.0
    }

    struct PoolState {
        /// By packing row.
        var loads: [Double]
        /// Replicas by size, in `PoolPacking`'s order.
        var counts: [Int]
        var nodes = 0
    }

    let compiled: CompiledProblem
    let packing: [PoolPacking]
    let terms: [PoolTerms]
    private(set) var services: [ServiceState]
    private(set) var pools: [PoolState]
    /// US dollars an hour, by budget.
    private(set) var spent: [Double]
    private(set) var nodeCost = 0.0
    private(set) var penaltyCost = 0.0

    /// US dollars an hour: nodes, and what shortages of covers at least cost.
    var cost: Double { nodeCost + penaltyCost }

    init(
        _ compiled: CompiledProblem, packing: [PoolPacking], terms: [PoolTerms], demand: [[Double]], covers: [CoverTable]
    ) {
        self.compiled = compiled
        self.packing = packing
        self.terms = terms
        services = compiled.services.enumerated().map { index, service in
            ServiceState(
                replicas: [Int](repeating: 0, count: service.options.count),
                covers: covers[index].entries.map {
                    CoverState(isLoss: $0.cover.loss != nil, need: $0.terms.need(demand[index]))
                },
                coversOfOption: covers[index].byOption)
        }
        pools = packing.map {
            PoolState(loads: [Double](repeating: 0, count: $0.rows), counts: [Int](repeating: 0, count: $0.sizes.count))
        }
        spent = [Double](repeating: 0, count: compiled.problem.budgets.count)
        for index in services.indices {
            services[index].penalty = penalty(of: index)
            penaltyCost += services[index].penalty
        }
    }

    /// Shortage of planned flow and of what survives, priced; minimum replicas that are missing.
    ///
    /// The true penalty is at least this: the largest shortage of one cover must be given up, whoever bears it.
    private func penalty(of index: Int) -> Double {
        var unmet = 0.0
        var unprotected = 0.0
        for cover in services[index].covers {
            let short = cover.need - cover.have
            if short > 1e-9 * max(1, cover.need) {
                if cover.isLoss { unprotected = max(unprotected, short) } else { unmet = max(unmet, short) }
            }
        }
        let missing = max(0, compiled.services[index].workload.minReplicas - services[index].total)
        return unmet * compiled.unmetUSD + unprotected * compiled.unprotectedUSD + Double(missing) * compiled.missingUSD
    }

    /// Adds (or takes away) replicas. The caller has asked ``allows(_:option:adding:)``.
    mutating func change(_ index: Int, option: Int, by count: Int) {
        let value = compiled.services[index].options[option]
        let amount = Double(count)
        services[index].replicas[option] += count
        services[index].total += count
        services[index].throughput += amount * value.rate
        if value.isSpot { services[index].spotThroughput += amount * value.rate }
        let planned = amount * value.rate * compiled.services[index].workload.targetUtilization
        let surviving = amount * value.rate
        for cover in services[index].coversOfOption[option] {
            let position = Int(cover)
            services[index].covers[position].have += services[index].covers[position].isLoss ? surviving : planned
        }
        penaltyCost -= services[index].penalty
        services[index].penalty = penalty(of: index)
        penaltyCost += services[index].penalty
        let pool = value.pool
        for row in pools[pool].loads.indices {
            pools[pool].loads[row] += amount * packing[pool].weight(size: value.size, row: row)
        }
        pools[pool].counts[packing[pool].position(of: value.size)] += count
        setNodes(pool)
        for (budget, price) in packing[pool].budgetPrices where packing[pool].spends(budget, service: index) {
            spent[budget] += amount * price * Double(value.size)
        }
    }

    private mutating func setNodes(_ pool: Int) {
        let before = max(0, pools[pool].nodes - terms[pool].free)
        var most = 0.0
        for load in pools[pool].loads { most = max(most, load) }
        pools[pool].nodes = packing[pool].nodes(pools[pool].counts, least: Int((most - 1e-6).rounded(.up)))
        nodeCost += terms[pool].price * Double(max(0, pools[pool].nodes - terms[pool].free) - before)
    }

    /// Nodes of the option's pool with more of its replicas.
    func nodesAfter(_ index: Int, option: Int, adding count: Int = 1) -> Int {
        let value = compiled.services[index].options[option]
        let rules = packing[value.pool]
        var most = 0.0
        for row in pools[value.pool].loads.indices {
            most = max(most, pools[value.pool].loads[row] + Double(count) * rules.weight(size: value.size, row: row))
        }
        return rules.nodes(
            pools[value.pool].counts, adding: (rules.position(of: value.size), count), least: Int((most - 1e-6).rounded(.up)))
    }

    /// Whether quota, spot share and budgets leave room for more replicas.
    func allows(_ index: Int, option: Int, adding count: Int = 1) -> Bool {
        let value = compiled.services[index].options[option]
        guard nodesAfter(index, option: option, adding: count) <= terms[value.pool].limit else { return false }
        let service = services[index]
        let share = compiled.services[index].workload.maxSpotShare
        if value.isSpot, share < 1 {
            let added = Double(count) * value.rate
            let spot = service.spotThroughput + added
            guard spot <= share * (service.throughput + added) + 1e-9 * spot else { return false }
        }
        for (budget, price) in packing[value.pool].budgetPrices where packing[value.pool].spends(budget, service: index) {
            guard spent[budget] + price * Double(value.size * count) <= compiled.problem.budgets[budget].usdPerHour + 1e-9 else {
                return false
            }
        }
        return true
    }

    /// Whether fewer replicas leave the spot share within its limit.
    func allowsRemoving(_ index: Int, option: Int, _ count: Int = 1) -> Bool {
        let value = compiled.services[index].options[option]
        let share = compiled.services[index].workload.maxSpotShare
        guard !value.isSpot, share < 1 else { return true }
        let service = services[index]
        let left = service.throughput - Double(count) * value.rate
        return service.spotThroughput <= share * left + 1e-9 * service.spotThroughput
    }

    /// How many replicas of the option the largest shortage it relieves would take, rounded down; at least 1.
    func replicasShort(_ index: Int, option: Int) -> Int {
        let rate = compiled.services[index].options[option].rate
        var short = Double(compiled.services[index].workload.minReplicas - services[index].total) * rate
        for position in services[index].coversOfOption[option] {
            let cover = services[index].covers[Int(position)]
            let share = cover.isLoss ? 1 : compiled.services[index].workload.targetUtilization
            short = max(short, cover.shortage / share)
        }
        return max(1, Int(min(short / rate, 1e9)))
    }

    /// What shortage one more replica would take away: the sum over covers, each as a share of its need.
    func relief(_ index: Int, option: Int) -> Double {
        let value = compiled.services[index].options[option]
        let planned = value.rate * compiled.services[index].workload.targetUtilization
        var sum = 0.0
        for position in services[index].coversOfOption[option] {
            let cover = services[index].covers[Int(position)]
            let short = cover.need - cover.have
            if short > 1e-9 * max(1, cover.need) {
                sum += min(short, cover.isLoss ? value.rate : planned) / cover.need * (cover.isLoss ? 1 : 4)
            }
        }
        if services[index].total < compiled.services[index].workload.minReplicas { sum += 1 }
        return sum
    }
}

/// How replicas load a pool's nodes, and what they count for in budgets.
struct PoolPacking: Sendable {
    let rows: Int
    /// Ascending.
    let sizes: [Int]
    /// Whether the rows alone tell how many nodes are needed.
    private let isExact: Bool
    private let capacity: Int
    private let weights: [[Double]]
    private let positionOfSize: [Int]
    /// Budget and US dollars an hour for one accelerator.
    let budgetPrices: [(budget: Int, price: Double)]
    private let spenders: [Set<Int>]

    init(_ compiled: CompiledProblem, pool: Int) {
        let value = compiled.problem.pools[pool]
        let sizes = Set(compiled.optionsByPool[pool].map { compiled.services[$0.service].options[$0.option].size }).sorted()
        weights = PackingRule.rows(sizes: sizes, capacity: value.acceleratorsPerNode)
        rows = weights.count
        self.sizes = sizes
        isExact = PackingRule.isChain(sizes)
        capacity = value.acceleratorsPerNode
        var positions = [Int](repeating: 0, count: (sizes.last ?? 0) + 1)
        for (position, size) in sizes.enumerated() { positions[size] = position }
        positionOfSize = positions
        let price = value.usdPerNodeHour / Double(value.acceleratorsPerNode)
        var prices: [(budget: Int, price: Double)] = []
        var spenders: [Set<Int>] = []
        for (index, budget) in compiled.problem.budgets.enumerated() {
            let names = Set(budget.workloads)
            spenders.append(Set(compiled.services.indices.filter { names.contains(compiled.services[$0].workload.name) }))
            if price > 0 { prices.append((index, price)) }
        }
        budgetPrices = prices
        self.spenders = spenders
    }

    func position(of size: Int) -> Int { positionOfSize[size] }
    func weight(size: Int, row: Int) -> Double { weights[row][positionOfSize[size]] }

    /// - Parameters:
    ///   - counts: replicas by size, in the order of `sizes`.
    ///   - added: more of one size.
    ///   - least: what the rows say at least.
    func nodes(_ counts: [Int], adding added: (position: Int, count: Int) = (0, 0), least: Int) -> Int {
        isExact ? least : PackingRule.nodes(sizes: sizes, counts: counts, adding: added, capacity: capacity, least: least)
    }

    func spends(_ budget: Int, service: Int) -> Bool { spenders[budget].contains(service) }
}

/// The covers of one service, looked up by option.
struct CoverTable: Sendable {
    struct Entry: Sendable {
        let cover: Cover
        let terms: CoverTerms
    }

    private(set) var entries: [Entry] = []
    private(set) var byOption: [[Int32]]
    private var known: Set<Cover> = []

    init(options: Int) { byOption = [[Int32]](repeating: [], count: options) }

    /// False where it was there.
    mutating func add(_ cover: Cover, in service: CompiledProblem.Service) -> Bool {
        guard known.insert(cover).inserted else { return false }
        let terms = CoverTerms(cover, in: service)
        for (option, _) in terms.options { byOption[option].append(Int32(entries.count)) }
        entries.append(Entry(cover: cover, terms: terms))
        return true
    }
}
