/// Supplies that may flow to some of several sinks: the largest flow, and where it is not everything, the cut that says why.
///
/// Augmenting paths, breadth first, after a greedy start (Edmonds and Karp 1972). Supplies can be raised and routed again; what was
/// routed of a supply stays routed.
struct TransportNetwork {
    private let arcs: [[Int]]
    private let sinkCount: Int
    /// Sources that may use a sink.
    private let sources: [[Int]]
    private(set) var flow: [[Double]]
    private(set) var unrouted: [Double]
    private var room: [Double]
    private var tolerance: Double

    /// - Parameter arcs: by source, the sinks it may use, most wanted first.
    init(arcs: [[Int]], capacity: [Double]) {
        self.arcs = arcs
        sinkCount = capacity.count
        var sources = [[Int]](repeating: [], count: capacity.count)
        for (source, sinks) in arcs.enumerated() { for sink in sinks { sources[sink].append(source) } }
        self.sources = sources
        flow = [[Double]](repeating: [Double](repeating: 0, count: capacity.count), count: arcs.count)
        unrouted = [Double](repeating: 0, count: arcs.count)
        room = capacity
        tolerance = 1e-12 * max(1, capacity.reduce(0, +))
    }

    /// Adds supply and routes all that can be.
    mutating func route(adding supply: [Double]) {
        for source in arcs.indices { unrouted[source] += supply[source] }
        for source in arcs.indices.sorted(by: { (arcs[$0].count, $0) < (arcs[$1].count, $1) }) where unrouted[source] > 0 {
            for sink in arcs[source] where room[sink] > 0 {
                let amount = min(unrouted[source], room[sink])
                push(amount, from: source, to: sink)
                unrouted[source] -= amount
                room[sink] -= amount
                if unrouted[source] <= 0 { break }
            }
        }
        while augment() {}
    }

    var totalUnrouted: Double { unrouted.reduce(0) { $0 + max(0, $1) } }

    private mutating func push(_ amount: Double, from source: Int, to sink: Int) { flow[source][sink] += amount }

    /// One shortest augmenting path; false where there is none, which is when the flow is largest.
    private mutating func augment() -> Bool {
        var search = Search(sources: arcs.count, sinks: sinkCount)
        guard let end = reach(&search) else { return false }
        // Walk back: sink, source, sink, … up to a source with supply left.
        var amount = room[end]
        var sink = end
        while true {
            let source = search.sourceOf[sink]
            guard let previous = search.sinkOf[source] else {
                amount = min(amount, unrouted[source])
                break
            }
            amount = min(amount, flow[source][previous])
            sink = previous
        }
        room[end] -= amount
        sink = end
        while true {
            let source = search.sourceOf[sink]
            flow[source][sink] += amount
            guard let previous = search.sinkOf[source] else {
                unrouted[source] -= amount
                break
            }
            flow[source][previous] -= amount
            sink = previous
        }
        return true
    }

    private struct Search {
        /// By sink, the source it was reached from; -1 where it was not.
        var sourceOf: [Int]
        /// By source, the sink it was reached from; nil for a source with supply of its own.
        var sinkOf: [Int?]
        var seen: [Bool]

        init(sources: Int, sinks: Int) {
            sourceOf = [Int](repeating: -1, count: sinks)
            sinkOf = [Int?](repeating: nil, count: sources)
            seen = [Bool](repeating: false, count: sources)
        }
    }

    /// Breadth-first from every source with supply left; the first sink with room, or nil.
    private func reach(_ search: inout Search) -> Int? {
        var queue: [Int] = []
        for source in arcs.indices where unrouted[source] > tolerance {
            search.seen[source] = true
            queue.append(source)
        }
        var next = 0
        while next < queue.count {
            let source = queue[next]
            next += 1
            for sink in arcs[source] where search.sourceOf[sink] < 0 {
                search.sourceOf[sink] = source
                if room[sink] > tolerance { return sink }
                for other in sources[sink] where !search.seen[other] && flow[other][sink] > tolerance {
                    search.seen[other] = true
                    search.sinkOf[other] = sink
                    queue.append(other)
                }
            }
        }
        return nil
    }

    /// Sources whose supply the sinks they reach cannot take, whatever is rerouted; empty where everything is routed.
    func shortOfRoom() -> IndexBits {
        var search = Search(sources: arcs.count, sinks: sinkCount)
        _ = reach(&search)
        var set = IndexBits(capacity: max(1, arcs.count))
        for source in arcs.indices where search.seen[source] { set.insert(source) }
        return set
    }
}
