/// The users of one workload in one block, routed over what a loss leaves.
struct LossRouting {
    private let view: WorkloadView
    private let block: Int
    /// By users, then plane: requests per second before and after.
    private let before: [[Double]]
    private let after: [[Double]]
    private let left: [Double]

    /// Dearer than any detour in milliseconds: whoever can stay stays.
    private static let movingCost = 1e7

    init(view: WorkloadView, block: Int, capacity: [Double]) {
        self.view = view
        self.block = block
        left = capacity
        let planes = view.tables.problem.planes.count
        let before = Self.flows(view, block: block, planes: planes)
        self.before = before
        let users = view.users.indices.filter { view.servedByUsers[block][$0] > 0 }
        let open = capacity.indices.filter { capacity[$0] > 0 }
        var arcs: [TransportFlow.Arc?] = []
        for place in users {
            for plane in open {
                guard view.access[place][plane].isReachable, let rtt = view.access[place][plane].milliseconds else {
                    arcs.append(nil)
                    continue
                }
                arcs.append(.init(threshold: before[place][plane], below: rtt, above: rtt + Self.movingCost))
            }
        }
        var network = TransportFlow(
            supply: users.map { view.servedByUsers[block][$0] }, capacity: open.map { capacity[$0] }, arcs: arcs)
        network.fill()
        var after = [[Double]](repeating: [Double](repeating: 0, count: planes), count: view.users.count)
        for (row, place) in users.enumerated() {
            for (column, plane) in open.enumerated() { after[place][plane] = network.flow[row * open.count + column] }
        }
        self.after = after
    }

    private static func flows(_ view: WorkloadView, block: Int, planes: Int) -> [[Double]] {
        var flows = [[Double]](repeating: [Double](repeating: 0, count: planes), count: view.users.count)
        for row in view.plan.flows[view.index] where row.block == block {
            let place = view.users.indices.first { view.users[$0].origin == row.origin && view.users[$0].rates[block] > 0 }
            if let place { flows[place][row.plane] += row.rate }
        }
        return flows
    }

    var service: LossOutcome.Service {
        let wanted = before.reduce(0) { $0 + $1.reduce(0, +) }
        let served = after.reduce(0) { $0 + $1.reduce(0, +) }
        let moved = zip(before, after).reduce(0) { sum, pair in
            zip(pair.0, pair.1).reduce(sum) { $0 + max(0, $1.1 - $1.0) }
        }
        return LossOutcome.Service(
            workload: view.workload.name, block: view.tables.problem.blocks[block].name, requestsPerSecond: wanted,
            movedRequestsPerSecond: tidy(moved), unservedRequestsPerSecond: tidy(wanted - served),
            servedShare: wanted > 0 ? min(1, served / wanted) : 1, meanRTTBeforeMilliseconds: mean(before),
            meanRTTMilliseconds: mean(after), worstRTTMilliseconds: worst(after))
    }

    /// Flows that shrank matched with flows that grew, in the order of planes.
    var moves: [LossOutcome.Move] {
        var moves: [LossOutcome.Move] = []
        for place in view.users.indices {
            var leaving = before[place].indices.map { max(0, before[place][$0] - after[place][$0]) }
            for to in after[place].indices {
                var coming = after[place][to] - before[place][to]
                for from in leaving.indices where coming > tolerance && leaving[from] > tolerance {
                    let rate = min(coming, leaving[from])
                    leaving[from] -= rate
                    coming -= rate
                    moves.append(
                        LossOutcome.Move(
                            workload: view.workload.name, origin: view.users[place].name,
                            block: view.tables.problem.blocks[block].name, from: view.tables.problem.planes[from].name,
                            to: view.tables.problem.planes[to].name, requestsPerSecond: rate,
                            rttBeforeMilliseconds: milliseconds(place, from), rttMilliseconds: milliseconds(place, to)))
                }
            }
        }
        return moves
    }

    func unserved(after loss: Loss) -> [LossOutcome.Unserved] {
        view.users.indices.compactMap { place in
            let missing = before[place].reduce(0, +) - after[place].reduce(0, +)
            guard missing > tolerance else { return nil }
            return LossOutcome.Unserved(
                workload: view.workload.name, origin: view.users[place].name,
                block: view.tables.problem.blocks[block].name, requestsPerSecond: missing,
                because: because(place, loss: loss))
        }
    }

    private func because(_ place: Int, loss: Loss) -> String {
        let group = view.users[place]
        let standing = left.indices.filter { left[$0] > 0 }
        let reachable = standing.filter { view.access[place][$0].isReachable }
        if !reachable.isEmpty {
            let names = reachable.map { view.tables.problem.planes[$0].name }
            let capacity = reachable.reduce(0) { $0 + left[$1] }
            return
                "what is left within \(Figure.milliseconds(group.failoverBudget)) ms is full: \(Figure.rate(capacity)) req/s in "
                + Figure.list(names)
        }
        let near = standing.compactMap { plane in view.access[place][plane].milliseconds.map { (plane, $0) } }
        if let nearest = near.min(by: { $0.1 < $1.1 }) {
            return "the nearest that is left, \(view.tables.problem.planes[nearest.0].name), is "
                + "\(Figure.milliseconds(nearest.1, against: group.failoverBudget)) ms away, the failover budget is "
                + "\(Figure.milliseconds(group.failoverBudget)) ms"
        }
        for plane in standing {
            if case .forbidden(let because) = view.access[place][plane] {
                return "of what is left, \(view.tables.problem.planes[plane].name) is forbidden: \(because)"
            }
        }
        return standing.isEmpty ? "no replica is left after losing \(loss.words)" : "no round trip to what is left is known"
    }

    private func milliseconds(_ place: Int, _ plane: Int) -> Double {
        view.tables.roundTrip(origin: view.users[place].origin, plane: plane) ?? 0
    }

    private func mean(_ flows: [[Double]]) -> Double {
        var (rate, weighted) = (0.0, 0.0)
        for place in flows.indices {
            for plane in flows[place].indices where flows[place][plane] > 0 {
                rate += flows[place][plane]
                weighted += flows[place][plane] * milliseconds(place, plane)
            }
        }
        return rate > 0 ? weighted / rate : 0
    }

    private func worst(_ flows: [[Double]]) -> Double {
        flows.indices.reduce(0) { worst, place in
            flows[place].indices.reduce(worst) { flows[place][$1] > tolerance ? max($0, milliseconds(place, $1)) : $0 }
        }
    }

    private var tolerance: Double { 1e-7 }
    private func tidy(_ rate: Double) -> Double { rate > tolerance ? rate : 0 }
}
