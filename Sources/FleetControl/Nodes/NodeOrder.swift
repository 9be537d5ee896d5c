package import FleetModel

/// What a node driver is told to bring up.
package struct NodeOrder: Equatable, Sendable {
    /// What the node is made of, how it is bought, and how long it may take.
    package var pool: CapacityPool
    /// Its position in the pool, from 0.
    package var index: Int
    /// True where a node that was kept stopped is started again.
    package var isResume: Bool

    package init(pool: CapacityPool, index: Int, isResume: Bool) {
        self.pool = pool
        self.index = index
        self.isResume = isResume
    }

    /// How long it is expected to take, as the pool declares it.
    package var expectedTime: Duration { isResume ? pool.resumeTime : pool.launchTime }
}
