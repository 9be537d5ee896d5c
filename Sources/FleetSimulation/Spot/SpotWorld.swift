package import FleetControl
import FleetModel

/// Pools that hold no more than they can and take back what is too much: one tick after the other, and what it costs.
///
/// Each tick is `begin` (nodes beyond a pool's number are reclaimed, the newest first), the policy's turn, and `finish` (releases
/// take the newest nodes, spot is granted up to the pool's number, on-demand always; then readiness and pay are counted).
package struct SpotWorld: Equatable, Sendable {
    private let experiment: SpotExperiment
    /// The tick each held node was granted at, oldest first, by pool.
    private var pools: [[Int]]
    private var onDemand: [Int] = []
    private var reclaimed: [Int]
    private var refused: [Int]
    package private(set) var tick = 0
    package private(set) var tally = SpotTally()

    package init(_ experiment: SpotExperiment, pools: Int) {
        self.experiment = experiment
        self.pools = [[Int]](repeating: [], count: pools)
        reclaimed = [Int](repeating: 0, count: pools)
        refused = reclaimed
    }

    /// Reclaims, and shows the policy what it may see.
    package mutating func begin(capacity: (Int) -> Int) -> SpotObservation {
        for pool in pools.indices {
            reclaimed[pool] = max(0, pools[pool].count - capacity(pool))
            pools[pool].removeLast(reclaimed[pool])
            tally.reclaims += reclaimed[pool]
        }
        return SpotObservation(
            now: Moment.origin.advanced(by: .seconds(tick * SpotExperiment.tickSeconds)),
            pools: pools.indices.map { pool in
                SpotObservation.Pool(nodes: nodes(pools[pool]), reclaimed: reclaimed[pool], refused: refused[pool])
            },
            onDemand: nodes(onDemand))
    }

    /// Carries the order out, and counts the tick.
    package mutating func finish(_ order: SpotOrder, capacity: (Int) -> Int) {
        precondition(order.spot.count == pools.count, "an order for \(order.spot.count) pools of \(pools.count)")
        for pool in pools.indices {
            let asked = max(0, order.spot[pool])
            pools[pool].removeLast(min(pools[pool].count, max(0, -order.spot[pool])))
            let granted = min(asked, capacity(pool) - pools[pool].count)
            for _ in 0..<granted { pools[pool].append(tick) }
            refused[pool] = asked - granted
            tally.refusals += refused[pool]
            tally.spotTicks += pools[pool].count
        }
        onDemand.removeLast(min(onDemand.count, max(0, -order.onDemand)))
        for _ in 0..<max(0, order.onDemand) { onDemand.append(tick) }
        tally.onDemandTicks += onDemand.count
        tally.ticks += 1
        if tick >= experiment.coldStartTicks {
            tally.countedTicks += 1
            let ready = pools.reduce(readyCount(onDemand)) { $0 + readyCount($1) }
            if ready >= experiment.target { tally.availableTicks += 1 }
        }
        tick += 1
    }

    private func readyCount(_ granted: [Int]) -> Int {
        var count = granted.count
        while count > 0, granted[count - 1] > tick - experiment.coldStartTicks { count -= 1 }
        return count
    }

    private func nodes(_ granted: [Int]) -> SpotObservation.Nodes {
        let ready = readyCount(granted)
        if ready == granted.count { return SpotObservation.Nodes(ready: ready) }
        return SpotObservation.Nodes(
            ready: ready,
            starting: granted[ready...].map { Moment.origin.advanced(by: .seconds($0 * SpotExperiment.tickSeconds)) })
    }
}
