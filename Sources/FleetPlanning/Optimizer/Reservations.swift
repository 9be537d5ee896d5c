/// How many nodes of each reserved pool to buy, from the nodes each block would rent.
struct Reservations {
    /// By pool; 0 for pools that are not reserved.
    let nodes: [Int]

    /// A reserved node pays if what it saves in the blocks that use it is more than it costs over the horizon: in those blocks the
    /// on-demand pool of the same nodes in the same plane, where there is one, would be used instead (the newsvendor's rule).
    init(_ compiled: CompiledProblem, replicas: [[[Int]]]) {
        let pools = compiled.problem.pools
        let rented = replicas.map { compiled.packedNodes($0) }
        var nodes = [Int](repeating: 0, count: pools.count)
        for (pool, value) in pools.enumerated() where value.tier == .reserved {
            let sibling = pools.indices.filter {
                pools[$0].tier == .onDemand && pools[$0].plane == value.plane && pools[$0].accelerator == value.accelerator
                    && pools[$0].acceleratorsPerNode == value.acceleratorsPerNode
            }.min { pools[$0].usdPerNodeHour < pools[$1].usdPerNodeHour }
            let wanted = rented.map { rent in rent[pool] + (sibling.map { rent[$0] } ?? 0) }
            guard let sibling else {
                nodes[pool] = min(value.maxNodes, wanted.max() ?? 0)
                continue
            }
            var count = 0
            while count < min(value.maxNodes, wanted.max() ?? 0) {
                let used = zip(wanted, compiled.blockHours).reduce(0) { $1.0 > count ? $0 + $1.1 : $0 }
                guard used * pools[sibling].usdPerNodeHour > compiled.horizonHours * value.usdPerNodeHour else { break }
                count += 1
            }
            nodes[pool] = count
        }
        self.nodes = nodes
    }
}
