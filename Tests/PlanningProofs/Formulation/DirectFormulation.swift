package import FleetPlanning
package import LinearOptimization

/// The planning problem as one plain mixed-integer program: every origin by itself, every loss with flows of its own, every
/// filling of a node as a column. For small problems, to be given whole to a solver.
package struct DirectFormulation {
    /// A minimum number of replicas may be out of reach, and comes before any cost.
    package enum Stage: Equatable, Sendable {
        /// Minimise the replicas missing, over all workloads and blocks.
        case missingReplicas
        /// Minimise the cost with no more replicas missing than this.
        case cost(missingReplicas: Int)
    }

    typealias Term = LinearModel.Term
    typealias Column = LinearModel.Column

    package private(set) var model = LinearModel()
    let problem: PlanningProblem
    let stage: Stage
    /// Lookups of the problem; its plan is empty.
    private let given: PlanLedger
    /// By pool and block; a reserved pool has the same column in every block.
    private(set) var nodes: [[Column]] = []
    /// By workload, pool and block; nil where the workload cannot run.
    private(set) var replicas: [[[Column]?]] = []
    /// By demand row, then by plane.
    private(set) var flows: [[Column?]] = []
    private(set) var unmet: [Column] = []
    private(set) var unprotected: [Column?] = []
    /// By workload and block; nil without a minimum.
    private(set) var missing: [[Column]?] = []

    package init(_ problem: PlanningProblem, stage: Stage = .cost(missingReplicas: 0)) {
        self.problem = problem
        self.stage = stage
        given = PlanLedger(problem, Plan(horizonHours: 0))
        addNodes()
        addReplicas()
        addPacking()
        addFlows()
        for (who, workload) in problem.workloads.enumerated() {
            for when in problem.blocks.indices {
                limitLoad(who, when)
                limitSpot(who, when)
                for loss in FailureCheck.losses(for: workload.survive, of: problem) { addLoss(loss, who, when) }
            }
        }
        addMinimums()
        addBudgets()
    }

    private func price(_ usd: Double) -> Double { stage == .missingReplicas ? 0 : usd }

    private mutating func addNodes() {
        for pool in problem.pools {
            let limit = Double(pool.maxNodes)
            if pool.tier == .reserved {
                let hours = problem.blocks.reduce(0) { $0 + $1.hours }
                let column = model.addColumn(upper: limit, cost: price(pool.usdPerNodeHour * hours), isInteger: true)
                nodes.append(problem.blocks.map { _ in column })
            } else {
                var columns: [Column] = []
                for block in problem.blocks {
                    columns.append(
                        model.addColumn(upper: limit, cost: price(pool.usdPerNodeHour * block.hours), isInteger: true))
                }
                nodes.append(columns)
            }
        }
    }

    private mutating func addReplicas() {
        for who in problem.workloads.indices {
            var byPool: [[Column]?] = []
            for (at, pool) in problem.pools.enumerated() {
                guard given.canRun(who, at), let size = size(who, at) else {
                    byPool.append(nil)
                    continue
                }
                let limit = Double(pool.maxNodes * (pool.acceleratorsPerNode / size))
                byPool.append(problem.blocks.map { _ in model.addColumn(upper: limit, isInteger: true) })
            }
            replicas.append(byPool)
        }
    }

    private func size(_ who: Int, _ at: Int) -> Int? {
        problem.workloads[who].profile[problem.pools[at].accelerator]?.acceleratorsPerReplica
    }

    /// Each node has one filling; all nodes' fillings together have room for the replicas of each size.
    private mutating func addPacking() {
        for (at, pool) in problem.pools.enumerated() {
            let running = problem.workloads.indices.filter { replicas[$0][at] != nil }
            let sizes = Set(running.compactMap { size($0, at) }).sorted(by: >)
            let fillings = Self.fillings(of: pool.acceleratorsPerNode, with: sizes)
            for when in problem.blocks.indices {
                let counts = fillings.map { _ in model.addColumn(upper: Double(pool.maxNodes), isInteger: true) }
                model.addRow(upper: 0, counts.map { Term($0, 1) } + [Term(nodes[at][when], -1)])
                for (position, replicaSize) in sizes.enumerated() {
                    var terms = running.compactMap { who in
                        size(who, at) == replicaSize ? replicas[who][at].map { Term($0[when], 1) } : nil
                    }
                    terms += zip(counts, fillings).map { Term($0, -Double($1[position])) }
                    model.addRow(upper: 0, terms)
                }
            }
        }
    }

    /// Every maximal way of filling a node, as counts by size.
    static func fillings(of room: Int, with sizes: [Int]) -> [[Int]] {
        guard let smallest = sizes.min() else { return [] }
        var found: [[Int]] = []
        func fill(_ counts: [Int], _ room: Int) {
            if counts.count == sizes.count {
                if room < smallest { found.append(counts) }
                return
            }
            for count in stride(from: room / sizes[counts.count], through: 0, by: -1) {
                fill(counts + [count], room - count * sizes[counts.count])
            }
        }
        fill([], room)
        return found
    }

    private mutating func addFlows() {
        for row in problem.demand {
            guard let who = given.workload[row.workload], let when = given.block[row.block] else { continue }
            let seconds = 3_600 * problem.blocks[when].hours
            let workload = problem.workloads[who]
            let budget = row.latencyBudgetMilliseconds ?? workload.latencyBudgetMilliseconds
            var arcs: [Column?] = []
            for (at, plane) in problem.planes.enumerated() {
                let cost = price(seconds * workload.egressGiBPerRequest * plane.egressUSDPerGiB)
                arcs.append(isReachable(row, who, at, within: budget) ? model.addColumn(cost: cost) : nil)
            }
            let penalty = price(seconds * problem.unmetUSDPerRequest)
            let unmet = model.addColumn(upper: row.requestsPerSecond, cost: penalty)
            model.addRow(
                lower: row.requestsPerSecond, upper: row.requestsPerSecond,
                arcs.compactMap { $0.map { Term($0, 1) } } + [Term(unmet, 1)])
            flows.append(arcs)
            self.unmet.append(unmet)
            unprotected.append(
                workload.survive == .none
                    ? nil : model.addColumn(upper: workload.keptShare * row.requestsPerSecond, cost: 0.1 * penalty))
        }
    }

    private func isReachable(_ row: PlanningProblem.Demand, _ who: Int, _ plane: Int, within budget: Double) -> Bool {
        !given.isForbidden(who, row.origin, plane) && given.roundTrip(row.origin, plane).map { $0 <= budget } ?? false
    }

    private func rows(_ who: Int, _ when: Int) -> [Int] {
        problem.demand.indices.filter {
            given.workload[problem.demand[$0].workload] == who && given.block[problem.demand[$0].block] == when
        }
    }

    /// Replicas' throughput on the pools of one plane, each term times `factor`.
    private func throughput(
        _ who: Int, _ when: Int, factor: Double, pools isCounted: (Int) -> Bool
    ) -> [Term] {
        problem.pools.indices.compactMap { at in
            guard isCounted(at), let rate = given.throughput(who, at), let columns = replicas[who][at] else { return nil }
            return Term(columns[when], factor * rate)
        }
    }

    private mutating func limitLoad(_ who: Int, _ when: Int) {
        let rows = rows(who, when)
        for plane in problem.planes.indices {
            let load = rows.compactMap { flows[$0][plane].map { Term($0, 1) } }
            let limit = throughput(who, when, factor: -problem.workloads[who].targetUtilization) {
                given.planeOfPool[$0] == plane
            }
            model.addRow(upper: 0, load + limit)
        }
    }

    private mutating func limitSpot(_ who: Int, _ when: Int) {
        let share = problem.workloads[who].maxSpotShare
        let spot = throughput(who, when, factor: 1 - share) { problem.pools[$0].tier == .spot }
        let rest = throughput(who, when, factor: -share) { problem.pools[$0].tier != .spot }
        model.addRow(upper: 0, spot + rest)
    }

    private mutating func addLoss(_ loss: FailureCheck.Loss, _ who: Int, _ when: Int) {
        let workload = problem.workloads[who]
        var arriving = problem.planes.map { _ in [Term]() }
        for row in rows(who, when) {
            let want = problem.demand[row]
            let own = want.latencyBudgetMilliseconds ?? workload.latencyBudgetMilliseconds
            let budget = max(workload.failoverLatencyBudgetMilliseconds, own)
            var kept = [Term(unmet[row], workload.keptShare)]
            if let unprotected = unprotected[row] { kept.append(Term(unprotected, 1)) }
            for plane in problem.planes.indices where isReachable(want, who, plane, within: budget) {
                let column = model.addColumn()
                kept.append(Term(column, 1))
                arriving[plane].append(Term(column, 1))
            }
            model.addRow(lower: workload.keptShare * want.requestsPerSecond, kept)
        }
        for plane in problem.planes.indices {
            let limit = throughput(who, when, factor: -1) { given.planeOfPool[$0] == plane && loss.isLeft[$0] }
            model.addRow(upper: 0, arriving[plane] + limit)
        }
    }

    private mutating func addMinimums() {
        var all: [Term] = []
        for (who, workload) in problem.workloads.enumerated() {
            guard workload.minReplicas > 0 else {
                missing.append(nil)
                continue
            }
            var columns: [Column] = []
            for when in problem.blocks.indices {
                let column = model.addColumn(
                    upper: Double(workload.minReplicas), cost: stage == .missingReplicas ? 1 : 0, isInteger: true)
                columns.append(column)
                let running = replicas[who].compactMap { $0.map { Term($0[when], 1) } }
                model.addRow(lower: Double(workload.minReplicas), running + [Term(column, 1)])
                all.append(Term(column, 1))
            }
            missing.append(columns)
        }
        if case .cost(let most) = stage, !all.isEmpty { model.addRow(upper: Double(most), all) }
    }

    private mutating func addBudgets() {
        for budget in problem.budgets {
            for when in problem.blocks.indices {
                var terms: [Term] = []
                for (who, workload) in problem.workloads.enumerated() where budget.workloads.contains(workload.name) {
                    for (at, pool) in problem.pools.enumerated() {
                        guard let columns = replicas[who][at], let size = size(who, at) else { continue }
                        let share = Double(size) / Double(pool.acceleratorsPerNode)
                        terms.append(Term(columns[when], share * pool.usdPerNodeHour))
                    }
                }
                model.addRow(upper: budget.usdPerHour, terms)
            }
        }
    }
}
