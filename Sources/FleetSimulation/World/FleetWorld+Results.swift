import EngineTiming
import FleetControl
package import FleetModel

/// What a world came to.
package struct WorldResult: Equatable, Sendable {
    package struct Pool: Equatable, Sendable {
        package var plane: PlaneName
        package var provider: ProviderName
        package var pool: PoolName
        package var tier: CapacityPool.Tier
        package var nodeHours: Double
        package var paidHours: Double
        /// Nil where no price is known.
        package var usd: Double?
        package var launched: UInt64
        package var refused: UInt64
        package var reclaimed: UInt64
    }

    package struct Workload: Equatable, Sendable {
        package var name: WorkloadName
        package var tally: RequestTally
    }

    package var isFluid: Bool
    package var hours: Double
    package var events: UInt64
    package var digest: String
    package var pools: [Pool]
    package var workloads: [Workload]
    package var timeline: [TimelinePoint]
    package var journal: Journal
    package var fenceCrossings: Int
    /// Under way when the world ended.
    package var unfinished: Double

    package var all: RequestTally {
        var all = RequestTally()
        for workload in workloads { all.merge(workload.tally) }
        return all
    }

    /// What pools with a known price cost.
    package var usd: Double { pools.reduce(0) { $0 + ($1.usd ?? 0) } }

    package func usd(tier: CapacityPool.Tier) -> Double { pools.filter { $0.tier == tier }.reduce(0) { $0 + ($1.usd ?? 0) } }

    /// By provider, sorted.
    package var usdByProvider: [(provider: ProviderName, usd: Double)] {
        Set(pools.map(\.provider)).sorted().map { provider in
            (provider, pools.filter { $0.provider == provider }.reduce(0) { $0 + ($1.usd ?? 0) })
        }
    }

    /// Pools that were used and have no known price, sorted.
    package var unpriced: [String] { pools.filter { $0.usd == nil && $0.paidHours > 0 }.map { "\($0.plane)/\($0.pool)" } }
}

extension FleetWorld {
    func sample() {
        if elapsed <= 0 {
            // What it took to start is not part of what is measured.
            for index in pools.indices { pools[index].beginCounting(now: now) }
            window = TimelineWindow(since: now)
            return
        }
        let seconds = max(1e-9, Double(now - window.since) / 1e9)
        var held: [CapacityPool.Tier: Int] = [:]
        var usd = 0.0
        for pool in pools {
            held[pool.declared.tier, default: 0] += pool.held
            usd += Double(pool.paidNodes) * (pool.usdPerNodeHour ?? 0)
        }
        timeline.append(
            TimelinePoint(
                seconds: Double(elapsed) / 1e9, arrivedPerSecond: window.arrived / seconds,
                answeredPerSecond: window.answered / seconds, lostPerSecond: window.lost / seconds, waiting: waitingRequests,
                wantedReplicas: control.decision?.placement.workloads.reduce(0) { $0 + $1.replicas } ?? 0,
                readyReplicas: replicas.count { $0.state == .running && $0.readyToAnswerAt <= now },
                reservedNodes: held[.reserved] ?? 0, onDemandNodes: held[.onDemand] ?? 0, spotNodes: held[.spot] ?? 0,
                usdPerHour: usd, firstTokenP95: window.firstToken.quantile(0.95)))
        window = TimelineWindow(since: now)
    }

    private var waitingRequests: Double {
        let atGateways = gateways.reduce(0.0) { sum, gateway in
            sum + gateway.desks.reduce(0.0) { $0 + Double($1.waiting.count) + $1.flow.queued }
        }
        return replicas.reduce(atGateways) { $0 + $1.flow.backlog + Double($1.engine?.waitingCount ?? 0) }
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        for index in tallies.indices {
            digest.fold(UInt64(tallies[index].answered.bitPattern))
            digest.fold(UInt64(tallies[index].arrived.bitPattern))
        }
    }

    /// Requests of a fluid that neither ended nor were lost.
    private var unfinishedFlow: Double {
        gateways.reduce(returned.reduce(0, +)) { sum, gateway in sum + gateway.desks.reduce(0) { $0 + $1.flow.queued } }
            + replicas.reduce(0) { $0 + $1.flow.backlog }
    }

    package var unfinished: Double { isFluid ? unfinishedFlow : Double(inFlight) }

    /// What it came to so far.
    package func result() -> WorldResult {
        WorldResult(
            isFluid: isFluid, hours: Double(elapsed) / 3.6e12, events: events, digest: digest.description,
            pools: pools.indices.map { index in
                let paid = pools[index].paidHours(now: now)
                let plane = fleet.planes[pools[index].plane]
                return WorldResult.Pool(
                    plane: plane.name, provider: plane.provider, pool: pools[index].declared.name,
                    tier: pools[index].declared.tier, nodeHours: pools[index].nodeHours(now: now), paidHours: paid,
                    usd: pools[index].usd(now: now), launched: pools[index].launched,
                    refused: pools[index].refused, reclaimed: pools[index].reclaimed)
            },
            workloads: workloads.indices.map { WorldResult.Workload(name: workloads[$0], tally: tallies[$0]) },
            timeline: timeline, journal: journal, fenceCrossings: fenceCrossings, unfinished: unfinished)
    }
}
