import LinearOptimization

/// Small problems: one integer program over all blocks, searched by the solver from a good plan, with covers added until no solution
/// breaks one.
struct DirectSearch {
    let compiled: CompiledProblem
    let solver: any LinearSolver
    let limits: SearchLimits
    let relativeGap: Double

    /// Solutions asked of the solver before what is at hand is taken: each one adds the covers the last one broke.
    private static let rounds = 12
    /// Columns of the program times branch-and-bound nodes: what is searched at most.
    private static let work = 8_000_000
    private static let nodes = 50...5_000
    /// Programs with more columns are not searched; those with few are searched for more than the gap asked for.
    private static let columns = 12_000
    private static let fewColumns = 3_000
    private static let smallGap = 1e-4

    /// The gap to search for; nil where the program would be too large.
    static func gap(_ compiled: CompiledProblem, asked: Double) -> Double? {
        let perBlock = compiled.services.reduce(compiled.problem.pools.count) {
            $0 + $1.options.count + $1.planes.count + 2 * $1.groups.count
        }
        let count = perBlock * compiled.blockCount
        return count > columns ? nil : count > fewColumns ? asked : min(asked, smallGap)
    }

    /// - Returns: a plan no worse than the one to start from, with a bound no lower.
    func run(from outcome: DecomposedSearch.Outcome) throws(SolverFailure) -> DecomposedSearch.Outcome {
        let horizon = compiled.horizonHours
        let program = try FleetProgram(
            compiled,
            stretches: compiled.blockHours.indices.map {
                FleetProgram.Stretch(demand: compiled.demand(inBlock: $0), weight: compiled.blockHours[$0] / horizon)
            },
            reservation: .linked, integer: true, covers: outcome.covers, solver: solver)
        var placed = [Double](repeating: 0, count: program.model.columnCount)
        for (stretch, block) in outcome.plan.blocks.enumerated() {
            program.place(block.replicas, stretch: stretch, in: &placed)
        }
        let nodes = min(max(Self.work / max(1, program.model.columnCount), Self.nodes.lowerBound), Self.nodes.upperBound)
        var best = try program.settled(placed)
        var bound = outcome.bound
        if let relaxed = try program.relaxed(limits) {
            bound = max(bound, try program.strengthened(from: relaxed, limits, rounds: 10).bound)
        }
        for _ in 0..<Self.rounds where !limits.expired {
            let answer = try program.session.solve(
                limits.work(nodes: nodes, relativeGap: relativeGap), start: best)
            if answer.timedOut { limits.noteTimeOut() }
            if solver.provesIntegerOptima { bound = max(bound, answer.bound) }
            guard !answer.values.isEmpty else { break }
            let whole = program.wholeReplicas(answer.values)
            let broken = program.addBrokenCovers(whole)
            // What the solution leaves unserved is counted under every cover, those it broke included; nodes by packing.
            guard let packed = program.packed(whole) else { break }
            let settled = try program.settled(packed)
            if program.model.objective(of: settled) < program.model.objective(of: best) { best = settled }
            if broken == 0 { break }
        }
        return DecomposedSearch.Outcome(
            plan: WholePlan(blocks: program.stretches.indices.map { program.whole(best, stretch: $0) }), bound: bound,
            covers: program.covers.map(\.cover))
    }
}

extension CompiledProblem {
    /// By service, then group.
    func demand(inBlock block: Int) -> [[Double]] { services.map { $0.groups.map { $0.demand[block] } } }

    /// Ascending, so that each block is near the one before.
    var blocksByDemand: [Int] {
        let total = (0..<blockCount).map { block in demand(inBlock: block).reduce(0) { $0 + $1.reduce(0, +) } }
        return total.indices.sorted { (total[$0], $0) < (total[$1], $1) }
    }
}

extension FleetProgram {
    /// The plan that serves nobody: there always is one.
    var nothingServed: [Double] {
        var values = [Double](repeating: 0, count: model.columnCount)
        for (stretch, columns) in zip(stretches, columns) {
            for (service, groups) in columns.unmet.enumerated() {
                for (group, column) in groups.enumerated() { values[column.index] = stretch.demand[service][group] }
                if let missing = columns.missing[service] { values[missing.index] = model.upper[missing.index] }
            }
        }
        return values
    }

    /// The values with nodes and replicas rounded to the whole numbers they are meant to be.
    func wholeReplicas(_ values: [Double]) -> [Double] {
        var values = values
        for column in values.indices where model.isInteger[column] { values[column] = values[column].rounded() }
        return values
    }

    /// The same replicas on the nodes they really need; nil where a quota has no room for those.
    func packed(_ values: [Double]) -> [Double]? {
        var placed = [Double](repeating: 0, count: model.columnCount)
        for (stretch, columns) in columns.enumerated() {
            let replicas = columns.replicas.map { $0.map { Int(values[$0.index].rounded()) } }
            place(replicas, stretch: stretch, in: &placed)
            let fits = columns.nodes.enumerated().allSatisfy { pool, column in
                placed[column.index] <= Double(compiled.problem.pools[pool].maxNodes)
            }
            guard fits else { return nil }
        }
        return placed
    }

    /// Keeps nodes and replicas, and finds the least that must then go unmet and unprotected under every condition.
    ///
    /// It is a small linear program and never cut short: what it says is part of the plan.
    func settled(_ values: [Double]) throws(SolverFailure) -> [Double] {
        let whole = wholeReplicas(values)
        let lower = model.lower
        let upper = model.upper
        for column in whole.indices where model.isInteger[column] {
            setBounds(LinearModel.Column(column), lower: whole[column], upper: whole[column])
        }
        let settled = try relaxed(SearchLimits(secondsLeft: nil))
        for column in whole.indices where model.isInteger[column] {
            setBounds(LinearModel.Column(column), lower: lower[column], upper: upper[column])
        }
        return settled?.values ?? nothingServed
    }
}
