/// The cheapest way to send supplies to sinks of limited room: successive shortest paths with potentials (Edmonds and Karp 1972),
/// Dijkstra over the dense graph of sources and sinks.
struct CheapestTransport {
    /// By source, then sink.
    private(set) var flow: [[Double]]
    private(set) var unrouted: [Double]

    /// - Parameter cost: by source, then sink, at least 0; nil where nothing may flow.
    init(supply: [Double], room: [Double], cost: [[Double?]]) {
        flow = [[Double]](repeating: [Double](repeating: 0, count: room.count), count: supply.count)
        unrouted = supply
        var room = room
        var potential = [Double](repeating: 0, count: supply.count + room.count)
        let tolerance = 1e-12 * max(1, supply.reduce(0, +))
        for source in supply.indices {
            while unrouted[source] > tolerance,
                let path = shortestPath(from: source, room: room, cost: cost, potential: &potential, tolerance: tolerance)
            {
                push(path, from: source, room: &room)
            }
        }
    }

    /// Sinks and sources in turn, the last sink with room.
    private struct Path {
        var sinks: [Int]
        /// `sources[i]` sends to `sinks[i]`; the first is where the supply is.
        var sources: [Int]
    }

    private mutating func push(_ path: Path, from source: Int, room: inout [Double]) {
        var amount = min(unrouted[source], room[path.sinks.last!])
        for step in 1..<max(1, path.sources.count) { amount = min(amount, flow[path.sources[step]][path.sinks[step - 1]]) }
        for step in path.sources.indices {
            flow[path.sources[step]][path.sinks[step]] += amount
            if step > 0 { flow[path.sources[step]][path.sinks[step - 1]] -= amount }
        }
        unrouted[source] -= amount
        room[path.sinks.last!] -= amount
    }

    private func shortestPath(
        from start: Int, room: [Double], cost: [[Double?]], potential: inout [Double], tolerance: Double
    ) -> Path? {
        let sources = unrouted.count
        let count = sources + room.count
        var distance = [Double](repeating: .infinity, count: count)
        var previous = [Int](repeating: -1, count: count)
        var done = [Bool](repeating: false, count: count)
        distance[start] = 0
        var end: Int?
        while true {
            var node = -1
            for candidate in 0..<count where !done[candidate] && distance[candidate] < .infinity {
                if node < 0 || distance[candidate] < distance[node] { node = candidate }
            }
            guard node >= 0 else { break }
            done[node] = true
            if node >= sources {
                let sink = node - sources
                if room[sink] > tolerance {
                    end = node
                    break
                }
                for source in 0..<sources where !done[source] && flow[source][sink] > tolerance {
                    relax(node, source, -(cost[source][sink] ?? 0), &distance, &previous, potential)
                }
            } else {
                for sink in room.indices where !done[sources + sink] {
                    if let price = cost[node][sink] { relax(node, sources + sink, price, &distance, &previous, potential) }
                }
            }
        }
        guard let end else { return nil }
        let length = distance[end]
        for node in 0..<count { potential[node] += min(distance[node], length) }
        var path = Path(sinks: [], sources: [])
        var node = end
        while node >= 0 {
            if node >= sources { path.sinks.append(node - sources) } else { path.sources.append(node) }
            node = previous[node]
        }
        path.sinks.reverse()
        path.sources.reverse()
        return path
    }

    private func relax(
        _ from: Int, _ to: Int, _ price: Double, _ distance: inout [Double], _ previous: inout [Int], _ potential: [Double]
    ) {
        // Reduced costs are at least 0 up to rounding.
        let length = distance[from] + max(0, price + potential[from] - potential[to])
        if length < distance[to] {
            distance[to] = length
            previous[to] = from
        }
    }
}
