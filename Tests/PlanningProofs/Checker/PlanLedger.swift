import FleetPlanning

/// A problem and a plan looked up by place: what every check reads. Names the problem does not know are findings and left out.
struct PlanLedger {
    struct Arc: Hashable {
        let workload: String
        let origin: String
        let plane: String
    }
    struct Link: Hashable {
        let origin: String
        let plane: String
    }
    struct Want: Hashable {
        let workload: Int
        let origin: String
        let block: Int
    }
    struct Place: Hashable {
        let plane: String
        let pool: String
    }

    let problem: PlanningProblem
    let plan: Plan
    private(set) var findings: [String] = []

    let block: [String: Int]
    let plane: [String: Int]
    let workload: [String: Int]
    let pool: [Place: Int]
    /// By pool: its plane.
    let planeOfPool: [Int]
    let rtt: [Link: Double]
    let forbidden: Set<Arc>
    let demand: [Want: PlanningProblem.Demand]
    /// By workload and plane: closed by rules to every origin the workload's demand names, so that no replica may stand there
    /// either.
    let isFenced: [[Bool]]

    /// Nodes by pool and block.
    private(set) var nodes: [[Int]]
    /// Replicas by workload, pool and block.
    private(set) var replicas: [[[Int]]]
    /// Flow in requests per second by (workload, origin, block), then by plane.
    private(set) var flows: [Want: [Double]] = [:]
    private(set) var unmet: [Want: Double] = [:]
    private(set) var unprotected: [Want: Plan.Unprotected] = [:]

    init(_ problem: PlanningProblem, _ plan: Plan) {
        self.problem = problem
        self.plan = plan
        block = Self.positions(problem.blocks.map(\.name))
        plane = Self.positions(problem.planes.map(\.name))
        workload = Self.positions(problem.workloads.map(\.name))
        pool = Self.positions(problem.pools.map { Place(plane: $0.plane, pool: $0.name) })
        let plane = plane
        planeOfPool = problem.pools.map { plane[$0.plane] ?? 0 }
        rtt = Dictionary(
            problem.rtt.map { (Link(origin: $0.origin, plane: $0.plane), $0.milliseconds) },
            uniquingKeysWith: { first, _ in first })
        forbidden = Set(problem.forbidden.map { Arc(workload: $0.workload, origin: $0.origin, plane: $0.plane) })
        let (block, workload) = (block, workload)
        demand = Dictionary(
            problem.demand.compactMap { row in
                guard let at = workload[row.workload], let when = block[row.block] else { return nil }
                return (Want(workload: at, origin: row.origin, block: when), row)
            }, uniquingKeysWith: { first, _ in first })
        let forbidden = forbidden
        isFenced = problem.workloads.map { one in
            let origins = Set(problem.demand.lazy.filter { $0.workload == one.name }.map(\.origin))
            return problem.planes.map { plane in
                !origins.isEmpty
                    && origins.allSatisfy { forbidden.contains(Arc(workload: one.name, origin: $0, plane: plane.name)) }
            }
        }
        nodes = problem.pools.map { _ in [Int](repeating: 0, count: problem.blocks.count) }
        replicas = problem.workloads.map { _ in
            problem.pools.map { _ in [Int](repeating: 0, count: problem.blocks.count) }
        }
        readNodes()
        readReplicas()
        readFlows()
        readUnmet()
        readUnprotected()
    }

    private static func positions<Name: Hashable>(_ names: [Name]) -> [Name: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func readNodes() {
        var seen: Set<[String]> = []
        for row in plan.nodes {
            let what = "nodes \(row.plane)/\(row.pool) in \(row.block)"
            guard let at = pool[Place(plane: row.plane, pool: row.pool)], let when = block[row.block] else {
                findings.append("name: \(what)")
                continue
            }
            if !seen.insert([row.plane, row.pool, row.block]).inserted { findings.append("duplicate: \(what)") }
            if row.count < 0 { findings.append("negative: \(what): \(row.count)") }
            nodes[at][when] += max(0, row.count)
        }
    }

    private mutating func readReplicas() {
        var seen: Set<[String]> = []
        for row in plan.replicas {
            let what = "replicas of \(row.workload) on \(row.plane)/\(row.pool) in \(row.block)"
            guard let who = workload[row.workload], let at = pool[Place(plane: row.plane, pool: row.pool)],
                let when = block[row.block]
            else {
                findings.append("name: \(what)")
                continue
            }
            if !seen.insert([row.workload, row.plane, row.pool, row.block]).inserted { findings.append("duplicate: \(what)") }
            if row.count < 0 { findings.append("negative: \(what): \(row.count)") }
            replicas[who][at][when] += max(0, row.count)
        }
    }

    private mutating func readFlows() {
        var seen: Set<[String]> = []
        for row in plan.flows {
            let what = "flow of \(row.workload) from \(row.origin) to \(row.plane) in \(row.block)"
            guard let (want, _) = want(row.workload, row.origin, row.block), let to = plane[row.plane] else {
                findings.append("name: \(what)")
                continue
            }
            if !seen.insert([row.workload, row.origin, row.plane, row.block]).inserted { findings.append("duplicate: \(what)") }
            guard isAmount(row.requestsPerSecond, what) else { continue }
            flows[want, default: [Double](repeating: 0, count: problem.planes.count)][to] += row.requestsPerSecond
        }
    }

    private mutating func readUnmet() {
        for row in plan.unmet {
            let what = "unmet \(row.workload) from \(row.origin) in \(row.block)"
            guard let (want, _) = want(row.workload, row.origin, row.block) else {
                findings.append("name: \(what)")
                continue
            }
            if unmet[want] != nil { findings.append("duplicate: \(what)") }
            if !saysWhy(row.reasons) { findings.append("reason: \(what) has none") }
            guard isAmount(row.requestsPerSecond, what) else { continue }
            unmet[want, default: 0] += row.requestsPerSecond
        }
    }

    private mutating func readUnprotected() {
        for row in plan.unprotected {
            let what = "unprotected \(row.workload) from \(row.origin) in \(row.block)"
            guard let (want, _) = want(row.workload, row.origin, row.block) else {
                findings.append("name: \(what)")
                continue
            }
            if unprotected[want] != nil { findings.append("duplicate: \(what)") }
            if !saysWhy(row.reasons) { findings.append("reason: \(what) has none") }
            guard isAmount(row.requestsPerSecond, what) else { continue }
            unprotected[want] = row
        }
    }

    func saysWhy(_ reasons: [String]) -> Bool { !reasons.isEmpty && reasons.allSatisfy { !$0.isEmpty } }

    private func want(_ name: String, _ origin: String, _ blockName: String) -> (Want, PlanningProblem.Demand)? {
        guard let who = workload[name], let when = block[blockName] else { return nil }
        let want = Want(workload: who, origin: origin, block: when)
        return demand[want].map { (want, $0) }
    }

    private mutating func isAmount(_ value: Double, _ what: String) -> Bool {
        if value.isFinite && value >= 0 { return true }
        findings.append("negative: \(what): \(value)")
        return false
    }

    // MARK: What follows from the problem

    /// Requests per second of one replica on a pool, as a share of time it is there; nil where it cannot run.
    func throughput(_ who: Int, _ at: Int) -> Double? {
        let pool = problem.pools[at]
        guard let profile = problem.workloads[who].profile[pool.accelerator],
            profile.acceleratorsPerReplica <= pool.acceleratorsPerNode
        else { return nil }
        let isThere = pool.tier == .spot ? 1 / (1 + pool.interruptionsPerNodeHour * pool.replacementHours) : 1
        return profile.requestsPerSecond * isThere
    }

    /// Whether replicas of a workload may run on a pool at all.
    func canRun(_ who: Int, _ at: Int) -> Bool { throughput(who, at) != nil && !isFenced[who][planeOfPool[at]] }

    /// Requests per second that all replicas of a workload on some pools of a plane can serve in a block.
    func capacity(_ who: Int, plane: Int, block: Int, pools isThere: (Int) -> Bool = { _ in true }) -> Double {
        problem.pools.indices.reduce(0) { sum, at in
            guard planeOfPool[at] == plane, isThere(at) else { return sum }
            return sum + Double(replicas[who][at][block]) * (throughput(who, at) ?? 0)
        }
    }

    func isForbidden(_ who: Int, _ origin: String, _ plane: Int) -> Bool {
        forbidden.contains(
            Arc(workload: problem.workloads[who].name, origin: origin, plane: problem.planes[plane].name))
    }

    func roundTrip(_ origin: String, _ plane: Int) -> Double? {
        rtt[Link(origin: origin, plane: problem.planes[plane].name)]
    }

    /// Demand rows of one workload in one block, in the problem's order.
    func wants(of who: Int, in when: Int) -> [Want] {
        problem.demand.compactMap { row in
            guard workload[row.workload] == who, block[row.block] == when else { return nil }
            return Want(workload: who, origin: row.origin, block: when)
        }
    }

    func wanted(_ want: Want) -> Double { demand[want]?.requestsPerSecond ?? 0 }
    func served(_ want: Want) -> Double { max(0, wanted(want) - (unmet[want] ?? 0)) }
}
