/// A problem in dense indices, with origins aggregated: all that the optimiser needs, nothing it must look up.
///
/// Origins that may use the same planes, before and after a loss, are one group: capacity cannot tell them apart, egress is priced by
/// plane, so a flow of the group splits over its members in proportion to their demand.
struct CompiledProblem: Sendable {
    /// One way to run a service's replicas.
    struct Option: Sendable {
        let pool: Int
        let plane: Int
        /// Accelerators one replica takes.
        let size: Int
        /// Requests per second of one replica, derated for the time a spot node is away.
        let rate: Double
        let isSpot: Bool
    }

    struct Member: Sendable {
        let origin: Int
        /// By block.
        var demand: [Double]
    }

    struct Group: Sendable {
        /// Planes within the latency budget and the rules.
        let base: IndexBits
        /// The same within the failover budget: a superset of `base`.
        let failover: IndexBits
        var members: [Member]
        /// By block, over all members.
        var demand: [Double]
    }

    struct Loss: Sendable {
        let label: String
        let planes: IndexBits
        /// Only the spot nodes of these planes are lost.
        let spotOnly: Bool

        func takes(_ option: Option) -> Bool { planes.contains(option.plane) && (!spotOnly || option.isSpot) }
    }

    /// A workload with what it may use.
    struct Service: Sendable {
        let workload: PlanningProblem.Workload
        let options: [Option]
        let groups: [Group]
        /// Planes where it has an option that some group may use. Ascending.
        let planes: [Int]
        /// Positions in `options`, by position in `planes`.
        let optionsByPlane: [[Int]]
        let losses: [Loss]
        /// US dollars an hour for one request per second served by a plane, by position in `planes`.
        let egressUSD: [Double]

        var hasEgressCost: Bool { egressUSD.contains { $0 > 0 } }
    }

    let problem: PlanningProblem
    let blockHours: [Double]
    let services: [Service]
    /// Options by pool: (service, position in its options).
    let optionsByPool: [[(service: Int, option: Int)]]
    let planeIndex: [String: Int]
    let originNames: [String]
    /// By origin, then plane; nil where nothing flows.
    let roundTrip: [[Double?]]
    /// Cost in US dollars an hour of one request per second not served, and of one that a loss would leave unserved.
    let unmetUSD: Double
    let unprotectedUSD: Double
    /// US dollars an hour that one replica below a minimum counts for: more than its node and the requests that a budget would then leave
    /// unserved could cost, ten times over.
    let missingUSD: Double

    var horizonHours: Double { blockHours.reduce(0, +) }
    var blockCount: Int { blockHours.count }

    init(_ problem: PlanningProblem) {
        self.problem = problem
        blockHours = problem.blocks.map(\.hours)
        unmetUSD = 3_600 * problem.unmetUSDPerRequest
        unprotectedUSD = 360 * problem.unmetUSDPerRequest
        let planeIndex = Self.index(problem.planes.map(\.name))
        self.planeIndex = planeIndex
        let origins = ProblemOrigins(problem, planeIndex: planeIndex)
        originNames = origins.names
        roundTrip = origins.roundTrip
        let forbidden = Self.forbiddenPlanes(problem, planeIndex: planeIndex, origins: origins)
        let blockIndex = Self.index(problem.blocks.map(\.name))
        var rows = [String: [PlanningProblem.Demand]]()
        for row in problem.demand { rows[row.workload, default: []].append(row) }
        services = problem.workloads.map { workload in
            ServiceCompiler(
                problem: problem, workload: workload, planeIndex: planeIndex, origins: origins,
                forbidden: forbidden[workload.name] ?? [:]
            ).service(demand: rows[workload.name] ?? [], blockIndex: blockIndex)
        }
        var byPool = [[(service: Int, option: Int)]](repeating: [], count: problem.pools.count)
        for (service, compiled) in services.enumerated() {
            for (option, value) in compiled.options.enumerated() { byPool[value.pool].append((service, option)) }
        }
        optionsByPool = byPool
        let dearest = problem.pools.map(\.usdPerNodeHour).max() ?? 0
        let fastest = services.lazy.flatMap(\.options).map(\.rate).max() ?? 0
        missingUSD = 10 * (dearest + unmetUSD * fastest + 1)
    }

    static func index(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// By workload, then origin.
    private static func forbiddenPlanes(
        _ problem: PlanningProblem, planeIndex: [String: Int], origins: ProblemOrigins
    ) -> [String: [Int: IndexBits]] {
        var result: [String: [Int: IndexBits]] = [:]
        for row in problem.forbidden {
            guard let plane = planeIndex[row.plane], let origin = origins.index[row.origin] else { continue }
            result[row.workload, default: [:]][origin, default: IndexBits(capacity: problem.planes.count)].insert(plane)
        }
        return result
    }
}

/// Every origin a problem's demand or round trips name, in order of first mention.
struct ProblemOrigins {
    let names: [String]
    let index: [String: Int]
    let roundTrip: [[Double?]]

    init(_ problem: PlanningProblem, planeIndex: [String: Int]) {
        var names: [String] = []
        var index: [String: Int] = [:]
        for name in problem.demand.lazy.map(\.origin) + problem.rtt.lazy.map(\.origin) where index[name] == nil {
            index[name] = names.count
            names.append(name)
        }
        var table = [[Double?]](repeating: [Double?](repeating: nil, count: problem.planes.count), count: names.count)
        for row in problem.rtt {
            if let plane = planeIndex[row.plane] { table[index[row.origin]!][plane] = row.milliseconds }
        }
        (self.names, self.index, roundTrip) = (names, index, table)
    }
}

/// Compiles one workload: options, groups of origins, losses to survive.
private struct ServiceCompiler {
    let problem: PlanningProblem
    let workload: PlanningProblem.Workload
    let planeIndex: [String: Int]
    let origins: ProblemOrigins
    let forbidden: [Int: IndexBits]

    private struct GroupKey: Hashable {
        let base: IndexBits
        let failover: IndexBits
    }

    func service(demand: [PlanningProblem.Demand], blockIndex: [String: Int]) -> CompiledProblem.Service {
        let barred = barredPlanes(demand)
        let possible = possibleOptions().filter { !barred.contains($0.plane) }
        var hardware = IndexBits(capacity: problem.planes.count)
        for option in possible { hardware.insert(option.plane) }
        let groups = groups(of: demand, blockIndex: blockIndex, hardware: hardware)
        var reachable = IndexBits(capacity: problem.planes.count)
        for group in groups { reachable.formUnion(group.failover) }
        // Replicas where nobody's request could reach still count for the minimum and for what the spot share is a share of.
        let sharesSpot = workload.maxSpotShare < 1 && possible.contains(where: \.isSpot)
        let countsAll = groups.isEmpty || workload.minReplicas > 0 || sharesSpot
        let options = countsAll ? possible : possible.filter { reachable.contains($0.plane) }
        let planes = Set(options.map(\.plane)).sorted()
        let position = Dictionary(uniqueKeysWithValues: planes.enumerated().map { ($1, $0) })
        var byPlane = [[Int]](repeating: [], count: planes.count)
        for (index, option) in options.enumerated() { byPlane[position[option.plane]!].append(index) }
        return CompiledProblem.Service(
            workload: workload, options: options, groups: groups, planes: planes, optionsByPlane: byPlane,
            losses: losses(options),
            egressUSD: planes.map { 3_600 * workload.egressGiBPerRequest * problem.planes[$0].egressUSDPerGiB })
    }

    /// Planes that rules close to every origin that is named: no replica stands there, not even one that nobody asks.
    private func barredPlanes(_ demand: [PlanningProblem.Demand]) -> IndexBits {
        var barred = IndexBits(capacity: problem.planes.count)
        let named = Set(demand.compactMap { origins.index[$0.origin] })
        guard let first = named.first else { return barred }
        for plane in forbidden[first]?.indices ?? [] where named.allSatisfy({ forbidden[$0]?.contains(plane) == true }) {
            barred.insert(plane)
        }
        return barred
    }

    private func possibleOptions() -> [CompiledProblem.Option] {
        problem.pools.enumerated().compactMap { index, pool in
            guard let profile = workload.profile[pool.accelerator], let plane = planeIndex[pool.plane],
                profile.acceleratorsPerReplica <= pool.acceleratorsPerNode, pool.maxNodes > 0, profile.requestsPerSecond > 0,
                pool.tier != .spot || workload.maxSpotShare > 0
            else { return nil }
            return CompiledProblem.Option(
                pool: index, plane: plane, size: profile.acceleratorsPerReplica,
                rate: profile.requestsPerSecond * pool.presence, isSpot: pool.tier == .spot)
        }
    }

    private func groups(
        of demand: [PlanningProblem.Demand], blockIndex: [String: Int], hardware: IndexBits
    ) -> [CompiledProblem.Group] {
        var position: [GroupKey: Int] = [:]
        var groups: [CompiledProblem.Group] = []
        var memberPosition: [[Int: Int]] = []
        let blocks = problem.blocks.count
        for row in demand where row.requestsPerSecond > 0 {
            guard let origin = origins.index[row.origin], let block = blockIndex[row.block] else { continue }
            let key = eligibility(origin, own: row.latencyBudgetMilliseconds, hardware: hardware)
            let group: Int
            if let known = position[key] {
                group = known
            } else {
                group = groups.count
                position[key] = group
                groups.append(
                    CompiledProblem.Group(
                        base: key.base, failover: key.failover, members: [], demand: [Double](repeating: 0, count: blocks)))
                memberPosition.append([:])
            }
            groups[group].demand[block] += row.requestsPerSecond
            if let member = memberPosition[group][origin] {
                groups[group].members[member].demand[block] += row.requestsPerSecond
            } else {
                memberPosition[group][origin] = groups[group].members.count
                var member = CompiledProblem.Member(origin: origin, demand: [Double](repeating: 0, count: blocks))
                member.demand[block] = row.requestsPerSecond
                groups[group].members.append(member)
            }
        }
        return groups
    }

    private func eligibility(_ origin: Int, own: Double?, hardware: IndexBits) -> GroupKey {
        let budget = own ?? workload.latencyBudgetMilliseconds
        let failoverBudget = max(workload.failoverLatencyBudgetMilliseconds, budget)
        let barred = forbidden[origin]
        var base = IndexBits(capacity: problem.planes.count)
        var failover = base
        for plane in hardware.indices {
            guard let time = origins.roundTrip[origin][plane], time <= failoverBudget, barred?.contains(plane) != true else {
                continue
            }
            failover.insert(plane)
            if time <= budget { base.insert(plane) }
        }
        return GroupKey(base: base, failover: failover)
    }

    /// The loss of each region, or each provider, and of each provider's spot. The loss of a provider includes that of its spot, so
    /// with `provider` the latter needs no scenario of its own to be survived; it is listed all the same.
    private func losses(_ options: [CompiledProblem.Option]) -> [CompiledProblem.Loss] {
        guard workload.survive != .none else { return [] }
        var domains: [String: IndexBits] = [:]
        var spot: [String: IndexBits] = [:]
        let none = IndexBits(capacity: problem.planes.count)
        for option in options {
            let plane = problem.planes[option.plane]
            let domain = workload.survive == .region ? "region:\(plane.provider)/\(plane.region)" : "provider:\(plane.provider)"
            domains[domain, default: none].insert(option.plane)
            if option.isSpot { spot["spot:\(plane.provider)", default: none].insert(option.plane) }
        }
        let listed = domains.map { CompiledProblem.Loss(label: $0.key, planes: $0.value, spotOnly: false) }
        let listedSpot = spot.map { CompiledProblem.Loss(label: $0.key, planes: $0.value, spotOnly: true) }
        return listed.sorted { $0.label < $1.label } + listedSpot.sorted { $0.label < $1.label }
    }
}
