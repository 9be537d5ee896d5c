/// One workload of one plan: where its users may be served, where they are, and what its pools cost, ready to be explained.
struct WorkloadView {
    let tables: ProblemTables
    let plan: PlanTables
    /// Of the workload in the problem.
    let index: Int
    let workload: PlanningProblem.Workload
    let users: [ProblemTables.Users]
    let fits: [PoolFit]
    /// By plane.
    let fitsOfPlane: [[PoolFit]]
    let runs: [PlanTables.Run]
    /// By plane: whether a replica stands or a request flows there in any block.
    let isUsed: [Bool]
    /// By pool that runs the workload, its place in `runs`.
    let runOfPool: [Int: Int]
    private let fitOfPool: [Int: PoolFit]
    /// By users, then plane.
    let access: [[ProblemTables.Access]]
    /// By users, then plane: requests per second, the mean over the horizon.
    let meanFlow: [[Double]]
    /// By plane, then block: requests per second of all users.
    let flow: [[Double]]
    /// By block: demand that is served, requests per second.
    let served: [Double]
    /// By block, then users: requests per second that flow.
    let servedByUsers: [[Double]]
    /// By block: users of whom some are unserved, and how many requests per second.
    let unmetByUsers: [[(place: Int, rate: Double)]]
    /// Block with the largest demand.
    let peak: Int

    init(index: Int, tables: ProblemTables, plan: PlanTables) {
        let planes = tables.problem.planes.count
        let blocks = tables.problem.blocks.count
        self.tables = tables
        self.plan = plan
        self.index = index
        workload = tables.problem.workloads[index]
        let users = tables.users[index]
        self.users = users
        fits = tables.fits[index]
        fitOfPool = Dictionary(tables.fits[index].map { ($0.pool, $0) }, uniquingKeysWith: { first, _ in first })
        var fitsOfPlane = [[PoolFit]](repeating: [], count: planes)
        for fit in tables.fits[index] { fitsOfPlane[fit.plane].append(fit) }
        self.fitsOfPlane = fitsOfPlane
        runs = plan.runs[index]
        runOfPool = Dictionary(plan.runs[index].enumerated().map { ($1.pool, $0) }, uniquingKeysWith: { first, _ in first })
        access = users.map { group in (0..<planes).map { tables.access(workload: index, users: group, plane: $0) } }

        var groupOf: [Int: [Int]] = [:]
        for (place, group) in users.enumerated() { groupOf[group.origin, default: []].append(place) }
        var isUsed = [Bool](repeating: false, count: planes)
        var meanFlow = [[Double]](repeating: [Double](repeating: 0, count: planes), count: users.count)
        var flow = [[Double]](repeating: [Double](repeating: 0, count: blocks), count: planes)
        var servedByUsers = [[Double]](repeating: [Double](repeating: 0, count: users.count), count: blocks)
        for run in plan.runs[index] {
            if let plane = tables.planeOfPool[run.pool] { isUsed[plane] = true }
        }
        for row in plan.flows[index] {
            isUsed[row.plane] = true
            flow[row.plane][row.block] += row.rate
            let group = groupOf[row.origin]?.first { users[$0].rates[row.block] > 0 }
            guard let group else { continue }
            servedByUsers[row.block][group] += row.rate
            if tables.horizonHours > 0 {
                meanFlow[group][row.plane] += row.rate * tables.problem.blocks[row.block].hours / tables.horizonHours
            }
        }
        self.isUsed = isUsed
        self.meanFlow = meanFlow
        self.flow = flow
        self.servedByUsers = servedByUsers
        var unmetByUsers = [[(place: Int, rate: Double)]](repeating: [], count: blocks)
        for row in plan.unmetRows[index] {
            guard let group = groupOf[row.origin]?.first(where: { users[$0].rates[row.block] > 0 }) else { continue }
            unmetByUsers[row.block].append((group, row.rate))
        }
        self.unmetByUsers = unmetByUsers
        var demand = [Double](repeating: 0, count: blocks)
        for group in users { for block in 0..<blocks { demand[block] += group.rates[block] } }
        served = (0..<blocks).map { max(0, demand[$0] - plan.unmet[index][$0]) }
        peak = demand.indices.max { demand[$0] < demand[$1] } ?? 0
    }

    var blocks: Range<Int> { 0..<tables.problem.blocks.count }

    func fit(pool: Int) -> PoolFit? { fitOfPool[pool] }

    func replicas(pool: Int, block: Int) -> Int { runOfPool[pool].map { runs[$0].counts[block] } ?? 0 }

    /// Requests per second all its replicas can serve in a block, utilisation 1.
    func throughput(block: Int, spotOnly: Bool = false) -> Double {
        runs.reduce(0) { sum, run in
            guard run.counts[block] > 0, let fit = fit(pool: run.pool), !spotOnly || fit.isSpot else { return sum }
            return sum + Double(run.counts[block]) * fit.throughput
        }
    }

    /// The dearest pool of a plane that runs the workload: the one that would be given back first.
    func dearestUsed(plane: Int) -> PoolFit? {
        fitsOfPlane[plane].filter { runOfPool[$0.pool] != nil }.max { $0.unitUSD < $1.unitUSD }
    }

    /// The dearest used pool, over planes that serve any of the users a plane may serve as well.
    func dearestUsed(servingUsersOf plane: Int) -> PoolFit? {
        var dearest: PoolFit?
        for place in users.indices where access[place][plane].isOpen {
            for other in meanFlow[place].indices where meanFlow[place][other] > 0 {
                guard let used = dearestUsed(plane: other) else { continue }
                if dearest.map({ $0.unitUSD < used.unitUSD }) ?? true { dearest = used }
            }
        }
        return dearest
    }

    /// Replicas that could still be started on a pool in a block: on free accelerators of bought nodes and on nodes the quota leaves.
    func room(_ fit: PoolFit, block: Int) -> (free: Int, buyable: Int) {
        let free = plan.freeAccelerators(pool: fit.pool, block: block, tables: tables) / fit.acceleratorsPerReplica
        return (
            min(free, plan.nodes[fit.pool][block] * fit.replicasPerNode),
            nodesLeft(fit, block: block) * fit.replicasPerNode
        )
    }

    /// Nodes that the quota leaves in a block, at most a million.
    func nodesLeft(_ fit: PoolFit, block: Int) -> Int {
        max(0, min(1_000_000, tables.problem.pools[fit.pool].maxNodes) - plan.nodes[fit.pool][block])
    }

    /// Whether a pool can take no further replica of the workload in a block, because its quota of nodes is used up.
    func isFull(_ fit: PoolFit, block: Int) -> Bool {
        let room = room(fit, block: block)
        return room.free == 0 && room.buyable == 0
    }

    /// Whether one more spot replica would go past the largest spot share in a block.
    func isSpotShareReached(_ fit: PoolFit, block: Int) -> Bool {
        guard fit.isSpot else { return false }
        if workload.maxSpotShare >= 1 { return false }
        let spot = throughput(block: block, spotOnly: true)
        let total = throughput(block: block)
        return spot + fit.throughput > workload.maxSpotShare * (total + fit.throughput) * (1 + 1e-9)
    }

    /// Other workloads with replicas in a pool, in the problem's order.
    func neighbours(pool: Int) -> [String] {
        tables.problem.workloads.indices.filter { other in
            other != index && plan.runs[other].contains { $0.pool == pool }
        }.map { tables.problem.workloads[$0].name }
    }

    /// Name of the plane users are served by most, and of the users, by mean flow; nil where nothing flows to the plane.
    func mainUsers(plane: Int) -> Int? {
        users.indices.filter { meanFlow[$0][plane] > 0 }.max { meanFlow[$0][plane] < meanFlow[$1][plane] }
    }
}
