/// A position in one of the arrays of a ``RoutingTable``.
///
/// Workload and plane positions are given once per name by a ``FleetView`` and hold for every later table of that view (a
/// name that left keeps its place as an empty entry), so a request may keep them over table changes. Route positions hold only
/// within one ``RoutingDirectory``.
package struct TableIndex<Entry>: Hashable, Sendable {
    package let value: Int

    package init(_ value: Int) { self.value = value }
}

package typealias WorkloadIndex = TableIndex<WorkloadEntry>
package typealias PlaneIndex = TableIndex<PlaneEntry>
package typealias RouteIndex = TableIndex<RouteEntry>

/// One replica incarnation, as small as two integers.
///
/// `slot` is a dense index (good for per-loop arrays, such as connection pools); slots of replicas that are gone are given
/// again. `birth` tells the holders of one slot apart: a handle of a former holder is stale and every event with it is ignored.
package struct ReplicaHandle: Hashable, Sendable {
    package let slot: Int32
    package let birth: UInt32

    package init(slot: Int32, birth: UInt32) { (self.slot, self.birth) = (slot, birth) }
}
