import FleetModel

/// How long before a forecast time replicas must be asked for: as declared, or longer where nodes have to come first.
///
/// A node comes by its pool's launch or resume time unless one is idle; then the model is loaded, which takes what its engine
/// tells, else the declared lead: at least what a replica takes to start.
enum LaunchLead {
    /// - Parameter placement: what was decided last: its pools are those more is bought from; nil takes every pool that fits.
    static func lead(
        of workload: Workload, declared: Duration, fleet: Fleet, placement: PlacementDecision?, observation: FleetObservation
    ) -> Duration {
        let chosen = placement?.placement(of: workload.name)?.chosen ?? []
        let used = Set(chosen.map { PoolKey(plane: $0.plane, pool: $0.placement.pool) })
        var longest = Duration.zero
        for plane in fleet.planes {
            let nodes = observation.report(of: plane.name)?.nodes ?? []
            for pool in plane.pools where used.isEmpty || used.contains(PoolKey(plane: plane.name, pool: pool.name)) {
                guard case .runs = workload.replica.match(pool) else { continue }
                longest = max(longest, time(until: pool, nodes.filter { $0.pool == pool.name }))
            }
        }
        guard longest > .zero else { return declared }
        return max(declared, longest + (workload.replica.knownColdStart ?? declared))
    }

    /// Until one more node is there.
    private static func time(until pool: CapacityPool, _ nodes: [NodeReport]) -> Duration {
        if pool.isStanding || nodes.contains(where: { $0.state == .idle }) { return .zero }
        return nodes.contains { $0.state == .stopped } ? pool.resumeTime : pool.launchTime
    }
}
