/// One node of a pool as its plane sees it.
package struct NodeReport: Equatable, Sendable, Codable {
    package enum State: String, CaseIterable, Sendable, Codable {
        /// Asked for, or woken from a warm pool; runs nothing yet.
        case launching
        /// Runs replicas, or could.
        case ready
        /// Its provider said that it will take it: nothing new is started there, what runs there drains.
        case reclaiming
        /// Kept in a warm pool, stopped: it starts sooner than a new one and costs little.
        case stopped
        /// Kept in a warm pool, running and empty: ready at once.
        case idle
    }

    package var pool: PoolName
    /// Position in the pool, from 0 to its `maxNodes` - 1.
    package var index: Int
    package var state: State
    package var stateAgeMilliseconds: Double
    /// Until its provider takes it; nil where nobody announced that: a `reclaiming` node without it is at risk, by its
    /// provider's advice.
    package var reclaimInMilliseconds: Double?

    package init(
        pool: PoolName, index: Int, state: State, stateAgeMilliseconds: Double = 0, reclaimInMilliseconds: Double? = nil
    ) {
        self.pool = pool
        self.index = index
        self.state = state
        self.stateAgeMilliseconds = stateAgeMilliseconds
        self.reclaimInMilliseconds = reclaimInMilliseconds
    }
}

/// What became of the nodes a plane asked for in one pool, since the plane's start.
package struct PoolHistory: Equatable, Sendable, Codable {
    package var pool: PoolName
    package var launched: UInt64
    /// Asked for and not given.
    package var refused: UInt64
    /// Taken back by the provider.
    package var reclaimed: UInt64
    /// Given back because nothing ran there.
    package var released: UInt64?
    /// Of the pool's `maxNodes`, how many cannot be had now: being taken, taken a short time ago, or refused a short time ago.
    package var unavailable: Int?
    /// Why nodes were refused last, while that is so recent that none is asked for.
    package var refusal: String?

    package init(
        pool: PoolName, launched: UInt64 = 0, refused: UInt64 = 0, reclaimed: UInt64 = 0, released: UInt64? = nil,
        unavailable: Int? = nil, refusal: String? = nil
    ) {
        self.pool = pool
        self.launched = launched
        self.refused = refused
        self.reclaimed = reclaimed
        self.released = released
        self.unavailable = unavailable
        self.refusal = refusal
    }
}
