/// A block of a plan as one workload sees it; blocks that do not differ are one, with their hours added.
struct ServiceBlock {
    /// The first of those that are alike.
    let block: Int
    var hours: Double
    /// Served demand, requests per second.
    let demand: Double
    /// Demand with what the plan leaves unmet.
    let asked: Double

    static func distinct(_ view: WorkloadView) -> [ServiceBlock] {
        var blocks: [ServiceBlock] = []
        for block in view.blocks where view.served[block] > 0 {
            let hours = view.tables.problem.blocks[block].hours
            let asked = view.served[block] + view.plan.unmet[view.index][block]
            let alike = blocks.firstIndex { other in
                other.asked == asked && view.servedByUsers[other.block] == view.servedByUsers[block]
                    && view.runs.allSatisfy { $0.counts[other.block] == $0.counts[block] }
                    && view.runs.allSatisfy { view.plan.nodes[$0.pool][other.block] == view.plan.nodes[$0.pool][block] }
            }
            if let alike {
                blocks[alike].hours += hours
            } else {
                blocks.append(
                    ServiceBlock(
                        block: block, hours: hours, demand: view.servedByUsers[block].reduce(0, +), asked: asked))
            }
        }
        return blocks
    }
}

/// What one workload's capacity can serve in one block after planes are lost.
struct ServiceState {
    private struct Part {
        let plane: Int
        let provider: String
        /// Requests per second that are there whenever the plane is.
        var fixed = 0.0
        var spot: [SpotCapacity.Nodes] = []
        var most: Double { spot.reduce(fixed) { $0 + Double($1.count) * $1.requestsPerSecond } }
    }

    private let network: ServiceNetwork
    private let parts: [Part]
    private let keptShare: Double
    private let together: Bool
    private let hasSpot: Bool
    /// By the planes that are left, in order.
    private var spotOf: [[Int]: SpotCapacity] = [:]

    init(view: WorkloadView, block: ServiceBlock, together: Bool) {
        var parts: [Part] = []
        for run in view.runs where run.counts[block.block] > 0 {
            guard let fit = view.fit(pool: run.pool) else { continue }
            let place = parts.firstIndex { $0.plane == fit.plane } ?? parts.count
            if place == parts.count {
                parts.append(Part(plane: fit.plane, provider: view.tables.problem.planes[fit.plane].provider))
            }
            let presence = view.tables.problem.pools[run.pool].presence
            let whole = Double(run.counts[block.block]) * fit.throughput / presence
            if fit.isSpot, presence < 1 {
                let nodes = max(1, view.plan.nodes[run.pool][block.block])
                let running = min(nodes, run.counts[block.block])
                parts[place].spot.append(
                    .init(
                        provider: parts[place].provider, count: running, presence: presence,
                        requestsPerSecond: whole / Double(running)))
            } else {
                parts[place].fixed += whole
            }
        }
        self.parts = parts
        network = ServiceNetwork(view: view, block: block.block, planes: parts.map(\.plane))
        keptShare = view.workload.keptShare
        self.together = together
        hasSpot = parts.contains { !$0.spot.isEmpty }
    }

    /// The most that can be served with every spot node there: of the kept share of each user's demand, and of all of it.
    func mostServable(losing lost: Set<Int>) -> (kept: Double, all: Double) {
        let capacity = { (plane: Int) in lost.contains(plane) ? 0 : parts.first { $0.plane == plane }?.most ?? 0 }
        return (network.servable(capacity: capacity, keeping: keptShare), network.servable(capacity: capacity))
    }

    /// Probability that the kept share is served, and expected requests per second served.
    mutating func after(losing lost: Set<Int>) -> (kept: Double, served: Double) {
        let most = mostServable(losing: lost)
        let wanted = keptShare * network.demand
        let isReachable = most.kept >= wanted * (1 - 1e-9)
        guard hasSpot else { return (isReachable ? 1 : 0, most.all) }
        let left = parts.filter { !lost.contains($0.plane) }
        let fixed = left.reduce(0) { $0 + $1.fixed }
        let spot = capacity(of: left)
        return (isReachable ? spot.probability(atLeast: wanted - fixed) : 0, spot.expected(with: fixed, upTo: most.all))
    }

    private mutating func capacity(of left: [Part]) -> SpotCapacity {
        let key = left.filter { !$0.spot.isEmpty }.map(\.plane)
        if let known = spotOf[key] { return known }
        let made = SpotCapacity(left.flatMap(\.spot), together: together)
        spotOf[key] = made
        return made
    }
}
