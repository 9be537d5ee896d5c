/// Maximum flow from supplies to capacities over allowed arcs, by shortest augmenting paths (Edmonds and Karp, 1972).
package struct Transport {
    package private(set) var amount = 0.0
    /// By supply, then by capacity.
    package private(set) var flow: [[Double]]

    /// - Parameters:
    ///   - supply: what each source has, ≥ 0.
    ///   - capacity: what each sink takes, ≥ 0.
    ///   - isAllowed: by source, then by sink.
    package init(supply: [Double], capacity: [Double], isAllowed: [[Bool]]) {
        flow = supply.map { _ in [Double](repeating: 0, count: capacity.count) }
        var supplyLeft = supply
        var capacityLeft = capacity
        let least = 1e-12 * max(1, supply.reduce(0, +))
        while let path = shortestPath(supplyLeft, capacityLeft, isAllowed, least: least) {
            // source, sink, source, sink …: forward over allowed arcs, back over flow.
            var step = min(supplyLeft[path[0]], capacityLeft[path[path.count - 1]])
            for back in stride(from: 2, to: path.count, by: 2) { step = min(step, flow[path[back]][path[back - 1]]) }
            for forth in stride(from: 0, to: path.count - 1, by: 2) {
                flow[path[forth]][path[forth + 1]] += step
                if forth + 2 < path.count { flow[path[forth + 2]][path[forth + 1]] -= step }
            }
            supplyLeft[path[0]] -= step
            capacityLeft[path[path.count - 1]] -= step
            amount += step
        }
    }

    private func shortestPath(
        _ supplyLeft: [Double], _ capacityLeft: [Double], _ isAllowed: [[Bool]], least: Double
    ) -> [Int]? {
        var sourceBefore = [Int?](repeating: nil, count: capacityLeft.count)
        var sinkBefore = [Int?](repeating: nil, count: supplyLeft.count)
        var isSeen = supplyLeft.map { $0 > least }
        var queue = supplyLeft.indices.filter { isSeen[$0] }
        var head = 0
        while head < queue.count {
            let source = queue[head]
            head += 1
            for sink in capacityLeft.indices where isAllowed[source][sink] && sourceBefore[sink] == nil {
                sourceBefore[sink] = source
                if capacityLeft[sink] > least {
                    var path = [sink]
                    var at = source
                    while true {
                        path.append(at)
                        guard let before = sinkBefore[at], let next = sourceBefore[before] else { break }
                        path.append(before)
                        at = next
                    }
                    return path.reversed()
                }
                for other in supplyLeft.indices where !isSeen[other] && flow[other][sink] > least {
                    isSeen[other] = true
                    sinkBefore[other] = sink
                    queue.append(other)
                }
            }
        }
        return nil
    }
}
