/// A problem's names as dense indices, and what its rules and latency budgets allow: who may be served where.
///
/// Rows that name something the problem does not have are left out; the problem's own validation tells of them.
struct ProblemTables {
    let problem: PlanningProblem
    let workloadIndex: [String: Int]
    let planeIndex: [String: Int]
    let blockIndex: [String: Int]
    let originIndex: [String: Int]
    let origins: [String]
    /// By pool; nil where the problem has no such plane.
    let planeOfPool: [Int?]
    let poolsOfPlane: [[Int]]
    /// By pool, keyed `plane/pool`.
    let poolIndex: [String: Int]
    /// By workload. Those who ask for nothing are left out where others ask for something.
    let users: [[Users]]
    /// By workload: the pools that can run it, in the problem's order.
    let fits: [[PoolFit]]
    let horizonHours: Double
    /// Milliseconds by origin · planes + plane; infinite where no round trip is given.
    private let roundTrips: [Double]
    /// By workload: origin · planes + plane to the reason.
    private let forbidden: [[Int: String]]

    /// Demand of one workload from one origin under one latency budget.
    struct Users {
        let origin: Int
        let name: String
        let latencyBudget: Double
        let failoverBudget: Double
        /// Requests per second by block.
        var rates: [Double]
        /// False for users of a workload nobody's demand is declared for: rules say where its minimum may stand, distance does not.
        var haveDemand: Bool { rates.contains { $0 > 0 } }
    }

    /// Whether a plane may serve some users of a workload, and if not, what stands in the way first.
    enum Access: Equatable {
        case open(milliseconds: Double)
        /// Beyond the latency budget, within the failover budget: only after a loss.
        case afterLoss(milliseconds: Double)
        case tooFar(milliseconds: Double)
        case unknownDistance
        case forbidden(because: String)

        var isOpen: Bool { if case .open = self { true } else { false } }
        /// Whether requests may flow after a loss.
        var isReachable: Bool {
            switch self {
            case .open, .afterLoss: true
            case .tooFar, .unknownDistance, .forbidden: false
            }
        }
        var milliseconds: Double? {
            switch self {
            case .open(let value), .afterLoss(let value), .tooFar(let value): value
            case .unknownDistance, .forbidden: nil
            }
        }
    }

    init(_ problem: PlanningProblem) {
        self.problem = problem
        let workloadIndex = Self.index(problem.workloads.map(\.name))
        let planeIndex = Self.index(problem.planes.map(\.name))
        let blockIndex = Self.index(problem.blocks.map(\.name))
        var origins: [String] = []
        var originIndex: [String: Int] = [:]
        for row in problem.demand where originIndex[row.origin] == nil {
            originIndex[row.origin] = origins.count
            origins.append(row.origin)
        }
        let planes = problem.planes.count
        var roundTrips = [Double](repeating: .infinity, count: origins.count * planes)
        for row in problem.rtt {
            guard let origin = originIndex[row.origin], let plane = planeIndex[row.plane] else { continue }
            roundTrips[origin * planes + plane] = min(roundTrips[origin * planes + plane], row.milliseconds)
        }
        var forbidden = [[Int: String]](repeating: [:], count: problem.workloads.count)
        for row in problem.forbidden {
            guard let workload = workloadIndex[row.workload], let origin = originIndex[row.origin],
                let plane = planeIndex[row.plane]
            else { continue }
            let key = origin * planes + plane
            if forbidden[workload][key] == nil { forbidden[workload][key] = row.because }
        }
        let planeOfPool = problem.pools.map { planeIndex[$0.plane] }
        var poolsOfPlane = [[Int]](repeating: [], count: planes)
        for (pool, plane) in planeOfPool.enumerated() {
            if let plane { poolsOfPlane[plane].append(pool) }
        }
        self.workloadIndex = workloadIndex
        self.planeIndex = planeIndex
        self.blockIndex = blockIndex
        self.originIndex = originIndex
        self.origins = origins
        self.planeOfPool = planeOfPool
        self.poolsOfPlane = poolsOfPlane
        poolIndex = Self.index(problem.pools.map { "\($0.plane)/\($0.name)" })
        self.roundTrips = roundTrips
        self.forbidden = forbidden
        horizonHours = problem.blocks.reduce(0) { $0 + $1.hours }
        users = Self.users(of: problem, workloads: workloadIndex, origins: originIndex, blocks: blockIndex)
        fits = problem.workloads.map { workload in
            problem.pools.indices.compactMap { pool in
                planeOfPool[pool].flatMap { plane in
                    PoolFit(
                        workload: workload, pool: problem.pools[pool], poolIndex: pool, plane: problem.planes[plane],
                        planeIndex: plane)
                }
            }
        }
    }

    func access(workload: Int, users: Users, plane: Int) -> Access {
        let key = users.origin * problem.planes.count + plane
        if let because = forbidden[workload][key] { return .forbidden(because: because) }
        let milliseconds = roundTrips[key]
        guard users.haveDemand else { return .open(milliseconds: milliseconds.isFinite ? milliseconds : 0) }
        guard milliseconds.isFinite else { return .unknownDistance }
        if milliseconds <= users.latencyBudget { return .open(milliseconds: milliseconds) }
        return milliseconds <= users.failoverBudget
            ? .afterLoss(milliseconds: milliseconds) : .tooFar(milliseconds: milliseconds)
    }

    /// Milliseconds; nil where none is given.
    func roundTrip(origin: Int, plane: Int) -> Double? {
        let milliseconds = roundTrips[origin * problem.planes.count + plane]
        return milliseconds.isFinite ? milliseconds : nil
    }

    /// `plane/pool`.
    func label(pool: Int) -> String { "\(problem.pools[pool].plane)/\(problem.pools[pool].name)" }

    /// `provider/region`: region names collide between providers.
    func region(ofPlane plane: Int) -> String { "\(problem.planes[plane].provider)/\(problem.planes[plane].region)" }

    private static func index(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func users(
        of problem: PlanningProblem, workloads: [String: Int], origins: [String: Int], blocks: [String: Int]
    ) -> [[Users]] {
        struct Key: Hashable {
            let workload: Int
            let origin: Int
            let budget: Double
        }
        var users = [[Users]](repeating: [], count: problem.workloads.count)
        var places: [Key: Int] = [:]
        for row in problem.demand where row.requestsPerSecond >= 0 {
            guard let index = workloads[row.workload], let origin = origins[row.origin], let block = blocks[row.block] else {
                continue
            }
            let workload = problem.workloads[index]
            let budget = row.latencyBudgetMilliseconds ?? workload.latencyBudgetMilliseconds
            let key = Key(workload: index, origin: origin, budget: budget)
            let place: Int
            if let known = places[key] {
                place = known
            } else {
                place = users[index].count
                places[key] = place
                users[index].append(
                    Users(
                        origin: origin, name: row.origin, latencyBudget: budget,
                        failoverBudget: max(budget, workload.failoverLatencyBudgetMilliseconds),
                        rates: [Double](repeating: 0, count: problem.blocks.count)))
            }
            users[index][place].rates[block] += row.requestsPerSecond
        }
        return users.map { groups in
            let asking = groups.filter(\.haveDemand)
            return asking.isEmpty ? groups : asking
        }
    }
}
