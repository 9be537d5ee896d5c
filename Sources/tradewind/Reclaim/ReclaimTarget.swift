import CommandLineInterface
import FleetDocuments
import FleetModel
import MetadataDoubles

/// Which node is reclaimed: `PLANE/POOL[/NODE]`.
struct ReclaimTarget: Equatable {
    let plane: PlaneName
    let pool: PoolName
    let index: Int

    /// Nil for anything else; the first node where none is named.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), ResourceNameRule.allows(parts[0]), ResourceNameRule.allows(parts[1]) else {
            return nil
        }
        if parts.count == 3 {
            guard parts[2].utf8.count <= 6, parts[2].utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(parts[2])
            else {
                return nil
            }
            index = number
        } else {
            index = 0
        }
        plane = PlaneName(parts[0])
        pool = PoolName(parts[1])
    }

    /// The node, judged by the plane's declaration: only spot nodes are taken back.
    func node(in plane: WorkloadPlane) throws(CommandFailure) -> DoubleNode {
        guard plane.driver == .local else {
            throw CommandFailure(.invalid, "plane \(plane.name) is somebody else's endpoint: it has no nodes")
        }
        guard let pool = plane.pools.first(where: { $0.name == pool }) else {
            let names = plane.pools.map(\.name.rawValue).joined(separator: ", ")
            throw CommandFailure(.notFound, "plane \(plane.name) has no pool \(self.pool); it has \(names)")
        }
        guard pool.tier == .spot else {
            throw CommandFailure(
                .invalid, "pool \(pool.name) of plane \(plane.name) is \(pool.tier.rawValue): only spot nodes are reclaimed")
        }
        guard index < pool.maxNodes else {
            throw CommandFailure(.notFound, "pool \(pool.name) of plane \(plane.name) has nodes 0 to \(pool.maxNodes - 1)")
        }
        return DoubleNode(
            service: DoubledServices.service(of: plane.provider), plane: plane.name.rawValue, pool: pool.name.rawValue,
            index: index)
    }
}
