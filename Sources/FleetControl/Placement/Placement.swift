import FleetModel

/// Decides what every plane should run: requirements matched to pools, the fence, owned capacity first.
///
/// A greedy, deterministic step for one machine's decision speed, not an optimiser: each origin's load goes to the best pool
/// that may serve it, then minimum replicas, then what must survive the loss of a region or provider. Real-time workloads choose
/// before batch, those with the fewest eligible pools first, then the smallest: a large one loses least by bursting. What cannot be placed is said, never dropped.
package enum Placement {
    /// Share of a replica's measured throughput that planned load may use; the rest absorbs bursts and queueing.
    package static let targetUtilization = 0.8

    package static func decide(_ inputs: PlacementInputs) -> PlacementDecision {
        var ledger = PoolLedger(planes: inputs.fleet.planes)
        let searches = inputs.fleet.workloads.map { CandidateSearch(workload: $0, inputs: inputs) }
        let order = searches.indices.sorted { left, right in
            rank(searches[left]) < rank(searches[right])
        }
        var placed: [WorkloadName: PlacementDecision.WorkloadPlacement] = [:]
        for index in order {
            var placing = WorkloadPlacing(search: searches[index], ledger: ledger)
            placing.placeLoads()
            placing.placeMinimum()
            placing.placeSurvival()
            ledger = placing.ledger
            placed[searches[index].workload.name] = placing.result
        }
        return PlacementDecision(workloads: inputs.fleet.workloads.compactMap { placed[$0.name] })
    }

    private static func rank(_ search: CandidateSearch) -> (Int, Int, Double, WorkloadName) {
        (
            search.workload.workloadClass == .realtime ? 0 : 1, search.candidates.count, search.leastReplicas,
            search.workload.name
        )
    }
}
