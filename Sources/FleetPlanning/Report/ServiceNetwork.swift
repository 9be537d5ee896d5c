/// The users of one workload in one block and the planes they may reach after a loss. Users whom the same planes may serve are one:
/// that keeps the network small.
struct ServiceNetwork {
    let planes: [Int]
    /// Served demand of all users together, requests per second.
    let demand: Double
    private let rates: [Double]
    private let arcs: [TransportFlow.Arc?]
    private let isUniform: Bool

    init(view: WorkloadView, block: Int, planes: [Int]) {
        self.planes = planes
        var places: [[Bool]: Int] = [:]
        var groups: [(reach: [Bool], rate: Double)] = []
        for place in view.users.indices where view.servedByUsers[block][place] > 0 {
            let reach = planes.map { view.access[place][$0].isReachable }
            if let known = places[reach] {
                groups[known].rate += view.servedByUsers[block][place]
            } else {
                places[reach] = groups.count
                groups.append((reach, view.servedByUsers[block][place]))
            }
        }
        rates = groups.map(\.rate)
        demand = groups.reduce(0) { $0 + $1.rate }
        arcs = groups.flatMap { group in group.reach.map { $0 ? TransportFlow.Arc() : nil } }
        isUniform = groups.allSatisfy { $0.reach.allSatisfy { $0 } }
    }

    /// The most requests per second that can be served of so much of each user's demand.
    ///
    /// - Parameter capacity: requests per second of a plane of the problem.
    func servable(capacity: (Int) -> Double, keeping share: Double = 1) -> Double {
        let room = planes.map(capacity)
        if isUniform { return min(demand * share, room.reduce(0, +)) }
        var network = TransportFlow(supply: rates.map { $0 * share }, capacity: room, arcs: arcs)
        network.fill()
        return network.total
    }
}
