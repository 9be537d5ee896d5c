import FleetControl
import FleetModel

/// Where the spot nodes of one pool come from and go to.
struct SpotMarketState {
    var supply: SpotMarketSource.Supply
    var random: SplitMix64
}

/// Spot: what providers have, and what they take back.
extension FleetWorld {
    /// How long before a node is taken its provider says so: EC2 two minutes, Google and Azure half of one.
    static func notice(of provider: ProviderName) -> Duration { provider == "aws" ? .seconds(120) : .seconds(30) }

    func beginMarkets() {
        for index in pools.indices where pools[index].declared.tier == .spot {
            guard let supply = supply(of: index) else { continue }
            markets[index] = SpotMarketState(supply: supply, random: SplitMix64(seed: random.next()))
            if case .trace = supply { queue.add(WorldEvent(.market, index), at: 0) }
        }
    }

    /// As the scenario says, else as the pool declares.
    private func supply(of index: Int) -> SpotMarketSource.Supply? {
        let (plane, pool) = (fleet.planes[pools[index].plane].name, pools[index].declared)
        if let source = scenario.markets.first(where: { $0.plane == plane && $0.pool == pool.name }) { return source.supply }
        guard let rate = pool.interruptionsPerNodeHour, rate > 0 else { return nil }
        return .rate(perNodeHour: rate, away: pool.replacementTime ?? .zero)
    }

    /// The next number of a pool's trace holds from now on. A trace that is over begins again.
    func moveMarket(_ index: Int) {
        guard case .trace(let gapSeconds, let numbers) = markets[index]?.supply, !numbers.isEmpty else { return }
        let gap = Int64(gapSeconds) * 1_000_000_000
        let position = Int(max(0, elapsed) / gap)
        pools[index].supply = numbers[position % numbers.count]
        for node in pools[index].surplus { noticeReclaim(pool: index, node: node) }
        // Nothing to do until the number changes.
        var next = position + 1
        while next < position + numbers.count, numbers[next % numbers.count] == pools[index].supply { next += 1 }
        queue.add(WorldEvent(.market, index), at: beginning + Int64(next) * gap)
    }

    /// Draws how long a new node stays.
    func scheduleReclaim(pool: Int, node: Int) {
        guard case .rate(let perNodeHour, _) = markets[pool]?.supply, perNodeHour > 0 else { return }
        let share = markets[pool]?.random.nextShare() ?? 0
        let hours = -Logarithm.natural(1 - share) / perNodeHour
        let at = now + Int64(min(hours * 3.6e12, 9e17))
        guard at < end else { return }
        queue.add(reclaim(pool: pool, node: node), at: at)
    }

    private func reclaim(pool: Int, node: Int) -> WorldEvent {
        WorldEvent(.reclaim, pool, node << 16 | Int(pools[pool].nodes[node].birth & 0xFFFF))
    }

    /// The plane hears that a node will be taken; some time later it is.
    func noticeReclaim(pool: Int, node: Int) {
        guard pools[pool].notice(node) else { return }
        let plane = pools[pool].plane
        let notice = Self.notice(of: fleet.planes[plane].provider)
        queue.add(reclaim(pool: pool, node: node), at: now + notice.nanoseconds)
        guard !planes[plane].isDown else { return }
        tell(plane, .reclaimNoticed(pool: pools[pool].declared.name, node: node, within: notice, kind: .termination))
    }

    func reclaimNode(pool: Int, node: Int, birth: UInt32) {
        let there = pools[pool].nodes[node]
        guard there.state != .absent, there.birth & 0xFFFF == birth else { return }
        guard there.isNoticed else { return noticeReclaim(pool: pool, node: node) }
        var blocked = Int64.min
        if case .rate(_, let away) = markets[pool]?.supply { blocked = now + away.nanoseconds }
        loseNode(pool: pool, node: node, blockedUntil: blocked)
    }
}
