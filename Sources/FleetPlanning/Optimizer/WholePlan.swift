import LinearOptimization

/// Nodes and replicas in whole numbers, for every block, with what they leave unserved and unprotected.
struct WholePlan: Sendable {
    struct Block: Sendable {
        /// By pool.
        var nodes: [Int]
        /// By service, then option.
        var replicas: [[Int]]
        /// Requests per second, by service, then group.
        var unmet: [[Double]]
        var unprotected: [[Double]]
    }

    var blocks: [Block]
}

extension FleetProgram {
    /// Reads one stretch of a solution. Nodes are counted by packing the replicas, so that they are enough even where the rows
    /// for packing are not exact. That a quota has room for them is for whoever chose the replicas to see (``packed(_:)``).
    func whole(_ values: [Double], stretch: Int) -> WholePlan.Block {
        let columns = columns[stretch]
        func count(_ column: LinearModel.Column) -> Int { Int(max(0, values[column.index]).rounded()) }
        let replicas = columns.replicas.map { $0.map(count) }
        func amounts(_ columns: [[LinearModel.Column]]) -> [[Double]] {
            columns.map { $0.map { values[$0.index] < 1e-7 ? 0 : values[$0.index] } }
        }
        return WholePlan.Block(
            nodes: compiled.packedNodes(replicas), replicas: replicas, unmet: amounts(columns.unmet),
            unprotected: amounts(columns.unprotected))
    }
}

extension CompiledProblem {
    /// By pool, the nodes that hold these replicas.
    func packedNodes(_ replicas: [[Int]]) -> [Int] {
        optionsByPool.enumerated().map { pool, users in
            var counts: [Int: Int] = [:]
            for user in users {
                let count = replicas[user.service][user.option]
                if count > 0 { counts[services[user.service].options[user.option].size, default: 0] += count }
            }
            let sizes = counts.keys.sorted()
            return PackingRule.nodes(
                sizes: sizes, counts: sizes.map { counts[$0] ?? 0 }, capacity: problem.pools[pool].acceleratorsPerNode)
        }
    }
}
