/// When replicas of a few sizes fit into equal nodes: rows every packing obeys, and whether a given load really fits.
enum PackingRule {
    /// Weights by size such that Σ weight · replicas ≤ nodes holds for every packing. Sizes ascending, distinct.
    ///
    /// For sizes that divide one another the rows are exact: replicas of size s or more fill each node up to the largest multiple of s.
    /// Otherwise they are dual feasible functions (Fekete and Schepers 2001: u⁽ᵏ⁾), which no packing breaks but some loads that
    /// do not fit pass too.
    static func rows(sizes: [Int], capacity: Int) -> [[Double]] {
        var rows: [[Double]] = []
        func add(_ row: [Double]) {
            // A row no larger anywhere than another says nothing more.
            if rows.contains(where: { known in zip(known, row).allSatisfy { $0 >= $1 - 1e-12 } }) { return }
            rows.removeAll { known in zip(row, known).allSatisfy { $0 >= $1 - 1e-12 } }
            rows.append(row)
        }
        for least in sizes {
            let usable = isChain(sizes.filter { $0 >= least }) ? capacity / least * least : capacity
            add(sizes.map { $0 >= least ? Double($0) / Double(usable) : 0 })
        }
        for k in 1...max(1, capacity) where !isChain(sizes) {
            add(
                sizes.map { size in
                    let scaled = (k + 1) * size
                    return scaled % capacity == 0 ? Double(size) / Double(capacity) : Double(scaled / capacity) / Double(k)
                })
        }
        return rows
    }

    /// Whether each size divides the next.
    static func isChain(_ sizes: [Int]) -> Bool { zip(sizes, sizes.dropFirst()).allSatisfy { $1 % $0 == 0 } }

    /// Nodes that hold these replicas, none spanning two: the fewest where sizes divide one another, elsewhere the fewest that first fit
    /// by falling size and best pattern first find, which is enough and seldom one too many.
    ///
    /// - Parameters:
    ///   - sizes: ascending, distinct.
    ///   - counts: replicas by position in `sizes`.
    ///   - added: replicas on top of the counts, of the size at one position.
    ///   - least: nodes that cannot be too many, as a row says; saves work.
    static func nodes(
        sizes: [Int], counts: [Int], adding added: (position: Int, count: Int) = (0, 0), capacity: Int, least: Int = 0
    ) -> Int {
        let fit = firstFit(sizes: sizes, counts: counts, adding: added, capacity: capacity)
        guard fit > least else { return fit }
        var used: [(size: Int, count: Int)] = []
        for position in sizes.indices.reversed() {
            let count = counts[position] + (position == added.position ? added.count : 0)
            if count > 0 { used.append((sizes[position], count)) }
        }
        guard !isChain(used.reversed().map(\.size)) else { return fit }
        return min(fit, bestPatterns(used, capacity: capacity))
    }

    /// First fit by falling size (Johnson 1973), replicas of one size at once.
    private static func firstFit(
        sizes: [Int], counts: [Int], adding added: (position: Int, count: Int), capacity: Int
    ) -> Int {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: capacity + 1) { open in
            // Nodes by the room left in them.
            open.initialize(repeating: 0)
            var nodes = 0
            for position in sizes.indices.reversed() {
                let size = sizes[position]
                var left = counts[position] + (position == added.position ? added.count : 0)
                guard left > 0 else { continue }
                for room in size..<max(size, capacity) where open[room] > 0 && left > 0 {
                    let perNode = room / size
                    let whole = min(open[room], left / perNode)
                    open[room] -= whole
                    open[room - perNode * size] += whole
                    left -= whole * perNode
                    if left > 0, left < perNode, open[room] > 0 {
                        open[room] -= 1
                        open[room - left * size] += 1
                        left = 0
                    }
                }
                let perNode = capacity / size
                nodes += left / perNode
                open[capacity - perNode * size] += left / perNode
                if left % perNode > 0 {
                    nodes += 1
                    open[capacity - left % perNode * size] += 1
                }
            }
            return nodes
        }
    }

    /// Fills node after node with what leaves the least room in it, large replicas first among equals.
    private static func bestPatterns(_ counts: [(size: Int, count: Int)], capacity: Int) -> Int {
        var left = counts
        var nodes = 0
        while left.contains(where: { $0.count > 0 }) {
            // reachable[r]: how many of each size make exactly r accelerators; the first way found, larger sizes first.
            var reachable = [[Int]?](repeating: nil, count: capacity + 1)
            reachable[0] = left.map { _ in 0 }
            for (index, entry) in left.enumerated() {
                for filled in stride(from: capacity, through: 0, by: -1) {
                    guard let base = reachable[filled], base[index] == 0, entry.count > 0 else { continue }
                    let most = min(entry.count, (capacity - filled) / entry.size)
                    for number in 1..<(most + 1) where reachable[filled + number * entry.size] == nil {
                        var pattern = base
                        pattern[index] = number
                        reachable[filled + number * entry.size] = pattern
                    }
                }
            }
            let pattern = reachable.compactMap { $0 }.last!
            let times = max(1, left.indices.filter { pattern[$0] > 0 }.map { left[$0].count / pattern[$0] }.min() ?? 1)
            for index in left.indices { left[index].count -= pattern[index] * times }
            nodes += times
        }
        return nodes
    }
}
