package import FleetModel

/// The default spot policy: holds as few nodes as the observed risk allows, where capacity has lasted, and on-demand only as a
/// bridge.
///
/// - Pools are judged by how long their capacity has lasted and by what they lost (``ReclaimHazard``).
/// - How many nodes, and where, is what makes price and risk least (``SpotAllocator``): the target in one old pool, or one more
///   node spread over several, or on-demand, whichever it is now.
/// - A refusal costs nothing: after a loss that leaves too few, every pool is asked at once and on-demand beside them. What is
///   granted and not needed is given back at the next decision.
/// - What stands is kept until what replaces it is ready.
/// - While it wants more spot than it has, it asks the pools without capacity at each decision, so that it knows when each came
///   back.
package struct AdaptiveHedge: LiveSpotPolicy, Equatable {
    package struct Tuning: Equatable, Sendable {
        package var law = ReclaimHazard.Law()
        /// What having less than the target ready all the time would cost, by what the target costs on demand; a share x of the
        /// time costs √x of it. More buys more spare nodes.
        package var outageWeight = 2.25
        /// How likely the loss of a pool takes another of its region along.
        package var regionalShare = 0.2
        /// How long a pool is taken to hold no more than when it refused more, in seconds.
        package var limitSeconds = 600.0
        /// How long a node is likely to be kept, over which its cold start is spread, in seconds.
        package var keepSeconds = 3_600.0

        package init() {}
    }

    /// Nodes allotted under three suppositions.
    private struct Plans {
        /// Pools hold what they are believed to.
        var hoped: SpotAllocation
        /// Nodes held, started or not, are all there is.
        var held: SpotAllocation
        /// Ready nodes are.
        var ready: SpotAllocation
    }

    private var market: SpotMarket
    private let tuning: Tuning
    private var allocator: SpotAllocator
    private var hazard: ReclaimHazard
    /// Most nodes a pool is believed to hold, since when.
    private var limits: [Int]
    private var limitedAt: [Moment]

    package init(_ market: SpotMarket, tuning: Tuning = Tuning()) {
        self.market = market
        self.tuning = tuning
        allocator = Self.allocator(market, tuning)
        hazard = ReclaimHazard(tuning.law, market: market)
        limits = [Int](repeating: .max, count: market.pools.count)
        limitedAt = [Moment](repeating: .origin, count: market.pools.count)
    }

    package mutating func adopt(_ market: SpotMarket, from indices: [Int?]) {
        self.market = market
        allocator = Self.allocator(market, tuning)
        hazard.adopt(market, from: indices)
        limits = indices.map { $0.map { limits[$0] } ?? .max }
        limitedAt = indices.map { $0.map { limitedAt[$0] } ?? .origin }
    }

    package func learnt(now: Moment) -> ReclaimHazard.Kept? { hazard.kept(now: now) }

    package mutating func recall(_ learnt: ReclaimHazard.Kept, from indices: [Int?], away: Duration, now: Moment) {
        hazard.recall(learnt, from: indices, away: away, now: now)
    }

    private static func allocator(_ market: SpotMarket, _ tuning: Tuning) -> SpotAllocator {
        SpotAllocator(
            market: market, outage: tuning.outageWeight * Double(market.target) * market.onDemandPrice,
            moving: market.coldStart.inSeconds / tuning.keepSeconds, regionalShare: tuning.regionalShare)
    }

    package mutating func decide(_ observation: SpotObservation) -> SpotOrder {
        hazard.observe(observation)
        allocator.partialShare = hazard.partialShare
        learnLimits(observation)
        let plans = plans(observation)
        var order = SpotOrder(pools: observation.pools.count)
        order.spot = spot(observation, plans)
        order.onDemand = onDemand(observation, plans, spot: order.spot) - observation.onDemand.held
        return order
    }

    private mutating func learnLimits(_ observation: SpotObservation) {
        for (index, pool) in observation.pools.enumerated() {
            if pool.refused > 0 || pool.reclaimed > 0 {
                limits[index] = pool.nodes.held
                limitedAt[index] = observation.now
            } else if observation.now.since(limitedAt[index]).inSeconds >= tuning.limitSeconds {
                limits[index] = .max
            }
            limits[index] = max(limits[index], pool.nodes.held)
        }
    }

    private func plans(_ observation: SpotObservation) -> Plans {
        let pools = observation.pools.enumerated().map { index, pool in
            SpotAllocator.Pool(
                index: index, hazard: hazard.perSecond(index, now: observation.now), limit: 0, held: pool.nodes.held)
        }
        func plan(onDemand: Int, _ limit: (Int) -> Int) -> SpotAllocation {
            allocator.best(
                pools.map { pool in
                    var pool = pool
                    pool.limit = limit(pool.index)
                    return pool
                }, onDemandLimit: onDemand)
        }
        let target = market.target
        let isShort = observation.readySpot + observation.onDemand.ready <= target
        return Plans(
            hoped: plan(onDemand: target) { min(limits[$0], 2 * target) },
            held: plan(onDemand: target) { observation.pools[$0].nodes.held },
            ready: isShort
                ? SpotAllocation(
                    spot: observation.pools.map(\.nodes.ready), onDemand: observation.onDemand.ready, cost: 0, risk: 0)
                : plan(onDemand: min(target, observation.onDemand.ready)) { observation.pools[$0].nodes.ready })
    }

    /// Nodes to ask for and to release.
    private func spot(_ observation: SpotObservation, _ plans: Plans) -> [Int] {
        let coming = observation.pools.reduce(observation.onDemand.starting.count) { $0 + $1.nodes.starting.count }
        let missing = market.target - observation.readySpot - observation.onDemand.ready
        let spotPrice = market.pools.map(\.price).min() ?? 0
        let wantsMore = plans.hoped.onDemand > 0 || plans.held.onDemand > 0 || plans.held.risk > spotPrice
        return observation.pools.enumerated().map { index, pool in
            let wanted = max(plans.hoped.spot[index], plans.held.spot[index], plans.ready.spot[index])
            let change = wanted - pool.nodes.held - pool.asked
            guard change == 0, pool.nodes.held + pool.asked == 0 else { return change }
            if missing > coming { return missing }
            return wantsMore && isUnknown(index, now: observation.now) ? 1 : 0
        }
    }

    /// Whether asking for a node would tell anything: a pool that had capacity is asked again after half the time it has had it.
    private func isUnknown(_ index: Int, now: Moment) -> Bool {
        guard let confirmedAt = hazard.confirmedAt(index) else { return true }
        return now.since(confirmedAt).inSeconds >= max(market.coldStart.inSeconds, hazard.age(index, now: now) / 2)
    }

    /// On-demand nodes to hold: what is ready until spot that is ready makes it needless, and what starting spot leaves open.
    private func onDemand(_ observation: SpotObservation, _ plans: Plans, spot: [Int]) -> Int {
        var startingSpot: [Moment] = []
        for (index, pool) in observation.pools.enumerated() {
            startingSpot += pool.nodes.starting.prefix(max(0, pool.nodes.starting.count + min(0, spot[index])))
        }
        startingSpot.sort()
        var count = min(observation.onDemand.ready, plans.ready.onDemand)
        var missing = market.target - observation.readySpot - count
        var covering = 0
        for start in observation.onDemand.starting where missing > 0 {
            // Spot that is ready no later takes the place of on-demand that is still starting.
            if covering < startingSpot.count, startingSpot[covering] <= start { covering += 1 } else { count += 1 }
            missing -= 1
        }
        count += max(0, missing - (startingSpot.count - covering))
        return max(count, plans.held.onDemand)
    }
}
