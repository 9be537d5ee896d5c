/// Users to planes: the most that can be served, and among the ways to serve that much the one that costs least.
///
/// Sources are users with a rate, sinks are planes with a capacity. An arc costs `below` per unit up to `threshold` and
/// `above` beyond it (`below` ≤ `above`), so what already flows somewhere can be made cheaper to leave there. Augments along
/// shortest paths (Ford and Fulkerson's successive shortest paths with Bellman and Ford's labels; R. K. Ahuja et al., "Network
/// Flows", 1993, section 9.7), which keeps every intermediate flow the cheapest of its size.
package struct TransportFlow {
    package struct Arc {
        package var threshold: Double
        package var below: Double
        package var above: Double

        package init(threshold: Double = .infinity, below: Double = 0, above: Double = 0) {
            (self.threshold, self.below, self.above) = (threshold, below, above)
        }
    }

    private let sources: Int
    private let sinks: Int
    private var supply: [Double]
    private var capacity: [Double]
    /// Source · sinks + sink; nil where nothing may flow.
    private let arcs: [Arc?]
    /// Source · sinks + sink.
    package private(set) var flow: [Double]
    private let tolerance: Double
    /// Costs that differ by less are the same.
    private let costTolerance: Double

    package init(supply: [Double], capacity: [Double], arcs: [Arc?]) {
        precondition(arcs.count == supply.count * capacity.count, "one arc or none for every source and sink")
        sources = supply.count
        sinks = capacity.count
        self.supply = supply
        self.capacity = capacity
        self.arcs = arcs
        flow = [Double](repeating: 0, count: arcs.count)
        tolerance = 1e-9 * max(1, supply.max() ?? 0)
        costTolerance = 1e-12 * max(1, arcs.reduce(0) { max($0, $1?.above ?? 0) })
    }

    package var total: Double { flow.reduce(0, +) }

    /// Flow of one source.
    package func served(_ source: Int) -> Double {
        (0..<sinks).reduce(0) { $0 + flow[source * sinks + $1] }
    }

    /// Fills the network. Each round saturates a source, a sink or an arc's step; more rounds than `limit` are not made. Should
    /// rounding lead a cheapest path in a circle, a shortest one is taken: how much is served never depends on prices.
    package mutating func fill() {
        let limit = 50 + 20 * arcs.count
        for _ in 0..<limit {
            guard augment(byCost: true) || augment(byCost: false) else { return }
        }
    }

    /// Cost of one more unit forward, and how much of it there is at that cost.
    private func forward(_ arc: Int) -> (cost: Double, amount: Double)? {
        guard let step = arcs[arc] else { return nil }
        return flow[arc] < step.threshold - tolerance ? (step.below, step.threshold - flow[arc]) : (step.above, .infinity)
    }

    /// Cost of one unit taken back, and how much of it there is at that cost.
    private func backward(_ arc: Int) -> (cost: Double, amount: Double)? {
        guard let step = arcs[arc], flow[arc] > tolerance else { return nil }
        return flow[arc] > step.threshold + tolerance ? (-step.above, flow[arc] - step.threshold) : (-step.below, flow[arc])
    }

    private mutating func augment(byCost: Bool) -> Bool {
        let tie = byCost ? costTolerance : 0.5
        var sourceCost = supply.map { $0 > tolerance ? 0 : Double.infinity }
        var sinkCost = [Double](repeating: .infinity, count: sinks)
        var cameFromSource = [Int](repeating: -1, count: sinks)
        var cameFromSink = [Int](repeating: -1, count: sources)
        var changed = true
        var rounds = 0
        while changed, rounds <= sources + sinks {
            changed = false
            rounds += 1
            for source in 0..<sources where sourceCost[source] < .infinity {
                for sink in 0..<sinks {
                    guard let step = forward(source * sinks + sink) else { continue }
                    let cost = sourceCost[source] + (byCost ? step.cost : 1)
                    if cost < sinkCost[sink] - tie {
                        (sinkCost[sink], cameFromSource[sink], changed) = (cost, source, true)
                    }
                }
            }
            for sink in 0..<sinks where sinkCost[sink] < .infinity {
                for source in 0..<sources where supply[source] <= tolerance {
                    guard let step = backward(source * sinks + sink) else { continue }
                    let cost = sinkCost[sink] + (byCost ? step.cost : 1)
                    if cost < sourceCost[source] - tie {
                        (sourceCost[source], cameFromSink[source], changed) = (cost, sink, true)
                    }
                }
            }
        }
        var end = -1
        for sink in 0..<sinks where capacity[sink] > tolerance && sinkCost[sink] < .infinity {
            if end < 0 || sinkCost[sink] < sinkCost[end] - tie { end = sink }
        }
        guard end >= 0 else { return false }
        return push(to: end, fromSource: cameFromSource, fromSink: cameFromSink)
    }

    private mutating func push(to end: Int, fromSource: [Int], fromSink: [Int]) -> Bool {
        var amount = capacity[end]
        var sink = end
        var path: [(arc: Int, sign: Double)] = []
        var start = -1
        while path.count <= 2 * (sources + sinks) {
            let source = fromSource[sink]
            guard source >= 0, let step = forward(source * sinks + sink) else { return false }
            amount = min(amount, step.amount)
            path.append((source * sinks + sink, 1))
            guard supply[source] <= tolerance else {
                start = source
                break
            }
            sink = fromSink[source]
            guard sink >= 0, let back = backward(source * sinks + sink) else { return false }
            amount = min(amount, back.amount)
            path.append((source * sinks + sink, -1))
        }
        guard start >= 0 else { return false }
        amount = min(amount, supply[start])
        guard amount > tolerance * 1e-3 else { return false }
        for (arc, sign) in path { flow[arc] = max(0, flow[arc] + sign * amount) }
        supply[start] -= amount
        capacity[end] -= amount
        return true
    }
}
