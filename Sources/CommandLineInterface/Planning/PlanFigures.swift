import FleetPlanning

/// A plan's rows by pool, workload and block, for showing.
struct PlanFigures {
    struct PoolKey: Hashable {
        let plane: String
        let pool: String
    }

    struct RunKey: Hashable {
        let workload: String
        let place: PoolKey
    }

    let problem: PlanningProblem
    let plan: Plan
    private let hours: [Int]
    private let priceDates: [PoolKey: String]
    private let pools: [PoolKey: PlanningProblem.Pool]
    /// By pool, then block.
    private(set) var nodes: [PoolKey: [Int]] = [:]
    private(set) var replicas: [RunKey: [Int]] = [:]
    /// Accelerators that replicas occupy, by pool, then block.
    private var occupied: [PoolKey: [Int]] = [:]

    init(_ shown: PlannedFleet) {
        (problem, plan, hours) = (shown.problem, shown.plan, shown.origin?.hours ?? [])
        priceDates = Dictionary(
            (shown.origin?.prices ?? []).map { (PoolKey(plane: $0.plane, pool: $0.pool), PriceText.date(of: $0.source)) },
            uniquingKeysWith: { first, _ in first })
        let positions = Dictionary(
            problem.blocks.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        pools = Dictionary(
            problem.pools.map { (PoolKey(plane: $0.plane, pool: $0.name), $0) }, uniquingKeysWith: { first, _ in first })
        let workloads = Dictionary(problem.workloads.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let none = [Int](repeating: 0, count: problem.blocks.count)
        for row in plan.nodes {
            guard let block = positions[row.block] else { continue }
            nodes[PoolKey(plane: row.plane, pool: row.pool), default: none][block] += row.count
        }
        for row in plan.replicas where row.count > 0 {
            guard let block = positions[row.block] else { continue }
            let place = PoolKey(plane: row.plane, pool: row.pool)
            replicas[RunKey(workload: row.workload, place: place), default: none][block] += row.count
            let profile = pools[place].flatMap { workloads[row.workload]?.profile[$0.accelerator] }
            occupied[place, default: none][block] += row.count * (profile?.acceleratorsPerReplica ?? 0)
        }
    }

    private var noCounts: [Int] { [Int](repeating: 0, count: problem.blocks.count) }

    // MARK: Over time

    /// `3`, or `0–3` where blocks differ.
    func range(_ counts: [Int]) -> String {
        guard let least = counts.min(), let most = counts.max() else { return "0" }
        return least == most ? "\(most)" : "\(least)–\(most)"
    }

    /// A bar for each UTC hour; for each block where hours are not known.
    func course(_ counts: [Int]) -> String {
        let byHour = hours.compactMap { counts.indices.contains($0) ? counts[$0] : nil }
        return Sparkline.text(byHour.isEmpty ? counts : byHour)
    }

    /// What a column of ``course(_:)`` shows.
    var courseHeading: String {
        switch hours.count {
        case 0: "BY BLOCK"
        case 24: "BY HOUR (UTC)"
        default: "BY HOUR OF THE WEEK (UTC)"
        }
    }

    /// Mean over the horizon of a number per block.
    func mean(_ value: (_ block: Int) -> Double) -> Double {
        guard plan.horizonHours > 0 else { return 0 }
        return problem.blocks.indices.reduce(0) { $0 + problem.blocks[$1].hours * value($1) } / plan.horizonHours
    }

    /// `peak`, or `08-12 and 3 more blocks`, or `every block`.
    func words(for blocks: [String]) -> String {
        if blocks.count == problem.blocks.count { return problem.blocks.count == 1 ? "all the time" : "every block" }
        guard let first = blocks.first else { return "no block" }
        return blocks.count == 1 ? "block \(first)" : "block \(first) and \(blocks.count - 1) more"
    }

    // MARK: Pools

    /// Pools in which there are nodes at any time: owned ones first, then by tier, plane and name.
    var poolsInUse: [PlanningProblem.Pool] {
        problem.pools.filter { nodes[PoolKey(plane: $0.plane, pool: $0.name)]?.contains { $0 > 0 } == true }.sorted {
            (Self.rank($0), $0.plane, $0.name) < (Self.rank($1), $1.plane, $1.name)
        }
    }

    /// `owned` for what costs nothing more.
    static func tier(_ pool: PlanningProblem.Pool) -> String { isOwned(pool) ? "owned" : pool.tier.rawValue }

    static func isOwned(_ pool: PlanningProblem.Pool) -> Bool { pool.tier == .reserved && pool.usdPerNodeHour == 0 }

    private static func rank(_ pool: PlanningProblem.Pool) -> Int {
        if isOwned(pool) { return 0 }
        return 1 + (PlanningProblem.Pool.Tier.allCases.firstIndex(of: pool.tier) ?? 0)
    }

    func counts(of pool: PlanningProblem.Pool) -> [Int] { nodes[PoolKey(plane: pool.plane, pool: pool.name)] ?? noCounts }

    /// The price of one node with its date.
    func price(of pool: PlanningProblem.Pool) -> String {
        let date = priceDates[PoolKey(plane: pool.plane, pool: pool.name)] ?? "as given"
        return "\(Figure.usd(pool.usdPerNodeHour)) (\(date))"
    }

    /// Mean cost of a pool's nodes, US dollars per hour.
    func usdPerHour(_ pool: PlanningProblem.Pool) -> Double {
        let counts = counts(of: pool)
        return mean { Double(counts[$0]) } * pool.usdPerNodeHour
    }

    /// Share of the bought accelerators that replicas occupy, over the horizon.
    func occupancy(_ pool: PlanningProblem.Pool) -> Double {
        let counts = counts(of: pool)
        let used = occupied[PoolKey(plane: pool.plane, pool: pool.name)] ?? noCounts
        let bought = mean { Double(counts[$0] * pool.acceleratorsPerNode) }
        return bought > 0 ? mean { Double(used[$0]) } / bought : 0
    }
}
