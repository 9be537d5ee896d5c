package import FleetModel

/// Nodes that placement should not count on now, by what planes said last: nothing has to be remembered for it, and a control
/// plane that starts anew knows it as soon as planes report.
package struct NodeShortage: Equatable, Sendable {
    package static let none = NodeShortage(unavailable: [:], advised: [:])

    /// Nodes that cannot be had: their provider takes them, took them a short time ago, or refused them.
    package var unavailable: [PoolKey: Int]
    /// Nodes their provider may take: left for others where everything still has its place.
    package var advised: [PoolKey: Int]

    package init(unavailable: [PoolKey: Int], advised: [PoolKey: Int]) {
        (self.unavailable, self.advised) = (unavailable, advised)
    }

    package init(_ fleet: Fleet, _ observation: FleetObservation) {
        self = .none
        for plane in fleet.planes {
            guard let report = observation.report(of: plane.name) else { continue }
            for pool in report.history ?? [] where (pool.unavailable ?? 0) > 0 {
                unavailable[PoolKey(plane: plane.name, pool: pool.pool)] = pool.unavailable
            }
            for node in report.nodes ?? [] where node.state == .reclaiming && node.reclaimInMilliseconds == nil {
                advised[PoolKey(plane: plane.name, pool: node.pool), default: 0] += 1
            }
        }
    }

    /// Nodes of a pool that may be counted on.
    func usable(_ pool: CapacityPool, of plane: PlaneName) -> Int {
        let key = PoolKey(plane: plane, pool: pool.name)
        let gone = min(max(0, unavailable[key] ?? 0), pool.maxNodes)
        return max(0, pool.maxNodes - gone - (advised[key] ?? 0))
    }

    /// What cannot be had, whatever is advised.
    var withoutAdvice: NodeShortage { NodeShortage(unavailable: unavailable, advised: [:]) }
}
