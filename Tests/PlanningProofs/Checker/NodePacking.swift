/// Whether replicas fit on nodes: bin packing of whole numbers, decided exactly.
package enum NodePacking {
    package struct Items: Equatable, Sendable {
        package var size: Int
        package var count: Int
        package init(size: Int, count: Int) { (self.size, self.count) = (size, count) }
    }

    /// Whether `items` fit into `nodes` nodes of `capacity` accelerators, none of them over two nodes.
    ///
    /// Pairs that fill a node exactly are taken out first: if i + j = capacity then some best packing has them together, for
    /// whatever else shares i's node is no larger than j and can change places with it. What is left is first tried greedily,
    /// then searched.
    ///
    /// - Returns: nil where `steps` steps of the search did not decide.
    package static func fits(_ items: [Items], nodes: Int, capacity: Int, steps: Int = 200_000) -> Bool? {
        var counts = [Int](repeating: 0, count: max(0, capacity) + 1)
        for item in items where item.count > 0 && item.size > 0 {
            guard item.size <= capacity else { return false }
            counts[item.size] += item.count
        }
        guard counts.contains(where: { $0 > 0 }) else { return nodes >= 0 }
        var left = nodes - counts[capacity]
        counts[capacity] = 0
        for size in 1..<max(2, capacity) where 2 * size <= capacity {
            let pairs = 2 * size == capacity ? counts[size] / 2 : min(counts[size], counts[capacity - size])
            left -= pairs
            counts[size] -= pairs
            counts[capacity - size] -= pairs
        }
        let total = counts.indices.reduce(0) { $0 + $1 * counts[$1] }
        if left < 0 || total > left * capacity { return false }
        if greedy(counts, capacity: capacity) <= left { return true }
        var search = Search(capacity: capacity, stepsLeft: steps)
        return search.fits(counts, nodes: left, waste: left * capacity - total)
    }

    /// The least number of nodes that hold the items; nil where a replica is larger than a node or the search did not decide.
    package static func leastNodes(_ items: [Items], capacity: Int) -> Int? {
        guard items.allSatisfy({ $0.count <= 0 || $0.size <= capacity }) else { return nil }
        let total = items.reduce(0) { $0 + $1.size * max(0, $1.count) }
        var nodes = capacity > 0 ? (total + capacity - 1) / capacity : 0
        while true {
            guard let answer = fits(items, nodes: nodes, capacity: capacity) else { return nil }
            if answer { return nodes }
            nodes += 1
        }
    }

    /// Nodes that "largest first, each node filled as far as it goes" takes.
    private static func greedy(_ counts: [Int], capacity: Int) -> Int {
        var counts = counts
        var nodes = 0
        while counts.contains(where: { $0 > 0 }) {
            // As many nodes at once as are filled alike.
            var room = capacity
            var filling: [(size: Int, count: Int)] = []
            for size in counts.indices.reversed() where size > 0 && counts[size] > 0 && size <= room {
                let number = min(counts[size], room / size)
                filling.append((size, number))
                room -= size * number
            }
            let alike = filling.map { counts[$0.size] / $0.count }.min() ?? 1
            for part in filling { counts[part.size] -= part.count * alike }
            nodes += alike
        }
        return nodes
    }

    /// Node by node: the largest replica left opens a node, every maximal filling of the rest is tried, what failed is
    /// remembered.
    private struct Search {
        let capacity: Int
        var stepsLeft: Int
        var failed: Set<[Int]> = []

        mutating func fits(_ counts: [Int], nodes: Int, waste: Int) -> Bool? {
            guard let largest = counts.lastIndex(where: { $0 > 0 }) else { return true }
            guard nodes > 0 else { return false }
            let key = counts + [nodes]
            if failed.contains(key) { return false }
            stepsLeft -= 1
            if stepsLeft < 0 { return nil }
            var rest = counts
            rest[largest] -= 1
            for (filling, left) in fillings(of: rest, upTo: largest, room: capacity - largest) where left <= waste {
                guard let answer = fits(filling, nodes: nodes - 1, waste: waste - left) else { return nil }
                if answer { return true }
            }
            failed.insert(key)
            return false
        }

        /// What is left of `counts` after each maximal filling of `room` with sizes up to `size`, least waste first.
        private func fillings(of counts: [Int], upTo size: Int, room: Int) -> [(counts: [Int], room: Int)] {
            var found: [(counts: [Int], room: Int)] = []
            func fill(_ counts: [Int], _ size: Int, _ room: Int) {
                guard let next = stride(from: min(size, room), to: 0, by: -1).first(where: { counts[$0] > 0 }) else {
                    let smallest = counts.indices.first { $0 > 0 && counts[$0] > 0 }
                    if smallest.map({ $0 > room }) ?? true { found.append((counts, room)) }
                    return
                }
                for number in stride(from: min(counts[next], room / next), through: 0, by: -1) {
                    var taken = counts
                    taken[next] -= number
                    fill(taken, next - 1, room - next * number)
                }
            }
            fill(counts, size, room)
            return found.sorted { $0.room < $1.room }
        }
    }
}
