package import FleetModel

/// How long nodes were in which state, for what they cost: warm ones too, which serve nobody.
package struct NodeHours: Equatable, Sendable {
    package struct Use: Equatable, Sendable {
        package var state: NodeReport.State
        package var hours: Double
    }

    private var hours: [PoolKey: [NodeReport.State: Double]] = [:]

    package init() {}

    /// Counts the nodes of a plane for a time in which they stayed as they are.
    package mutating func add(_ nodes: [NodeReport], of plane: PlaneName, for duration: Duration) {
        for node in nodes {
            hours[PoolKey(plane: plane, pool: node.pool), default: [:]][node.state, default: 0] += duration.seconds / 3_600
        }
    }

    /// Node-hours in one pool, in the order of the states.
    package func uses(of pool: PoolKey) -> [Use] {
        NodeReport.State.allCases.compactMap { state in
            hours[pool]?[state].map { Use(state: state, hours: $0) }
        }
    }

    /// Node-hours by state times the price in that state; nil where a price that is needed is not known.
    package func usd(of plane: PlaneName, _ pool: CapacityPool) -> Double? {
        var sum = 0.0
        for use in uses(of: PoolKey(plane: plane, pool: pool.name)) {
            guard let price = pool.usdPerHour(of: use.state) else { return nil }
            sum += use.hours * price
        }
        return sum
    }
}
