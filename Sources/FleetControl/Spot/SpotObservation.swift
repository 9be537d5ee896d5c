package import FleetModel

/// All a spot policy sees: its own nodes, and what became of what it asked for. Nothing else of any pool.
package struct SpotObservation: Equatable, Sendable {
    /// Nodes of one pool, or the on-demand ones.
    package struct Nodes: Equatable, Sendable {
        package var ready: Int
        /// When those were granted that are not ready yet, oldest first.
        package var starting: [Moment]

        package init(ready: Int = 0, starting: [Moment] = []) {
            self.ready = ready
            self.starting = starting
        }

        package var held: Int { ready + starting.count }
    }

    package struct Pool: Equatable, Sendable {
        package var nodes: Nodes
        /// Nodes taken away since the last observation.
        package var reclaimed: Int
        /// Of those asked for after the last observation, the ones that were not granted.
        package var refused: Int
        /// Nodes asked for before that were neither granted nor refused yet. None where answers come at once.
        package var asked: Int

        package init(nodes: Nodes = Nodes(), reclaimed: Int = 0, refused: Int = 0, asked: Int = 0) {
            self.nodes = nodes
            self.reclaimed = reclaimed
            self.refused = refused
            self.asked = asked
        }
    }

    package var now: Moment
    /// By index of the market's pools.
    package var pools: [Pool]
    package var onDemand: Nodes

    package init(now: Moment, pools: [Pool], onDemand: Nodes = Nodes()) {
        self.now = now
        self.pools = pools
        self.onDemand = onDemand
    }

    package var readySpot: Int { pools.reduce(0) { $0 + $1.nodes.ready } }
    package var askedSpot: Int { pools.reduce(0) { $0 + $1.asked } }
    package var heldSpot: Int { pools.reduce(0) { $0 + $1.nodes.held } }
}
