import FleetModel

/// Buys spot for some replicas of one workload: drives a spot policy over live pools.
///
/// - The unit of the policy is a replica: shares, bounds and budgets count replicas, and nodes of different pools hold different
///   numbers of them. Where a replica fills its node the two are the same. Many replicas are dealt with in lots of 2, 4, 8, …, so
///   that a decision stays cheap; what is asked for is exact all the same.
/// - The policy is asked when something changed, and every ``cadence``.
/// - What it asks for is tried on a copy of it as if it were granted, so that what it would give back at once is not asked for.
///   While capacity is being lost or refused, the on-demand it wants beside that is bought at once; otherwise only what it still
///   wants if spot is granted.
/// - What is held stays where it is: as many replicas are added or given back as the policy's total says, where it wants most or
///   least, and one lot moves to where it would rather have it every ``patience``.
/// - On-demand that is no longer wanted is kept for ``returnAfter``, so that spot that comes and goes moves nothing.
struct SpotBuyer: Sendable {
    typealias Key = PoolKey

    /// How often a policy looks again where nothing changed: the tick that policies are compared with.
    static let cadence = Duration.seconds(30)
    /// How long on-demand stays after the last decision that wanted it, as stabilisation windows of autoscalers: a cold start.
    static let returnAfter = Duration.seconds(120)
    /// How often one lot moves to a pool that the policy prefers.
    static let patience = Duration.seconds(600)
    /// How long after a loss or refusal capacity counts as short.
    static let strain = Duration.seconds(60)
    /// Most lots a policy keeps ready: what it looks through grows with their square.
    static let lotLimit = 16

    /// What can be bought.
    struct Goods: Equatable, Sendable {
        var keys: [Key]
        var pools: [SpotMarket.Pool]
        var onDemandPrice: Double
        var coldStart: Duration
    }

    /// What was bought, by index of the goods' pools.
    struct Stock: Equatable, Sendable {
        var pools: [PoolWatch.Sight]
        /// Most replicas each pool has room for, those it holds among them.
        var rooms: [Int]
        var onDemand = SpotObservation.Nodes()

        var hasAny: Bool { onDemand.held > 0 || pools.contains { $0.held > 0 } }
        /// Whether something was lost or refused.
        fileprivate var isShort: Bool { pools.contains { $0.reclaimed > 0 || $0.refused > 0 } }
        /// What a decision depends on besides time.
        fileprivate var figures: [Int] {
            pools.flatMap { [$0.ready, $0.starting.count, $0.asked] } + rooms + [onDemand.ready, onDemand.starting.count]
        }
    }

    struct Wish: Equatable, Sendable {
        /// Replicas to hold, by index of the goods' pools.
        var spot: [Int]
        var onDemand = 0
    }

    private struct Release: Equatable, Sendable {
        var onDemand: Int
        var at: Moment
    }

    private let choice: SpotPolicyChoice
    private var goods: Goods
    private var target: Int
    private var unit: Int
    private var policy: any LiveSpotPolicy
    private var wish: Wish
    private var steppedAt: Moment?
    private var seen: [Int] = []
    private var strainedAt: Moment?
    private var movedAt: Moment?
    private var releases: [Release] = []
    /// On-demand replicas bought beside spot; nil before the first decision.
    private(set) var onDemand: Int?
    /// Whether they stand in for spot that was lost or refused.
    private(set) var isStandingIn = false

    init(_ choice: SpotPolicyChoice, _ goods: Goods, target: Int, seed: UInt64) {
        self.choice = choice
        self.goods = goods
        self.target = target
        unit = Self.unit(for: target)
        policy = choice.policy(Self.market(goods, target: target, unit: unit), seed: seed)
        wish = Wish(spot: [Int](repeating: 0, count: goods.keys.count))
    }

    /// Decides what to hold for `target` replicas ready.
    mutating func decide(_ goods: Goods, target: Int, _ stock: Stock, now: Moment) -> Wish {
        let isChanged = adopt(goods, target: target)
        if stock.isShort { strainedAt = now }
        let isDue = steppedAt.map { now.since($0) >= Self.cadence } ?? true
        if isChanged || isDue || stock.isShort || stock.figures != seen {
            step(stock, now: now)
            (steppedAt, seen) = (now, stock.figures)
        }
        return settled(now)
    }

    /// Nothing is wanted until the next decision; what the policy learnt stays.
    mutating func rest() {
        wish = Wish(spot: [Int](repeating: 0, count: goods.keys.count))
        (onDemand, isStandingIn, releases, steppedAt, movedAt) = (0, false, [], nil, nil)
    }

    /// What is held already, and on-demand for what it lacks: while it is not known what planes run.
    func hold(_ stock: Stock, target: Int) -> Wish {
        let spot = stock.pools.map(\.held)
        return Wish(spot: spot, onDemand: max(0, target - spot.reduce(0, +)))
    }

    // MARK: Across processes

    /// What is to be kept for the process after this one; nil where its policy learns nothing.
    func kept(as anchor: String, now: Moment) -> ControllerMemory.Buying.Market? {
        policy.learnt(now: now).map {
            ControllerMemory.Buying.Market(
                anchor: anchor, planes: goods.keys.map(\.plane), pools: goods.keys.map(\.pool), hazard: $0)
        }
    }

    mutating func recall(_ kept: ControllerMemory.Buying.Market, away: Duration, now: Moment) {
        let known = zip(kept.planes, kept.pools).map { Key(plane: $0, pool: $1) }
        policy.recall(kept.hazard, from: goods.keys.map { known.firstIndex(of: $0) }, away: away, now: now)
    }

    // MARK: The market

    private mutating func adopt(_ goods: Goods, target: Int) -> Bool {
        guard goods != self.goods || target != self.target else { return false }
        let indices = goods.keys.map { self.goods.keys.firstIndex(of: $0) }
        wish.spot = indices.map { $0.map { wish.spot[$0] } ?? 0 }
        (self.goods, self.target) = (goods, target)
        unit = Self.unit(for: target)
        policy.adopt(Self.market(goods, target: target, unit: unit), from: indices)
        return true
    }

    /// The smallest power of two for which so many lots suffice.
    private static func unit(for target: Int) -> Int {
        var unit = 1
        while (target + unit - 1) / unit > lotLimit { unit *= 2 }
        return unit
    }

    private static func market(_ goods: Goods, target: Int, unit: Int) -> SpotMarket {
        SpotMarket(
            pools: goods.pools, onDemandPrice: goods.onDemandPrice, target: (target + unit - 1) / unit,
            coldStart: goods.coldStart)
    }

    // MARK: A step of the policy

    private mutating func step(_ stock: Stock, now: Moment) {
        var observation = SpotObservation(
            now: now,
            pools: stock.pools.map { sight in
                SpotObservation.Pool(
                    nodes: lots(SpotObservation.Nodes(ready: sight.ready, starting: sight.starting)),
                    reclaimed: lots(sight.reclaimed), refused: lots(sight.refused), asked: lots(sight.asked))
            }, onDemand: lots(stock.onDemand))
        let order = policy.decide(observation)
        let urgent = max(0, observation.onDemand.held + order.onDemand)
        for index in observation.pools.indices {
            observation.pools[index].reclaimed = 0
            observation.pools[index].nodes.change(by: observation.pools[index].asked, at: now)
            observation.pools[index].asked = 0
        }
        // As if everything asked for were granted now, and then as if it served.
        var trial = policy
        let granted = settle(order, &trial, &observation, stock.rooms, now: now)
        let onDemand = max(0, observation.onDemand.held + granted.onDemand)
        for index in observation.pools.indices { observation.pools[index].nodes.serve() }
        _ = settle(trial.decide(observation), &trial, &observation, stock.rooms, now: now)
        var wished = Wish(
            spot: observation.pools.map { min($0.nodes.held, 2 * Self.lotLimit) * unit },
            onDemand: (isStrained(now) ? max(urgent, onDemand) : onDemand) * unit)
        trim(&wished)
        wished.spot = kept(stock, towards: wished.spot, now: now)
        // What was wanted until now may be wanted again soon.
        if wish.onDemand > wished.onDemand { releases.append(Release(onDemand: wish.onDemand, at: now)) }
        releases.removeAll { $0.onDemand <= wished.onDemand }
        wish = wished
    }

    /// Grants what a policy orders, as far as there is room, until it orders no more spot.
    private func settle(
        _ order: SpotOrder, _ trial: inout any LiveSpotPolicy, _ observation: inout SpotObservation, _ rooms: [Int], now: Moment
    ) -> SpotOrder {
        var order = order
        for _ in 0..<Self.trials {
            for index in observation.pools.indices {
                let change = min(order.spot[index], max(0, rooms[index] / unit - observation.pools[index].nodes.held))
                observation.pools[index].nodes.change(by: change, at: now)
                // What a pool has no room for is refused before it is asked for.
                observation.pools[index].refused = max(0, order.spot[index] - change)
            }
            order = trial.decide(observation)
            if order.spot.allSatisfy({ $0 == 0 }) { break }
        }
        return order
    }

    /// As many replicas as wished, moved no further than their number asks for.
    private mutating func kept(_ stock: Stock, towards wished: [Int], now: Moment) -> [Int] {
        var kept = stock.pools.map { $0.held + $0.asked }
        var change = wished.reduce(0, +) - kept.reduce(0, +)
        // Until the target serves, nothing that runs or starts is given back.
        if stock.pools.reduce(stock.onDemand.ready, { $0 + $1.ready }) < target {
            change = max(change, -stock.pools.reduce(0) { $0 + $1.asked })
        }
        func mostWanted(_ kept: [Int]) -> Int? { kept.indices.max { wished[$0] - kept[$0] < wished[$1] - kept[$1] } }
        func leastWanted(_ kept: [Int]) -> Int? { kept.indices.min { wished[$0] - kept[$0] < wished[$1] - kept[$1] } }
        while change > 0, let index = mostWanted(kept) {
            kept[index] += 1
            change -= 1
        }
        while change < 0, let index = leastWanted(kept), kept[index] > 0 {
            kept[index] -= 1
            change += 1
        }
        guard kept != wished, !isStrained(now), let movedAt else {
            movedAt = kept == wished ? now : movedAt ?? now
            return kept
        }
        if now.since(movedAt) >= Self.patience, let to = mostWanted(kept), let from = leastWanted(kept) {
            // Where more is held than wished nowhere may want another.
            let lot = min(unit, wished[to] - kept[to], kept[from] - wished[from])
            guard lot > 0 else { return kept }
            kept[to] += lot
            kept[from] -= lot
            self.movedAt = now
        }
        return kept
    }

    private func isStrained(_ now: Moment) -> Bool { strainedAt.map { now.since($0) < Self.strain } ?? false }

    /// Takes off what the last lot holds beyond the target: on-demand first, then where most is.
    private func trim(_ wish: inout Wish) {
        var excess = (target + unit - 1) / unit * unit - target
        while excess > 0 {
            if wish.onDemand > 0 {
                wish.onDemand -= 1
            } else if let most = wish.spot.max(), most > 0, let index = wish.spot.firstIndex(of: most) {
                wish.spot[index] -= 1
            }
            excess -= 1
        }
    }

    /// The wish with the on-demand that was wanted a while ago.
    private mutating func settled(_ now: Moment) -> Wish {
        releases.removeAll { now.since($0.at) >= Self.returnAfter }
        var settled = wish
        settled.onDemand = min(max(target, wish.onDemand), releases.reduce(wish.onDemand) { max($0, $1.onDemand) })
        onDemand = settled.onDemand
        isStandingIn = settled.onDemand > 0 && (isStandingIn || isStrained(now))
        return settled
    }

    private func lots(_ count: Int) -> Int { (count + unit - 1) / unit }

    private func lots(_ nodes: SpotObservation.Nodes) -> SpotObservation.Nodes {
        let ready = lots(nodes.ready)
        let starting = lots(nodes.held) - ready
        // The newest of each lot: it is ready when all of it is.
        return SpotObservation.Nodes(
            ready: ready,
            starting: (0..<max(0, starting)).map { nodes.starting[min(nodes.starting.count - 1, ($0 + 1) * unit - 1)] })
    }

    /// Times a policy's answer to its own order is looked at: it settles in one or two, and in as many more as pools have no room.
    private static let trials = 8
}

extension SpotObservation.Nodes {
    /// As if all served.
    fileprivate mutating func serve() {
        ready += starting.count
        starting = []
    }

    /// Grants so many now, or gives back the newest.
    fileprivate mutating func change(by count: Int, at now: Moment) {
        if count > 0 { starting += [Moment](repeating: now, count: count) }
        guard count < 0 else { return }
        let released = min(starting.count, -count)
        starting.removeLast(released)
        ready = max(0, ready - (-count - released))
    }
}
