import FleetModel

/// The least that serving all demand can cost somebody who knows every trace: each moment takes the cheapest nodes there are, at
/// full use, and none has to be started.
///
/// It is the optimum of the linear program without what ties moments together but reserved nodes, which are paid all the time or
/// not at all: for so many reserved nodes the best answer at a moment is to fill pools by price, and the total is convex in their
/// number. Fractions of nodes are allowed, latency and survival ask for nothing, spot whose reclaims are a rate is there all the
/// time: it is a bound, and no fleet reaches it.
package enum DemandBound {
    /// Moments looked at: the middles of so many equal parts of the scenario.
    private static let parts = 2_000

    private struct Supply {
        var usd: Double
        var tier: CapacityPool.Tier
        var nodes: Double
        /// Requests per second of one node.
        var rate: Double
        var trace: (gap: Int64, numbers: [Int])?

        func count(at nanoseconds: Int64) -> Double {
            guard let trace, !trace.numbers.isEmpty else { return nodes }
            return min(nodes, Double(trace.numbers[Int(nanoseconds / trace.gap) % trace.numbers.count]))
        }
    }

    /// In US dollars; nil where a pool that matters has no known price.
    package static func usd(_ setup: WorldSetup) -> Double? {
        let streams = DemandStream.streams(setup, network: WorldNetwork(fleet: setup.fleet, prices: setup.prices), seed: 0)
        var total = 0.0
        for (index, workload) in setup.fleet.workloads.enumerated() {
            guard let supplies = supplies(of: workload, setup) else { return nil }
            let mine = streams.filter { $0.workload == index }
            let length = setup.scenario.duration.seconds
            let moments = (0..<parts).map { Int64((Double($0) + 0.5) * length / Double(parts) * 1e9) }
            let rates = moments.map { moment in mine.reduce(0) { $0 + $1.rate(at: moment) } }
            total += cheapest(supplies, rates: rates, moments: moments, hours: length / 3_600)
        }
        return total
    }

    private static func supplies(of workload: Workload, _ setup: WorldSetup) -> [Supply]? {
        var supplies: [Supply] = []
        for plane in setup.fleet.planes {
            for pool in plane.pools {
                guard case .runs(let profile) = workload.replica.match(pool) else { continue }
                guard let usd = pool.owned ? 0 : pool.usdPerNodeHour ?? setup.prices.quote(for: pool, in: plane)?.usdPerHour
                else {
                    return nil
                }
                let perNode = Double(pool.acceleratorsPerNode / max(1, profile.accelerators))
                let source = setup.scenario.markets.first { $0.plane == plane.name && $0.pool == pool.name }
                var trace: (gap: Int64, numbers: [Int])?
                if case .trace(let gap, let numbers) = source?.supply { trace = (Int64(gap) * 1_000_000_000, numbers) }
                supplies.append(
                    Supply(
                        usd: usd, tier: pool.tier, nodes: Double(pool.maxNodes), rate: perNode * profile.rate.value, trace: trace)
                )
            }
        }
        return supplies.sorted { $0.usd / max($0.rate, 1e-12) < $1.usd / max($1.rate, 1e-12) }
    }

    private static func cheapest(_ supplies: [Supply], rates: [Double], moments: [Int64], hours: Double) -> Double {
        let reserved = supplies.filter { $0.tier == .reserved }
        let bought = supplies.filter { $0.tier != .reserved }
        let part = hours / Double(parts)
        func cost(reservedRate: Double) -> Double {
            var (left, total) = (reservedRate, 0.0)
            for supply in reserved {
                let nodes = min(supply.nodes, left / supply.rate)
                left -= nodes * supply.rate
                total += nodes * supply.usd * hours
            }
            for (rate, moment) in zip(rates, moments) {
                var missing = max(0, rate - reservedRate)
                for supply in bought where missing > 0 {
                    let nodes = min(supply.count(at: moment), missing / supply.rate)
                    missing -= nodes * supply.rate
                    total += nodes * supply.usd * part
                }
            }
            return total
        }
        // Convex in the reserved rate, and linear between the rates asked for and the ends of pools.
        var (low, high) = (0.0, min(rates.max() ?? 0, reserved.reduce(0) { $0 + $1.nodes * $1.rate }))
        for _ in 0..<60 {
            let (first, second) = (low + (high - low) / 3, high - (high - low) / 3)
            if cost(reservedRate: first) <= cost(reservedRate: second) { high = second } else { low = first }
        }
        return min(cost(reservedRate: 0), cost(reservedRate: (low + high) / 2))
    }
}
