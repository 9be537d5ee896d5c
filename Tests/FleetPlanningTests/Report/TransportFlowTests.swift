import FleetPlanning
import SeededCases
import Testing

@Suite("Users to planes: the transport network")
struct TransportFlowTests {
    @Test("takes the detour that serves everybody")
    func detour() {
        // The first user may go to both, the second only to the first plane: greed would strand the second.
        var network = TransportFlow(
            supply: [5, 5], capacity: [5, 5],
            arcs: [.init(below: 1, above: 1), .init(below: 9, above: 9), .init(below: 1, above: 1), nil])
        network.fill()
        #expect(network.total == 10)
        #expect(network.flow == [0, 5, 5, 0])
    }

    @Test("what already flows somewhere stays while it may")
    func staying() {
        // 3 of 5 stay at the farther plane for nothing; the other 2 take the nearer one.
        var network = TransportFlow(
            supply: [5], capacity: [10, 10],
            arcs: [.init(below: 1_000_010, above: 1_000_010), .init(threshold: 3, below: 90, above: 1_000_090)])
        network.fill()
        #expect(network.flow == [2, 3])
    }

    @Test("serves as much and as cheaply as trying every whole-numbered way does", arguments: 0..<60)
    func exhaustive(seed: Int) {
        var draw = SeededGenerator(seed: UInt64(seed))
        let sources = 1 + draw.below(3)
        let sinks = 1 + draw.below(3)
        let supply = (0..<sources).map { _ in draw.below(4) }
        let capacity = (0..<sinks).map { _ in draw.below(4) }
        let costs = (0..<sources * sinks).map { _ in draw.below(4) == 0 ? nil : draw.below(20) }
        var network = TransportFlow(
            supply: supply.map(Double.init), capacity: capacity.map(Double.init),
            arcs: costs.map { $0.map { TransportFlow.Arc(below: Double($0), above: Double($0)) } })
        network.fill()
        let cost = zip(network.flow, costs).reduce(0) { $0 + $1.0 * Double($1.1 ?? 0) }
        let best = exhaust(supply, capacity, costs, arc: 0)
        #expect(network.total == Double(best.served), "seed \(seed)")
        #expect(abs(cost - Double(best.cost)) < 1e-9, "seed \(seed)")
    }

    /// The most units and then the least cost, by trying every amount on every arc.
    private func exhaust(_ supply: [Int], _ capacity: [Int], _ costs: [Int?], arc: Int) -> (served: Int, cost: Int) {
        guard arc < costs.count else { return (0, 0) }
        let (source, sink) = (arc / capacity.count, arc % capacity.count)
        var best = exhaust(supply, capacity, costs, arc: arc + 1)
        guard let cost = costs[arc] else { return best }
        for amount in 0..<min(supply[source], capacity[sink]) {
            var (lessSupply, lessCapacity) = (supply, capacity)
            lessSupply[source] -= amount + 1
            lessCapacity[sink] -= amount + 1
            let rest = exhaust(lessSupply, lessCapacity, costs, arc: arc + 1)
            let found = (served: rest.served + amount + 1, cost: rest.cost + (amount + 1) * cost)
            if found.served > best.served || found.served == best.served && found.cost < best.cost { best = found }
        }
        return best
    }
}
