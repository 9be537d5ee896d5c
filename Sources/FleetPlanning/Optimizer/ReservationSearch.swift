import LinearOptimization

/// Chooses reserved nodes and searches every block for whole replicas on them.
///
/// A first choice rounds what the relaxation would reserve. Where that is not proven good enough, a few typical stretches are decided
/// together, reserved nodes included (``SubprogramSearch``), and every block is searched again from what those found.
struct ReservationSearch {
    let compiled: CompiledProblem
    let solver: any LinearSolver
    let planner: BlockPlanner
    let blocksAtOnce: ConcurrentBlocks
    let limits: SearchLimits
    let progress: @Sendable (String, Double) -> Void

    /// Steps of ruin and recreate each time all blocks are searched: so many for each option of a block, within limits for a block and
    /// for all blocks together.
    private static let stepsOfOption = 40
    private static let stepsOfBlock = 2_500...20_000
    private static let steps = 40_000
    /// Typical stretches decided together, and the simplex iterations that may take: so many for each column, up to a limit.
    private static let stretches = 6
    private static let workOfColumn = 25
    private static let work = 100_000
    /// Blocks searched to try one reserved node more or less, and steps for each.
    private static let trialBlocks = 1_200
    private static let trialSteps = 80

    private var blockSteps: Int {
        let share = min(max(Self.steps / compiled.blockCount, Self.stepsOfBlock.lowerBound), Self.stepsOfBlock.upperBound)
        return min(share, Self.stepsOfOption * compiled.services.reduce(0) { $0 + $1.options.count })
    }

    private struct Choice {
        var reserved: [Int]
        var replicas: [[[Int]]]
        /// US dollars an hour.
        var cost: Double
    }

    private typealias Found = (replicas: [[Int]], cost: Double)

    /// - Parameters:
    ///   - relaxed: by block, replicas to start from.
    ///   - isGoodEnough: whether replicas (by block, service and option) are proven to cost little enough.
    /// - Returns: replicas by block, service and option.
    func run(
        relaxed: [[[Int]]], prices: ReservationPrices, tables: inout [CoverTable],
        isGoodEnough: ([[[Int]]]) throws(SolverFailure) -> Bool
    ) throws(SolverFailure) -> [[[Int]]] {
        // One block, or nothing to reserve: blocks rent at list price what they need.
        let rents = prices.nodes.isEmpty
        var best = choice(reserved: rents ? nil : prices.wholeNodes, starts: relaxed, seed: 0, tables: &tables)
        if limits.expired { return best.replicas }
        if try isGoodEnough(best.replicas) { return best.replicas }
        progress("deciding typical stretches together", 0.5)
        let typical = try decideTogether(from: best, tables: &tables)
        progress("searching", 0.7)
        let next = choice(reserved: rents ? nil : typical.reserved, starts: typical.replicas, seed: 1, tables: &tables)
        if next.cost < best.cost { best = next }
        if rents || compiled.blockCount <= Self.stretches || limits.expired { return best.replicas }
        if try isGoodEnough(best.replicas) { return best.replicas }
        progress("trying reservations", 0.8)
        improve(&best, wanted: prices.nodes, tables: tables)
        let last = choice(reserved: best.reserved, starts: best.replicas, seed: 2, tables: &tables)
        return last.cost < best.cost ? last.replicas : best.replicas
    }

    /// Decides typical stretches and the reserved nodes they share by integer programs over parts of them. Every block is given the
    /// replicas of its stretch to start from.
    private func decideTogether(
        from best: Choice, tables: inout [CoverTable]
    ) throws(SolverFailure) -> (reserved: [Int], replicas: [[[Int]]]) {
        let clusters = BlockClusters(compiled, count: Self.stretches)
        let program = try FleetProgram(
            compiled, stretches: clusters.stretches, reservation: .linked, integer: true,
            covers: tables.flatMap { $0.entries.map(\.cover) }, solver: solver)
        var placed = [Double](repeating: 0, count: program.model.columnCount)
        for (index, stretch) in clusters.stretches.enumerated() {
            // What the busiest of its blocks needs serves the mean of them; the rest is trimmed.
            let block = compiled.blocksByDemand.last { clusters.clusterOfBlock[$0] == index } ?? 0
            let start = planner.glance(
                demand: stretch.demand, terms: compiled.terms(reserved: best.reserved), covers: tables,
                start: best.replicas[block], steps: Self.trialSteps, seed: UInt64(index), limits: limits)
            program.place(start.replicas, stretch: index, in: &placed)
        }
        let start = try program.settled(placed)
        let values = try SubprogramSearch(
            compiled: compiled, solver: solver, candidates: planner.candidates, blocksAtOnce: blocksAtOnce, limits: limits
        ).improve(program, from: start, work: min(Self.work, Self.workOfColumn * program.model.columnCount))
        tables.add(program.covers.map(\.cover), in: compiled)
        let found = program.stretches.indices.map { program.whole(values, stretch: $0) }
        let reserved = compiled.problem.pools.indices.map { pool in
            compiled.problem.pools[pool].tier == .reserved ? found.map { $0.nodes[pool] }.max() ?? 0 : 0
        }
        return (reserved, clusters.clusterOfBlock.map { found[$0].replicas })
    }

    /// - Parameter reserved: nodes by pool that are there in every block; nil where each block rents its own at list price.
    private func choice(reserved: [Int]?, starts: [[[Int]]], seed: Int, tables: inout [CoverTable]) -> Choice {
        let terms = compiled.terms(reserved: reserved)
        let alone = search(starts: starts, seed: 2 * seed, tables: &tables) { _ in terms }
        let shared = share(alone, terms: terms, tables: tables)
        let found = search(starts: shared.map(\.replicas), seed: 2 * seed + 1, tables: &tables) { _ in terms }
        let replicas = found.map(\.replicas)
        return Choice(
            reserved: reserved ?? compiled.reservedNodes(replicas), replicas: replicas,
            cost: cost(reserved ?? terms.map { _ in 0 }, found.map(\.cost)))
    }

    private func cost(_ reserved: [Int], _ blocks: [Double]) -> Double {
        let committed = zip(reserved, compiled.problem.pools).reduce(0) { $0 + Double($1.0) * $1.1.usdPerNodeHour }
        return zip(blocks, compiled.blockHours).reduce(committed) { $0 + $1.0 * $1.1 / compiled.horizonHours }
    }

    /// Searches every block. Covers found in one serve all afterwards.
    private func search(
        starts: [[[Int]]], seed: Int, tables: inout [CoverTable], terms: @Sendable (Int) -> [SearchState.PoolTerms]
    ) -> [(replicas: [[Int]], cost: Double)] {
        let count = compiled.blockCount
        let steps = blockSteps
        let before = tables
        let found = blocksAtOnce.map(count) { block in
            var own = before
            let planned = planner.search(
                demand: compiled.demand(inBlock: block), terms: terms(block), covers: &own, start: starts[block], steps: steps,
                seed: UInt64(seed * count + block), limits: limits)
            let new = own.enumerated().flatMap { index, table in
                table.entries.dropFirst(before[index].entries.count).map(\.cover)
            }
            return (planned: planned, covers: new)
        }
        for block in found { tables.add(block.covers, in: compiled) }
        return found.map(\.planned)
    }

    /// Blocks with nearly the same demand have nearly the same best plan, but a search may find it for one and not for the other: hands what
    /// was found up and down the blocks, ordered by demand, wherever it is cheaper there than what the block had. That also keeps replicas
    /// where they are from hour to hour.
    private func share(_ found: [Found], terms: [SearchState.PoolTerms], tables: [CoverTable]) -> [Found] {
        var best = found
        let order = compiled.blocksByDemand
        func offer(_ from: Int, to block: Int) {
            let tried = planner.glance(
                demand: compiled.demand(inBlock: block), terms: terms, covers: tables, start: best[from].replicas,
                steps: Self.trialSteps, seed: UInt64(block), limits: limits)
            if tried.cost < best[block].cost - 1e-9 { best[block] = tried }
        }
        for (block, next) in zip(order, order.dropFirst()) where !limits.expired { offer(block, to: next) }
        for (block, next) in zip(order, order.dropFirst()).reversed() where !limits.expired { offer(next, to: block) }
        return best
    }

    /// One reserved node less or more of one pool at a time, as long as that pays.
    private func improve(_ best: inout Choice, wanted: [Double], tables: [CoverTable]) {
        let costs = trial(best.reserved, starts: best.replicas, tables: tables).map(\.cost)
        best.cost = cost(best.reserved, costs)
        let pools = compiled.problem.pools.indices.filter {
            compiled.problem.pools[$0].tier == .reserved && compiled.problem.pools[$0].usdPerNodeHour > 0
                && (best.reserved[$0] > 0 || wanted[$0] > 0.05)
        }
        var trials = min(Self.trialBlocks / compiled.blockCount, 6 * pools.count)
        var improved = true
        while improved {
            improved = false
            for pool in pools {
                for step in [-1, 1] {
                    guard trials > 0, !limits.expired else { return }
                    var reserved = best.reserved
                    reserved[pool] += step
                    guard reserved[pool] >= 0, reserved[pool] <= compiled.problem.pools[pool].maxNodes else { continue }
                    trials -= 1
                    let found = trial(reserved, starts: best.replicas, tables: tables)
                    let total = cost(reserved, found.map(\.cost))
                    guard total < best.cost - 1e-9 else { continue }
                    best = Choice(reserved: reserved, replicas: found.map(\.replicas), cost: total)
                    improved = true
                }
            }
        }
    }

    private func trial(
        _ reserved: [Int], starts: [[[Int]]], tables: [CoverTable]
    ) -> [(replicas: [[Int]], cost: Double)] {
        let terms = compiled.terms(reserved: reserved)
        return blocksAtOnce.map(compiled.blockCount) { block in
            planner.glance(
                demand: compiled.demand(inBlock: block), terms: terms, covers: tables, start: starts[block],
                steps: Self.trialSteps, seed: UInt64(block), limits: limits)
        }
    }
}

extension CompiledProblem {
    /// With reserved nodes bought, and no more of them to be had; nil: rented at list price like all others.
    func terms(reserved: [Int]?) -> [SearchState.PoolTerms] {
        problem.pools.enumerated().map { pool, value in
            if let reserved, value.tier == .reserved {
                return SearchState.PoolTerms(price: 0, free: reserved[pool], limit: reserved[pool])
            }
            return SearchState.PoolTerms(price: value.usdPerNodeHour, free: 0, limit: value.maxNodes)
        }
    }

    /// By pool, the reserved nodes that replicas (by block, service and option) take in the block that takes most.
    func reservedNodes(_ replicas: [[[Int]]]) -> [Int] {
        let taken = replicas.map { packedNodes($0) }
        return problem.pools.enumerated().map { pool, value in
            value.tier == .reserved ? taken.map { $0[pool] }.max() ?? 0 : 0
        }
    }
}
