/// A plan's rows by the dense indices of its problem.
struct PlanTables {
    let plan: Plan
    /// By pool, then block.
    let nodes: [[Int]]
    /// By pool, then block: accelerators that replicas occupy.
    let usedAccelerators: [[Int]]
    /// By workload.
    let runs: [[Run]]
    /// By workload.
    let flows: [[Flow]]
    /// By workload: who goes unserved.
    let unmetRows: [[Shortfall]]
    /// By workload, then block: requests per second.
    let unmet: [[Double]]
    /// By workload, then block: requests per second.
    let unprotected: [[Double]]

    /// Replicas of one workload in one pool.
    struct Run {
        let pool: Int
        /// By block.
        var counts: [Int]
        var most: Int { counts.max() ?? 0 }
    }

    struct Flow {
        let origin: Int
        let plane: Int
        let block: Int
        let rate: Double
    }

    struct Shortfall {
        let origin: Int
        let block: Int
        let rate: Double
    }

    init(_ plan: Plan, tables: ProblemTables) {
        self.plan = plan
        let blocks = tables.problem.blocks.count
        let pools = tables.problem.pools.count
        let workloads = tables.problem.workloads.count
        var nodes = [[Int]](repeating: [Int](repeating: 0, count: blocks), count: pools)
        for row in plan.nodes {
            guard let pool = tables.poolIndex["\(row.plane)/\(row.pool)"], let block = tables.blockIndex[row.block] else {
                continue
            }
            nodes[pool][block] += row.count
        }
        var used = [[Int]](repeating: [Int](repeating: 0, count: blocks), count: pools)
        var runs = [[Run]](repeating: [], count: workloads)
        var places: [Int: Int] = [:]
        for row in plan.replicas where row.count > 0 {
            guard let workload = tables.workloadIndex[row.workload], let block = tables.blockIndex[row.block],
                let pool = tables.poolIndex["\(row.plane)/\(row.pool)"]
            else { continue }
            let key = workload * pools + pool
            let place = places[key] ?? runs[workload].count
            if place == runs[workload].count {
                places[key] = place
                runs[workload].append(Run(pool: pool, counts: [Int](repeating: 0, count: blocks)))
            }
            runs[workload][place].counts[block] += row.count
            let profile = tables.problem.workloads[workload].profile[tables.problem.pools[pool].accelerator]
            used[pool][block] += row.count * (profile?.acceleratorsPerReplica ?? 0)
        }
        var flows = [[Flow]](repeating: [], count: workloads)
        for row in plan.flows where row.requestsPerSecond > 0 {
            guard let workload = tables.workloadIndex[row.workload], let origin = tables.originIndex[row.origin],
                let plane = tables.planeIndex[row.plane], let block = tables.blockIndex[row.block]
            else { continue }
            flows[workload].append(Flow(origin: origin, plane: plane, block: block, rate: row.requestsPerSecond))
        }
        self.nodes = nodes
        usedAccelerators = used
        self.runs = runs.map { $0.sorted { $0.pool < $1.pool } }
        self.flows = flows
        var rows = [[Shortfall]](repeating: [], count: workloads)
        for row in plan.unmet where row.requestsPerSecond > 0 {
            guard let workload = tables.workloadIndex[row.workload], let origin = tables.originIndex[row.origin],
                let block = tables.blockIndex[row.block]
            else { continue }
            rows[workload].append(Shortfall(origin: origin, block: block, rate: row.requestsPerSecond))
        }
        unmetRows = rows
        unmet = Self.totals(plan.unmet.map { ($0.workload, $0.block, $0.requestsPerSecond) }, tables: tables)
        unprotected = Self.totals(plan.unprotected.map { ($0.workload, $0.block, $0.requestsPerSecond) }, tables: tables)
    }

    /// Accelerators of bought nodes that no replica occupies.
    func freeAccelerators(pool: Int, block: Int, tables: ProblemTables) -> Int {
        max(0, nodes[pool][block] * tables.problem.pools[pool].acceleratorsPerNode - usedAccelerators[pool][block])
    }

    private static func totals(_ rows: [(String, String, Double)], tables: ProblemTables) -> [[Double]] {
        var totals = [[Double]](
            repeating: [Double](repeating: 0, count: tables.problem.blocks.count), count: tables.problem.workloads.count)
        for (name, blockName, rate) in rows {
            guard let workload = tables.workloadIndex[name], let block = tables.blockIndex[blockName] else { continue }
            totals[workload][block] += rate
        }
        return totals
    }
}
