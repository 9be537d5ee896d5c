import LinearOptimization

/// Problems of any size: blocks are bounded and planned one by one, held together by what reserved nodes are worth.
///
/// 1. A program of one block, turned from block to block, collects the covers that matter.
/// 2. A program of a few typical stretches prices reserved nodes (``ReservationPrices``).
/// 3. Each block is bounded with those prices; the bounds add up to one of the whole.
/// 4. Reserved nodes are chosen, each block is searched for whole replicas, and the choice is improved (``ReservationSearch``).
struct DecomposedSearch {
    struct Outcome: Sendable {
        var plan: WholePlan
        /// US dollars an hour; no plan is below, with what minimums that cannot be met count for.
        var bound: Double
        var covers: [Cover]
    }

    let compiled: CompiledProblem
    let solver: any LinearSolver
    let limits: SearchLimits
    /// The search ends once a plan is proven to be no further from the cheapest, as a share of its cost.
    let relativeGap: Double
    let blocksAtOnce: ConcurrentBlocks
    let progress: @Sendable (String, Double) -> Void

    /// Options of one service worth trying: the best over all, and the best of each group of origins.
    private static let candidates = 32
    private static let candidatesOfGroup = 8
    /// Rounds of rounding cuts for one block.
    private static let roundingRounds = 6
    /// Programs that share the work of bounding blocks: a fixed number, so that results do not depend on the machine.
    private static let runs = 8

    func run() throws(SolverFailure) -> Outcome {
        progress("relaxing the blocks", 0)
        let sweep = try program(demand: compiled.demand(inBlock: 0), covers: FleetProgram.obviousCovers(compiled))
        for block in compiled.blocksByDemand where !limits.expired {
            sweep.aim(0, at: compiled.demand(inBlock: block))
            _ = try sweep.relaxed(limits)
        }
        let known = sweep.covers.map(\.cover)
        progress("pricing reservations", 0.1)
        let prices = try reservationPrices(known)
        progress("bounding the blocks", 0.2)
        let bounded = try bound(covers: known, prices: prices)
        var tables = compiled.services.map { CoverTable(options: $0.options.count) }
        for block in bounded { tables.add(block.covers, in: compiled) }
        progress("searching", 0.4)
        let hourly = zip(bounded, compiled.blockHours).reduce(0) { $0 + max(0, $1.0.bound) * $1.1 } / compiled.horizonHours
        let search = ReservationSearch(
            compiled: compiled, solver: solver,
            planner: BlockPlanner(
                compiled: compiled, packing: compiled.problem.pools.indices.map { PoolPacking(compiled, pool: $0) },
                candidates: candidates(bounded.map(\.reducedCosts))),
            blocksAtOnce: blocksAtOnce, limits: limits, progress: progress)
        let found = try search.run(relaxed: bounded.map(\.replicas), prices: prices, tables: &tables) {
            replicas throws(SolverFailure) in
            let plan = try settled(replicas, in: sweep)
            let cost = PlanComposer(compiled: compiled, whole: plan).plan().objectiveUSD / compiled.horizonHours
            return cost - hourly <= relativeGap * cost
        }
        progress("settling", 0.95)
        for table in tables { for entry in table.entries { _ = sweep.add(entry.cover) } }
        return Outcome(plan: try settled(found, in: sweep), bound: hourly, covers: sweep.covers.map(\.cover))
    }

    /// What must go unmet and unprotected with these replicas, by block.
    private func settled(_ replicas: [[[Int]]], in sweep: FleetProgram) throws(SolverFailure) -> WholePlan {
        var blocks: [WholePlan.Block] = []
        for block in 0..<compiled.blockCount {
            sweep.aim(0, at: compiled.demand(inBlock: block))
            blocks.append(try sweep.settled(replicas[block]))
        }
        return WholePlan(blocks: blocks)
    }

    private func program(demand: [[Double]], covers: [Cover]) throws(SolverFailure) -> FleetProgram {
        try FleetProgram(
            compiled, stretches: [FleetProgram.Stretch(demand: demand, weight: 1)], reservation: .separate, integer: true,
            covers: covers, solver: solver)
    }

    private func reservationPrices(_ covers: [Cover]) throws(SolverFailure) -> ReservationPrices {
        let reserves = compiled.problem.pools.indices.contains {
            compiled.problem.pools[$0].tier == .reserved && !compiled.optionsByPool[$0].isEmpty
        }
        if compiled.blockCount > 1, reserves, !limits.expired,
            let priced = try ReservationPrices(compiled, covers: covers, solver: solver, limits: limits)
        {
            return priced
        }
        return ReservationPrices(listPricesOf: compiled)
    }

    // MARK: Bounds

    private struct BoundedBlock: Sendable {
        /// US dollars an hour.
        var bound = 0.0
        /// By service, then option: the relaxation's replicas, rounded down.
        var replicas: [[Int]]
        var reducedCosts: [[Double]]
        var covers: [Cover] = []
    }

    /// Runs of blocks with similar demand are bounded one after the other in one program, each from where the last one ended.
    private func bound(covers: [Cover], prices: ReservationPrices) throws(SolverFailure) -> [BoundedBlock] {
        let order = compiled.blocksByDemand
        let runs = min(order.count, Self.runs)
        let results = blocksAtOnce.map(runs) { run -> Result<[(Int, BoundedBlock)], SolverFailure> in
            let blocks = order[(run * order.count / runs)..<((run + 1) * order.count / runs)]
            do throws(SolverFailure) {
                return .success(try bound(Array(blocks), covers: covers, prices: prices))
            } catch {
                return .failure(error)
            }
        }
        var bounded = [BoundedBlock](
            repeating: BoundedBlock(
                replicas: compiled.services.map { [Int](repeating: 0, count: $0.options.count) },
                reducedCosts: compiled.services.map { [Double](repeating: 0, count: $0.options.count) }),
            count: compiled.blockCount)
        for result in results { for (block, value) in try result.get() { bounded[block] = value } }
        return bounded
    }

    private func bound(
        _ blocks: [Int], covers: [Cover], prices: ReservationPrices
    ) throws(SolverFailure) -> [(Int, BoundedBlock)] {
        guard let first = blocks.first, !limits.expired else { return [] }
        let program = try program(demand: compiled.demand(inBlock: first), covers: covers)
        var bounded: [(Int, BoundedBlock)] = []
        for block in blocks {
            program.retireRoundingCuts()
            program.aim(0, at: compiled.demand(inBlock: block))
            reserve(in: program) { (prices.prices[block][$0], compiled.problem.pools[$0].maxNodes) }
            guard !limits.expired, let relaxed = try program.relaxed(limits) else { break }
            let tight = try program.strengthened(from: relaxed, limits, rounds: Self.roundingRounds)
            var start = tight
            if !prices.nodes.isEmpty {
                // With reserved nodes bought, and no more of them to be had.
                reserve(in: program) { (0, prices.wholeNodes[$0]) }
                if let bought = try program.relaxed(limits) {
                    start = try program.strengthened(from: bought, limits, rounds: Self.roundingRounds / 3)
                }
            }
            let replicas = program.columns[0].replicas.map { $0.map { Int((start.values[$0.index] + 1e-6).rounded(.down)) } }
            let reducedCosts = zip(program.reducedCosts(tight.rowDuals), program.reducedCosts(start.rowDuals)).map {
                zip($0, $1).map(min)
            }
            bounded.append(
                (
                    block,
                    BoundedBlock(
                        bound: tight.bound, replicas: replicas, reducedCosts: reducedCosts, covers: program.covers.map(\.cover))
                ))
        }
        return bounded
    }

    /// Sets price and quota of the reserved pools that anybody can use.
    private func reserve(in program: FleetProgram, _ terms: (Int) -> (price: Double, limit: Int)) {
        for (pool, value) in compiled.problem.pools.enumerated()
        where value.tier == .reserved && !compiled.optionsByPool[pool].isEmpty {
            let (price, limit) = terms(pool)
            program.setCost(program.columns[0].nodes[pool], price)
            program.setBounds(program.columns[0].nodes[pool], upper: Double(limit))
        }
    }

    /// By service: the options with the least reduced cost per request, over all and of each group of origins, best first.
    private func candidates(_ reduced: [[[Double]]]) -> [[Int]] {
        compiled.services.enumerated().map { index, service in
            let scores = service.options.indices.map { option in
                (reduced.lazy.map { $0[index][option] }.min() ?? 0) / service.options[option].rate
            }
            let ranked = service.options.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
            var chosen = Set(ranked.prefix(Self.candidates))
            for group in service.groups {
                let reachable = ranked.lazy.filter { group.base.contains(service.options[$0].plane) }
                chosen.formUnion(reachable.prefix(Self.candidatesOfGroup))
            }
            return ranked.filter(chosen.contains)
        }
    }
}

extension [CoverTable] {
    /// By service.
    mutating func add(_ covers: [Cover], in compiled: CompiledProblem) {
        for cover in covers { _ = self[cover.service].add(cover, in: compiled.services[cover.service]) }
    }
}

extension FleetProgram {
    /// By service, then option, for the first stretch: what a replica adds to the bound, US dollars an hour.
    func reducedCosts(_ rowDuals: [Double]) -> [[Double]] {
        var reduced = model.cost
        for row in 0..<min(model.rowCount, rowDuals.count) where rowDuals[row] != 0 {
            for entry in model.starts[row]..<model.starts[row + 1] {
                reduced[model.columns[entry]] -= rowDuals[row] * model.coefficients[entry]
            }
        }
        return columns[0].replicas.map { $0.map { reduced[$0.index] } }
    }

    /// Keeps these replicas in the first stretch, and finds what must then go unmet and unprotected.
    func settled(_ replicas: [[Int]]) throws(SolverFailure) -> WholePlan.Block {
        var values = [Double](repeating: 0, count: model.columnCount)
        place(replicas, stretch: 0, in: &values)
        return whole(try settled(values), stretch: 0)
    }

    /// Writes replicas, the nodes they take and the minimums they miss into a solution.
    func place(_ replicas: [[Int]], stretch: Int, in values: inout [Double]) {
        let columns = columns[stretch]
        for (columns, counts) in zip(columns.replicas, replicas) {
            for (column, count) in zip(columns, counts) { values[column.index] = Double(count) }
        }
        for (pool, count) in compiled.packedNodes(replicas).enumerated() {
            // A reserved pool's column may stand for several stretches.
            values[columns.nodes[pool].index] = max(values[columns.nodes[pool].index], Double(count))
        }
        for (service, column) in columns.missing.enumerated() {
            guard let column else { continue }
            let missing = compiled.services[service].workload.minReplicas - replicas[service].reduce(0, +)
            values[column.index] = Double(max(0, missing))
        }
    }
}
