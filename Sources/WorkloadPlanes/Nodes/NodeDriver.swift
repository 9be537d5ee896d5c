package import FleetControl
package import FleetModel

/// Brings the nodes of a plane's pools up and lets them go: by timers on one machine today, by a cloud's API later.
///
/// No call blocks; what happens is told through the events the driver was made with. A launch is answered by exactly one
/// `nodeLaunched` or `nodeRefused`, unless the node is released before: then by `nodeReleased` alone. A stop is answered by
/// `nodeStopped`, a release always by `nodeReleased`, also of a node the driver does not know. A driver whose machines outlive
/// the plane's process tells of those it finds at its start by `nodeLaunched` and `nodeStopped`.
package protocol NodeDriver: Sendable {
    func launch(_ order: NodeOrder)
    /// Shuts the node down and keeps it.
    func stop(pool: PoolName, node: Int)
    /// Gives the node back.
    func release(pool: PoolName, node: Int)
}
