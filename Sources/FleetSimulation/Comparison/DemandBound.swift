package import FleetModel
package import LinearOptimization

/// The least that serving all demand can cost somebody who knows every trace.
///
/// A linear program over moments (see ``DemandProgram``): each takes fractions of the nodes there are, workloads share pools,
/// reserved nodes are bought for all the time, spot traces are known. Latency, survival, budgets, spot shares and faults ask for
/// nothing and none has to be started, but that spot whose reclaims are a rate is paid while its successor starts; the fence holds.
/// So it is a bound, and no fleet reaches it.
package struct DemandBound: Equatable, Sendable {
    /// In US dollars, proven from the solver's duals.
    package var usd: Double
    /// What the nodes of each tier cost in the cheapest answer.
    package var usdByTier: [CapacityPool.Tier: Double]
    /// The largest share of requests that all pools together can serve: below 1 the bound is of serving as many.
    package var servedShare: Double

    /// Nil where a pool that matters has no known price.
    ///
    /// - Throws: where the solver's library fails.
    package static func find(_ setup: WorldSetup, by solver: any LinearSolver) throws(SolverFailure) -> DemandBound? {
        let moments = DemandMoments(setup)
        guard let pools = BoundedPool.pools(setup, moments.classes) else { return nil }
        let program = DemandProgram(moments, pools, hours: setup.scenario.duration.seconds / 3_600)
        let relaxation = try solver.session(for: program.model).relax(WorkLimits())
        guard relaxation.status == .optimal else {
            throw SolverFailure("\(solver.name) ended a linear program that has an optimum as \(relaxation.status)")
        }
        let proven = program.model.provenBound(rowDuals: relaxation.rowDuals)
        let unserved = program.unservedRequests(relaxation.values)
        var byTier: [CapacityPool.Tier: Double] = [:]
        for (index, usd) in program.costs(relaxation.values).enumerated() { byTier[pools[index].tier, default: 0] += usd }
        // A penalty that is paid is no cost; what it is off by counts against the bound.
        let usd = proven - unserved * program.penalty
        return DemandBound(
            usd: max(0, usd), usdByTier: byTier,
            servedShare: moments.requests > 0 ? 1 - min(1, unserved / moments.requests) : 1)
    }
}

/// Requests of one workload that the same planes may serve.
struct DemandClass: Hashable {
    var workload: Int
    /// By plane: the fence lets it in.
    var isAllowed: [Bool]
}

/// When how much is asked for, and how much spot there is: equal moments are one, with their hours together.
struct DemandMoments {
    struct Moment: Hashable {
        /// Requests per second by class.
        var rates: [Double]
        /// Nodes of pools with a trace, by market of the scenario.
        var supply: [Int]
    }

    /// Most parts a scenario is cut into.
    private static let partLimit = 4_000.0
    /// Lengths of a part, seconds: each divides an hour, at which profiles change.
    private static let lengths: [Int64] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 450, 900, 1_800, 3_600]
    /// Looks at a part: demand is their mean, which costs less than what it is the mean of, supply their largest.
    private static let looks: Int64 = 4

    private(set) var classes: [DemandClass] = []
    private(set) var moments: [(moment: Moment, hours: Double)] = []
    private(set) var requests = 0.0

    init(_ setup: WorldSetup) {
        let streams = DemandStream.streams(setup, network: WorldNetwork(fleet: setup.fleet, prices: setup.prices), seed: 0)
        let fence = setup.fleet.fence
        let ofStream = streams.map { stream -> Int in
            let workload = setup.fleet.workloads[stream.workload]
            let kind = DemandClass(
                workload: stream.workload,
                isAllowed: setup.fleet.planes.map {
                    fence.verdict(
                        workload: workload, plane: $0, userJurisdictions: stream.demand?.location.jurisdictions
                    ).isInside
                })
            if let known = classes.firstIndex(of: kind) { return known }
            classes.append(kind)
            return classes.count - 1
        }
        let whole = setup.scenario.duration.nanoseconds
        let seconds = Self.lengths.first { Double(whole) / 1e9 / Double($0) <= Self.partLimit } ?? 3_600
        let length = seconds * 1_000_000_000
        var weights: [Moment: Int] = [:]
        var from: Int64 = 0
        while from < whole {
            let until = min(whole, from + length)
            let times = (0..<Self.looks).map { from + (2 * $0 + 1) * (until - from) / (2 * Self.looks) }
            var moment = Moment(rates: [Double](repeating: 0, count: classes.count), supply: [])
            for (index, stream) in streams.enumerated() {
                moment.rates[ofStream[index]] += times.reduce(0) { $0 + stream.rate(at: $1) } / Double(Self.looks)
            }
            moment.supply = setup.scenario.markets.map { market in
                guard case .trace(let gap, let numbers) = market.supply, !numbers.isEmpty else { return .max }
                return times.map { numbers[Int($0 / (Int64(gap) * 1_000_000_000)) % numbers.count] }.max() ?? 0
            }
            let hours = Double(until - from) / 3.6e12
            requests += moment.rates.reduce(0, +) * hours * 3_600
            if let known = weights[moment] {
                moments[known].hours += hours
            } else {
                weights[moment] = moments.count
                moments.append((moment, hours))
            }
            from = until
        }
    }
}

/// Capacity as the bound sees it.
struct BoundedPool {
    var plane: Int
    var tier: CapacityPool.Tier
    var usd: Double
    var nodes: Double
    /// The scenario's market that says how many nodes there are; nil for as many as declared.
    var market: Int?
    /// By class: the share of a node that one request per second takes; nil where it is not served here.
    var nodesPerRate: [Double?]

    /// Those that serve any class; nil where one of them has no known price.
    static func pools(_ setup: WorldSetup, _ classes: [DemandClass]) -> [BoundedPool]? {
        var pools: [BoundedPool] = []
        for (index, plane) in setup.fleet.planes.enumerated() {
            for declared in plane.pools {
                let profiles = classes.map { kind -> AcceleratorProfile? in
                    guard kind.isAllowed[index],
                        case .runs(let profile) = setup.fleet.workloads[kind.workload].replica.match(declared)
                    else { return nil }
                    return profile
                }
                let users = Set(zip(classes, profiles).compactMap { $1 == nil ? nil : $0.workload })
                guard !users.isEmpty else { continue }
                let price = declared.usdPerNodeHour ?? setup.prices.quote(for: declared, in: plane)?.usdPerHour
                guard let usd = declared.owned ? 0 : price else { return nil }
                let market = setup.scenario.markets.firstIndex { $0.plane == plane.name && $0.pool == declared.name }
                var pool = BoundedPool(
                    plane: index, tier: declared.tier, usd: usd, nodes: Double(declared.maxNodes), market: market,
                    nodesPerRate: [])
                let rate = reclaims(of: declared, market.map { setup.scenario.markets[$0].supply })
                // A place that was taken stays empty for a while.
                pool.nodes /= 1 + rate.perNodeHour * rate.away.seconds / 3_600
                pool.nodesPerRate = zip(classes, profiles).map { kind, profile in
                    guard let profile, profile.rate.value > 0 else { return nil }
                    let load = setup.loadTime(of: setup.fleet.workloads[kind.workload])
                    let start = (setup.scenario.provisioning.launch(declared.tier) + load).seconds / 3_600
                    let accelerators = Double(max(1, profile.accelerators))
                    let whole = Double(declared.acceleratorsPerNode)
                    // Alone on its nodes a workload leaves over what makes no whole replica; beside others, that may be used.
                    let perNode = users.count == 1 ? (whole / accelerators).rounded(.down) : whole / accelerators
                    guard perNode > 0 else { return nil }
                    return (1 + rate.perNodeHour * start) / (perNode * profile.rate.value)
                }
                pools.append(pool)
            }
        }
        return pools
    }

    /// As ``FleetWorld`` takes spot nodes back where no trace says how many there are.
    private static func reclaims(
        of pool: CapacityPool, _ supply: SpotMarketSource.Supply?
    ) -> (perNodeHour: Double, away: Duration) {
        guard pool.tier == .spot else { return (0, .zero) }
        switch supply {
        case .trace: return (0, .zero)
        case .rate(let perNodeHour, let away): return (perNodeHour, away)
        case nil: return (pool.interruptionsPerNodeHour ?? 0, pool.replacementTime ?? .zero)
        }
    }
}

extension WorldSetup {
    /// From a node that is there to the first answer.
    func loadTime(of workload: Workload) -> Duration {
        guard case .simulated(let engine) = workload.replica.engine else { return scenario.provisioning.modelLoad }
        return .milliseconds(engine.loadMilliseconds)
    }
}
