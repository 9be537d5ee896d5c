import LinearOptimization

/// What a reserved node is worth in each block, so that blocks can be decided one by one.
///
/// Reserved nodes are paid for in every hour and used in some. Letting every block rent them at a price of its own, with prices that add
/// up to no more than what a node costs over the horizon, relaxes the problem: the sum of the blocks' bounds bounds the whole
/// (Lagrangian decomposition). Good prices are the duals of a program over a few typical stretches.
struct ReservationPrices {
    /// US dollars an hour, by block, then pool; list price for pools that are not reserved.
    let prices: [[Double]]
    /// By pool, reserved nodes that the typical stretches would buy together, fractions included; empty where there is no telling.
    let nodes: [Double]

    /// The same in whole numbers, rounded up from a little over a third: a node too few costs on-demand prices, one too many the difference.
    var wholeNodes: [Int] { nodes.map { Int(($0 + 0.35).rounded(.down)) } }

    /// Typical stretches solved together.
    private static let stretches = 3

    /// Every block pays the list price: valid, and all there is to it with one block.
    init(listPricesOf compiled: CompiledProblem) {
        let list = compiled.problem.pools.map(\.usdPerNodeHour)
        prices = [[Double]](repeating: list, count: compiled.blockCount)
        nodes = []
    }

    /// - Returns: nil where time ran out.
    init?(
        _ compiled: CompiledProblem, covers: [Cover], solver: any LinearSolver, limits: SearchLimits
    ) throws(SolverFailure) {
        let clusters = BlockClusters(compiled, count: Self.stretches)
        let program = try FleetProgram(
            compiled, stretches: clusters.stretches, reservation: .linked, integer: false, covers: covers, solver: solver)
        guard let relaxed = try program.relaxed(limits) else { return nil }
        let strengthened = try program.strengthened(from: relaxed, limits, rounds: 4)
        nodes = zip(program.columns[0].nodes, compiled.problem.pools).map {
            $1.tier == .reserved ? strengthened.values[$0.index] : 0
        }
        var byCluster = program.nodeValues(strengthened.rowDuals)
        for (pool, value) in compiled.problem.pools.enumerated() where value.tier == .reserved {
            let total = byCluster.reduce(0) { $0 + $1[pool] }
            for cluster in byCluster.indices {
                let weight = clusters.stretches[cluster].weight
                let share = byCluster[cluster][pool]
                // Shares add up to the price; what duals leave over is spread evenly.
                let price =
                    total > value.usdPerNodeHour
                    ? share * value.usdPerNodeHour / total : share + (value.usdPerNodeHour - total) * weight
                byCluster[cluster][pool] = price / weight
            }
        }
        prices = (0..<compiled.blockCount).map { block in
            compiled.problem.pools.enumerated().map { pool, value in
                value.tier == .reserved ? byCluster[clusters.clusterOfBlock[block]][pool] : value.usdPerNodeHour
            }
        }
    }
}

/// Blocks with similar demand, each cluster with the mean of its blocks: a relaxation, as the mean of plans for the blocks is a
/// (fractional) plan for the mean.
struct BlockClusters {
    let clusterOfBlock: [Int]
    let stretches: [FleetProgram.Stretch]

    /// Lloyd's algorithm on the vectors of demand, from evenly spaced blocks, a fixed number of rounds.
    init(_ compiled: CompiledProblem, count wanted: Int) {
        let blocks = compiled.blockCount
        let count = min(wanted, blocks)
        let vectors = (0..<blocks).map { block in compiled.demand(inBlock: block).flatMap { $0 } }
        var centres = (0..<count).map { vectors[$0 * blocks / count] }
        var cluster = [Int](repeating: 0, count: blocks)
        for _ in 0..<12 {
            for block in 0..<blocks {
                cluster[block] = centres.indices.min { left, right in
                    Self.distance(vectors[block], centres[left]) < Self.distance(vectors[block], centres[right])
                }!
            }
            for index in centres.indices {
                if let mean = Self.mean(of: index, cluster, vectors, compiled.blockHours) { centres[index] = mean }
            }
        }
        let used = Set(cluster).sorted()
        let position = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
        clusterOfBlock = cluster.map { position[$0]! }
        let horizon = compiled.horizonHours
        stretches = used.map { index in
            let hours = (0..<blocks).reduce(0) { cluster[$1] == index ? $0 + compiled.blockHours[$1] : $0 }
            var rest = (Self.mean(of: index, cluster, vectors, compiled.blockHours) ?? [])[...]
            let demand = compiled.services.map { service -> [Double] in
                let part = Array(rest.prefix(service.groups.count))
                rest = rest.dropFirst(service.groups.count)
                return part
            }
            return FleetProgram.Stretch(demand: demand, weight: hours / horizon)
        }
    }

    private static func distance(_ left: [Double], _ right: [Double]) -> Double {
        var sum = 0.0
        for index in left.indices {
            let difference = left[index] - right[index]
            sum += difference * difference
        }
        return sum
    }

    private static func mean(of index: Int, _ cluster: [Int], _ vectors: [[Double]], _ hours: [Double]) -> [Double]? {
        var sum = [Double](repeating: 0, count: vectors.first?.count ?? 0)
        var weight = 0.0
        for (block, vector) in vectors.enumerated() where cluster[block] == index {
            weight += hours[block]
            for position in sum.indices { sum[position] += vector[position] * hours[block] }
        }
        return weight > 0 ? sum.map { $0 / weight } : nil
    }
}

extension FleetProgram {
    /// By stretch, then pool: what the packing rows say one more node is worth, US dollars an hour (weighted by the stretch).
    func nodeValues(_ rowDuals: [Double]) -> [[Double]] {
        var owner: [Int: [Int]] = [:]
        for (stretch, columns) in columns.enumerated() {
            for (pool, rows) in columns.packing.enumerated() { for row in rows { owner[row.index] = [stretch, pool] } }
        }
        var values = columns.map { [Double](repeating: 0, count: $0.nodes.count) }
        for (row, place) in owner where row < rowDuals.count { values[place[0]][place[1]] += max(0, -rowDuals[row]) }
        return values
    }
}
