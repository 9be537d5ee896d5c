import LinearOptimization

/// Chooses reserved nodes and searches every block for whole replicas on them.
struct ReservationSearch {
    let compiled: CompiledProblem
    let planner: BlockPlanner
    let blocksAtOnce: ConcurrentBlocks
    let limits: SearchLimits
    let progress: @Sendable (String, Double) -> Void

    /// Steps of ruin and recreate each time all blocks are searched: so many for each option of a block, within limits for a block and
    /// for all blocks together.
    private static let stepsOfOption = 40
    private static let stepsOfBlock = 2_500...20_000
    private static let steps = 80_000
    /// Most times reserved nodes are weighed and all blocks searched again, and the share of the cost that makes it worth doing again.
    private static let rounds = 8
    private static let worthwhile = 2e-3
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
        guard !prices.nodes.isEmpty else {
            // One block, or nothing to reserve: blocks rent at list price what they need.
            return search(starts: relaxed, seed: 0, tables: &tables) { prices.terms(compiled, block: $0) }.map(\.replicas)
        }
        var best = choice(reserved: prices.wholeNodes, starts: relaxed, seed: 0, tables: &tables)
        var idle = 0
        for round in 0..<Self.rounds where idle < 2 && !limits.expired {
            if try isGoodEnough(best.replicas) { return best.replicas }
            progress("weighing reservations", 0.5 + 0.3 * Double(round) / Double(Self.rounds))
            let reserved = Reservations(compiled, replicas: best.replicas).nodes
            let next = choice(reserved: reserved, starts: best.replicas, seed: round + 1, tables: &tables)
            idle = next.cost < best.cost * (1 - Self.worthwhile) ? 0 : idle + 1
            if next.cost < best.cost { best = next }
        }
        if try isGoodEnough(best.replicas) { return best.replicas }
        progress("trying reservations", 0.8)
        improve(&best, wanted: prices.nodes, tables: tables)
        let last = choice(reserved: best.reserved, starts: best.replicas, seed: Self.rounds + 1, tables: &tables)
        return last.cost < best.cost ? last.replicas : best.replicas
    }

    private func choice(reserved: [Int], starts: [[[Int]]], seed: Int, tables: inout [CoverTable]) -> Choice {
        let terms = compiled.terms(reserved: reserved)
        let alone = search(starts: starts, seed: 2 * seed, tables: &tables) { _ in terms }
        let shared = share(alone, terms: terms, tables: tables)
        let found = search(starts: shared.map(\.replicas), seed: 2 * seed + 1, tables: &tables) { _ in terms }
        return Choice(reserved: reserved, replicas: found.map(\.replicas), cost: cost(reserved, found.map(\.cost)))
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

extension ReservationPrices {
    func terms(_ compiled: CompiledProblem, block: Int) -> [SearchState.PoolTerms] {
        compiled.problem.pools.enumerated().map { pool, value in
            SearchState.PoolTerms(price: prices[block][pool], free: 0, limit: value.maxNodes)
        }
    }
}

extension CompiledProblem {
    /// With reserved nodes bought, and no more of them to be had.
    func terms(reserved: [Int]) -> [SearchState.PoolTerms] {
        problem.pools.enumerated().map { pool, value in
            value.tier == .reserved
                ? SearchState.PoolTerms(price: 0, free: reserved[pool], limit: reserved[pool])
                : SearchState.PoolTerms(price: value.usdPerNodeHour, free: 0, limit: value.maxNodes)
        }
    }
}
