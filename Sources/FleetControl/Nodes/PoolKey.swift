package import FleetModel

/// One pool of one plane.
package struct PoolKey: Hashable, Sendable, Comparable {
    package var plane: PlaneName
    package var pool: PoolName

    package init(plane: PlaneName, pool: PoolName) { (self.plane, self.pool) = (plane, pool) }

    package static func < (left: Self, right: Self) -> Bool { (left.plane, left.pool) < (right.plane, right.pool) }
}
