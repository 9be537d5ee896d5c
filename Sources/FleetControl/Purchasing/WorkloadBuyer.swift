import FleetModel

/// What is known and remembered of buying capacity for one workload: its pools, and a spot buyer for each of its markets.
struct WorkloadBuyer: Sendable {
    typealias Key = PoolKey

    /// How long a pool that refused is asked for no more than it gave, at first: as Karpenter remembers offerings that were
    /// unavailable. Twice as long with each refusal that follows, up to ``longestMemory``.
    static let refusalMemory = Duration.seconds(180)
    static let longestMemory = Duration.seconds(3_600)
    /// Until spot serves, where no pool says: the published experiments' cold start.
    static let coldStart = Duration.seconds(120)
    /// Price of on-demand by that of spot where one of them is not known: about what clouds ask.
    static let usualRatio = 3.0

    private struct Refusal: Equatable, Sendable {
        var limit: Int
        var at: Moment
        var memory: Duration

        func isInForce(_ now: Moment) -> Bool { now.since(at) < memory }
    }

    private var watch = PoolWatch()
    private var buyers: [String: SpotBuyer] = [:]
    private var refusals: [Key: Refusal] = [:]
    /// Pools that lost or refused what was asked for, until it serves.
    private var short: Set<Key> = []
    private var now = Moment.origin
    /// What planes run is not known yet.
    private var isSettling = false
    private(set) var events: [FleetEvent] = []

    /// What was kept of markets nothing has been bought in since, and for how long nobody watched.
    private var recalled: [ControllerMemory.Buying.Market] = []
    private var away = Duration.zero

    init() {}

    /// A buyer that goes on from what was kept.
    init(recalling kept: ControllerMemory.Buying, away: Duration, now: Moment) {
        (recalled, self.away) = (kept.markets, away)
        for refusal in kept.refusals {
            let memory = refusal.memorySeconds.isFinite ? max(0, refusal.memorySeconds) : 0
            refusals[Key(plane: refusal.plane, pool: refusal.pool)] = Refusal(
                limit: max(0, refusal.limit), at: now.ago(refusal.secondsAgo, and: away),
                memory: min(.seconds(memory), Self.longestMemory))
        }
    }

    /// What is to be kept for the process after this one; nil where nothing is.
    func kept(as workload: WorkloadName, now: Moment) -> ControllerMemory.Buying? {
        let told = buyers.sorted { $0.key < $1.key }.compactMap { $1.kept(as: $0, now: now) }
        let markets = told + recalled.filter { kept in buyers[kept.anchor] == nil }
        let refused = refusals.sorted { $0.key < $1.key }.map { key, refusal in
            ControllerMemory.Buying.Refusal(
                plane: key.plane, pool: key.pool, limit: refusal.limit, secondsAgo: now.since(refusal.at).inSeconds,
                memorySeconds: refusal.memory.inSeconds)
        }
        guard !markets.isEmpty || !refused.isEmpty else { return nil }
        return ControllerMemory.Buying(workload: workload, refusals: refused, markets: markets)
    }

    /// True while it deals in spot, waits for what it asked for, or asks for less because it was refused more: time alone may
    /// change what it buys.
    var isUnderWay: Bool {
        !buyers.isEmpty || watch.isWaiting || refusals.values.contains { $0.isInForce(now) }
    }

    /// Looks at what planes said last.
    mutating func look(
        _ workload: Workload, _ fleet: Fleet, _ reports: [PlaneName: PlaneHeard], isSettling: Bool, now: Moment
    ) {
        (self.now, self.isSettling, events) = (now, isSettling, [])
        watch.look(workload, fleet, reports, now: now)
        for (key, sight) in watch.sights {
            if sight.refused > 0 {
                let memory = refusals[key].map { $0.isInForce(now) ? $0.memory : min($0.memory * 2, Self.longestMemory) }
                refusals[key] = Refusal(limit: sight.held, at: now, memory: memory ?? Self.refusalMemory)
            } else if let known = refusals[key], sight.held > known.limit {
                refusals[key] = nil
            }
            if sight.refused > 0 || sight.reclaimed > 0 { short.insert(key) }
            if sight.ready >= watch.asked(key) ?? 0 { short.remove(key) }
        }
        refusals = refusals.filter { now.since($0.value.at) < Self.longestMemory * 2 }
        short.formIntersection(watch.sights.keys)
    }

    /// Remembers what is asked for from now on.
    mutating func note(_ placement: PlacementDecision.WorkloadPlacement?) {
        var counts: [Key: Int] = [:]
        for choice in placement?.chosen ?? [] {
            counts[Key(plane: choice.plane, pool: choice.placement.pool), default: 0] += choice.placement.count
        }
        watch.note(counts, now: now)
    }

    /// Most replicas a pool is asked for, since it refused more a while ago; nil where it did not.
    func limit(of key: Key) -> Int? { refusals[key].flatMap { $0.isInForce(now) ? $0.limit : nil } }

    /// True while on-demand stands in for spot that was lost or refused.
    var isStandingIn: Bool { buyers.values.contains { $0.isStandingIn } }

    func held(_ key: Key) -> Int { watch.sights[key]?.held ?? 0 }

    /// Planned spot replicas that were lost or refused and do not serve yet.
    func lacking(_ planned: [(key: Key, count: Int)]) -> Int {
        planned.reduce(0) { short.contains($1.key) ? $0 + max(0, $1.count - (watch.sights[$1.key]?.ready ?? 0)) : $0 }
    }

    // MARK: Buying

    /// What to hold in each market.
    ///
    /// - Parameters:
    ///   - targets: replicas that spot or its stand-in shall serve, by market.
    ///   - fixed: on-demand replicas bought apart from the markets.
    ///   - planned: what a plan holds, by candidate: none of the markets' business.
    ///   - rooms: for how many replicas beside those planned a candidate has room.
    mutating func wishes(
        _ markets: OriginMarkets, targets: [Int], fixed: Int, planned: [Int], rooms: [Int], search: CandidateSearch
    ) -> [SpotBuyer.Wish] {
        var onDemand = onDemandStock(planned: planned, fixed: fixed, search: search)
        var wishes: [SpotBuyer.Wish] = []
        let names = Set(markets.markets.map(\.anchor))
        buyers = buyers.filter { names.contains($0.key) }
        for (market, target) in zip(markets.markets, targets) {
            guard target > 0 else {
                // Nothing is wanted there for now; what was learnt of it stays.
                let before = buyers[market.anchor]?.onDemand ?? 0
                buyers[market.anchor]?.rest()
                tell(search.workload.name, from: before, to: 0, market, search)
                wishes.append(SpotBuyer.Wish(spot: [Int](repeating: 0, count: market.pools.count)))
                continue
            }
            let wish = wish(market, target: target, &onDemand, planned: planned, rooms: rooms, search: search)
            wishes.append(wish)
        }
        return wishes
    }

    private mutating func wish(
        _ market: OriginMarkets.Market, target: Int, _ onDemand: inout SpotObservation.Nodes, planned: [Int],
        rooms: [Int], search: CandidateSearch
    ) -> SpotBuyer.Wish {
        let rules = search.workload.purchase
        let spare = (Double(target) * rules.overProvision.fraction - 1e-9).rounded(.up)
        let total = target + max(0, Int(spare))
        let goods = Self.goods(market, search)
        let isNew = buyers[market.anchor] == nil
        var buyer =
            buyers[market.anchor]
            ?? SpotBuyer(
                SpotPolicyChoice(rules.spotPolicy ?? .adaptiveHedge), goods, target: total,
                seed: Self.seed(search.workload.name.rawValue, market.anchor))
        if isNew, let known = recalled.firstIndex(where: { $0.anchor == market.anchor }) {
            buyer.recall(recalled[known], away: away, now: now)
        }
        let before = buyer.onDemand
        let stock = SpotBuyer.Stock(
            pools: market.pools.map { sight(of: search.candidates[$0].ledgerKey, planned: planned[$0]) },
            rooms: market.pools.map { rooms[$0] }, onDemand: onDemand.takeOut(atMost: before ?? .max))
        if isSettling, stock.hasAny { return buyer.hold(stock, target: total) }
        let wish = buyer.decide(goods, target: total, stock, now: now)
        buyers[market.anchor] = buyer
        recalled.removeAll { $0.anchor == market.anchor }
        tell(search.workload.name, from: before ?? (isNew ? stock.onDemand.held : 0), to: wish.onDemand, market, search)
        return wish
    }

    /// What a pool holds beside what a plan holds there.
    private func sight(of key: Key, planned: Int) -> PoolWatch.Sight {
        guard var sight = watch.sights[key] else { return PoolWatch.Sight() }
        let ready = min(sight.ready, planned)
        sight.ready -= ready
        sight.starting.removeFirst(min(sight.starting.count, planned - ready))
        if planned > 0 { sight.asked = max(0, min(sight.asked, (watch.asked(key) ?? 0) - planned - sight.held)) }
        return sight
    }

    /// On-demand replicas that are neither planned nor fixed.
    private func onDemandStock(planned: [Int], fixed: Int, search: CandidateSearch) -> SpotObservation.Nodes {
        var nodes = SpotObservation.Nodes()
        for (index, candidate) in search.candidates.enumerated() where candidate.pool.tier == .onDemand {
            let sight = sight(of: candidate.ledgerKey, planned: planned[index])
            nodes.ready += sight.ready
            nodes.starting += sight.starting
        }
        nodes.starting.sort()
        _ = nodes.takeOut(atMost: fixed)
        return nodes
    }

    private static func goods(_ market: OriginMarkets.Market, _ search: CandidateSearch) -> SpotBuyer.Goods {
        let candidates = market.pools.map { search.candidates[$0] }
        let bought = search.candidates.filter { candidate in
            candidate.pool.tier == .onDemand
                && (market.loads.isEmpty || market.loads.contains { candidate.admitted[$0] })
        }
        let spot = candidates.compactMap(\.usdPerRate)
        let known = bought.compactMap(\.usdPerRate).min()
        // Where nothing can be bought on demand the price keeps a policy from waiting for it.
        let onDemand = bought.isEmpty ? (spot.max() ?? 1) * 10 : known ?? (spot.max() ?? 1) * usualRatio
        return SpotBuyer.Goods(
            keys: candidates.map(\.ledgerKey),
            pools: candidates.map {
                SpotMarket.Pool(price: $0.usdPerRate ?? onDemand / usualRatio, region: "\($0.plane.provider)/\($0.plane.region)")
            },
            onDemandPrice: onDemand, coldStart: candidates.map(\.pool.launchTime).filter { $0 > .zero }.max() ?? coldStart)
    }

    /// FNV-1a: the same draws for the same names everywhere.
    private static func seed(_ workload: String, _ anchor: String) -> UInt64 {
        "\(workload)|\(anchor)".utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    // MARK: Events

    /// Says when on-demand begins to stand in for spot, and when it ends.
    private mutating func tell(
        _ workload: WorkloadName, from before: Int, to now: Int, _ market: OriginMarkets.Market, _ search: CandidateSearch
    ) {
        guard (before == 0) != (now == 0) else { return }
        let subject = ResourceKey(kind: .workload, name: workload.rawValue)
        guard now > 0 else {
            return events.append(
                FleetEvent(
                    subject: subject, reason: "SpotReturned",
                    message: "spot serves what it should: no replica is on demand in its place"))
        }
        let keys = market.pools.map { search.candidates[$0].ledgerKey }
        let losses = keys.filter(short.contains).prefix(Self.namesShown).map { "\($0.plane)/\($0.pool)" }
        events.append(
            FleetEvent(
                subject: subject, severity: losses.isEmpty ? .normal : .warning, reason: "SpotFallback",
                message: "\(now) \(now == 1 ? "replica" : "replicas") on demand "
                    + (losses.isEmpty
                        ? "until spot serves"
                        : "in the place of spot that \(losses.joined(separator: ", ")) took back or refused")))
    }

    private static let namesShown = 4
}

extension SpotObservation.Nodes {
    /// Takes out so many, ready ones first, then those that started first.
    fileprivate mutating func takeOut(atMost count: Int) -> SpotObservation.Nodes {
        let ready = min(self.ready, max(0, count))
        let starting = min(self.starting.count, max(0, count - ready))
        let taken = SpotObservation.Nodes(ready: ready, starting: Array(self.starting.prefix(starting)))
        self.ready -= ready
        self.starting.removeFirst(starting)
        return taken
    }
}

extension SpotPolicyChoice {
    /// The policy a workload declares. Its base and percentage are bought before, whatever the policy.
    init(_ declared: PurchaseRules.SpotPolicy) {
        switch declared {
        case .adaptiveHedge: self = .adaptive
        case .spotHedge: self = .spotHedge
        case .roundRobinSpot, .staticMix: self = .roundRobin
        case .onDemandOnly: self = .onDemand
        }
    }
}
