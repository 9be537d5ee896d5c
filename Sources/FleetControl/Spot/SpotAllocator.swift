/// Finds the allocation for which price and risk together are least.
///
/// A pool loses all its nodes at once, or one of them, and now and then takes others of its region along. A loss that leaves
/// fewer than the target is an outage for a cold start, so that spreading is worth its price only where what is left suffices:
/// 2 + 2 of 3 is lost by either pool, 3 in the better one by that alone, 1 + 1 + 1 + 1 by none. Outages cost the square root of
/// their share of time: the first minutes of a day weigh most, so that calm pools are worth a spare node and restless ones are
/// not worth on-demand all day.
package struct SpotAllocator: Equatable, Sendable {
    /// What is known of a pool when nodes are allotted.
    package struct Pool: Equatable, Sendable {
        /// In the market.
        package var index: Int
        /// Losses per second.
        package var hazard: Double
        /// Most nodes it is believed to hold.
        package var limit: Int
        /// Nodes held already.
        package var held: Int

        package init(index: Int, hazard: Double, limit: Int, held: Int) {
            self.index = index
            self.hazard = hazard
            self.limit = limit
            self.held = held
        }
    }

    private let market: SpotMarket
    private let outage: Double
    private let moving: Double
    private let regionalShare: Double
    /// Share of losses that take one node of a pool rather than all.
    package var partialShare = 0.0
    private let coldSeconds: Double

    /// - Parameters:
    ///   - outage: what having less than the target all the time would cost, as a price. A share x of the time costs √x of it.
    ///   - moving: share of a node's price that starting it adds, over the time it is likely to be kept.
    ///   - regionalShare: how likely a pool's loss takes another of its region along.
    package init(market: SpotMarket, outage: Double, moving: Double, regionalShare: Double) {
        self.market = market
        self.outage = outage
        self.moving = moving
        self.regionalShare = regionalShare
        coldSeconds = market.coldStart.inSeconds
    }

    /// The best of the even spreads over the first so many pools in order of price and hazard, with as many on-demand nodes as
    /// the target lacks or up to as many more as the fullest pool holds.
    ///
    /// - Parameter onDemandLimit: most on-demand nodes. Where the pools cannot make up for it, the answer is that many and no
    ///   spot.
    package func best(_ pools: [Pool], onDemandLimit: Int) -> SpotAllocation {
        let target = market.target
        let sorted = pools.filter { $0.limit > 0 }.sorted {
            let (left, right) = (weight($0), weight($1))
            return left != right ? left < right : $0.index < $1.index
        }
        var best = SpotAllocation(
            spot: [Int](repeating: 0, count: market.pools.count), onDemand: onDemandLimit,
            cost: onDemandLimit < target ? .infinity : Double(target) * market.onDemandPrice, risk: 0)
        for used in 0..<min(sorted.count, 2 * target) {
            var counts = [Int](repeating: 0, count: used + 1)
            for total in 1...(2 * target) {
                guard fill(&counts, sorted) else { break }
                let least = max(0, target - total)
                let most = min(onDemandLimit, max(least, min(target, target - total + (counts.max() ?? 0))))
                guard least <= most else { continue }
                for onDemand in least...most {
                    let (price, risk) = cost(counts, onDemand: onDemand, total: total, sorted, below: best.cost)
                    guard price + risk < best.cost else { continue }
                    for pool in sorted { best.spot[pool.index] = 0 }
                    for (pool, count) in zip(sorted, counts) { best.spot[pool.index] = count }
                    (best.onDemand, best.cost, best.risk) = (onDemand, price + risk, risk)
                }
            }
        }
        return best
    }

    private func weight(_ pool: Pool) -> Double {
        market.pools[pool.index].price + outage * (coldSeconds * pool.hazard).squareRoot()
    }

    /// Adds a node to the first of the emptiest pools that hold more; false where none does.
    private func fill(_ counts: inout [Int], _ pools: [Pool]) -> Bool {
        var next: Int?
        for index in counts.indices where counts[index] < pools[index].limit {
            if next.map({ counts[index] < counts[$0] }) ?? true { next = index }
        }
        guard let next else { return false }
        counts[next] += 1
        return true
    }

    /// The risk is left out where the price alone is `below` or more.
    private func cost(
        _ counts: [Int], onDemand: Int, total: Int, _ pools: [Pool], below: Double
    ) -> (price: Double, risk: Double) {
        var price = Double(onDemand) * market.onDemandPrice
        for index in counts.indices where counts[index] > 0 {
            let started = Double(max(0, counts[index] - pools[index].held))
            price += market.pools[pools[index].index].price * (Double(counts[index]) + started * moving)
        }
        guard price < below else { return (price, 0) }
        var share = 0.0
        for index in counts.indices where counts[index] > 0 {
            let spare = total + onDemand - market.target
            let whole = shortfall(counts, pools, lost: index, spare: spare - counts[index])
            let part = counts[index] == 1 ? whole : shortfall(counts, pools, lost: index, spare: spare - 1)
            let losses = (1 - partialShare) * whole + partialShare * Double(counts[index]) * part
            share += pools[index].hazard * coldSeconds * losses
        }
        return (price, outage * share.squareRoot())
    }

    /// How likely the loss of a pool leaves too few, with what goes along with it or is lost before it is replaced.
    private func shortfall(_ counts: [Int], _ pools: [Pool], lost: Int, spare: Int) -> Double {
        guard spare >= 0 else { return 1 }
        // How likely so many spare nodes are left.
        var left = [Double](repeating: 0, count: spare + 1)
        left[spare] = 1
        let region = market.pools[pools[lost].index].region
        for index in counts.indices where counts[index] > 0 && index != lost {
            let isMate = !region.isEmpty && market.pools[pools[index].index].region == region
            let share = min(1, pools[index].hazard * coldSeconds + (isMate ? regionalShare : 0))
            for rest in 0...spare {
                let moved = left[rest] * share
                left[rest] -= moved
                // `rest` ascends, so what arrives lower is not moved again.
                if rest >= counts[index] { left[rest - counts[index]] += moved }
            }
        }
        return max(0, 1 - left.reduce(0, +))
    }
}
