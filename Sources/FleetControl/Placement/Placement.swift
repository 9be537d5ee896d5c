import FleetModel

/// Decides what every plane should run: requirements matched to pools, the fence, owned capacity first.
///
/// A greedy, deterministic step for one machine's decision speed, not an optimiser: each origin's load goes to the best pool
/// that may serve it, then minimum replicas, then what must survive the loss of a region or provider. Real-time workloads choose
/// before batch, those with the fewest eligible pools first, then the smallest: a large one loses least by bursting. What cannot
/// be placed is said, never dropped.
///
/// Where a plan says what should run now, that comes before all of it, as far as the fence, hardware, room, drains and limits of
/// the fleet as it is allow; what they do not allow is placed by the steps above, and said.
package enum Placement {
    /// Nodes that their provider may take are left for others where everything that has a place with them has one without.
    package static func decide(_ inputs: PlacementInputs) -> PlacementDecision {
        let careful = place(inputs)
        guard !inputs.shortage.advised.isEmpty else { return careful }
        var others = inputs
        others.shortage = inputs.shortage.withoutAdvice
        let full = place(others)
        func unplaced(_ decision: PlacementDecision) -> Int { decision.workloads.reduce(0) { $0 + $1.shortfalls.count } }
        return unplaced(careful) <= unplaced(full) ? careful : full
    }

    private static func place(_ inputs: PlacementInputs) -> PlacementDecision {
        let searches = inputs.fleet.workloads.map { CandidateSearch(workload: $0, inputs: inputs) }
        let order = searches.indices.sorted { left, right in
            rank(searches[left]) < rank(searches[right])
        }
        var placings = searches.map { WorkloadPlacing(search: $0) }
        var ledger = PoolLedger(planes: inputs.fleet.planes, shortage: inputs.shortage)
        if let planned = inputs.planned {
            ledger = follow(planned, &placings, order: order, ledger: ledger)
        }
        for index in order {
            swap(&ledger, &placings[index].ledger)
            placings[index].placeRest(inputs)
            swap(&ledger, &placings[index].ledger)
        }
        return PlacementDecision(workloads: placings.map(\.result))
    }

    /// Places what the plan wants, of all workloads before anything else, so that no replacement takes a planned place. Larger
    /// replicas come first, as planes pack them.
    private static func follow(
        _ planned: PlannedReplicas, _ placings: inout [WorkloadPlacing], order: [Int], ledger: PoolLedger
    ) -> PoolLedger {
        var ledger = ledger
        var steps: [(workload: Int, target: WorkloadPlacing.PlannedTarget)] = []
        for index in order {
            steps += placings[index].beginPlan(planned).map { (index, $0) }
        }
        let sorted = steps.enumerated().sorted { left, right in
            let (first, second) = (left.element.target, right.element.target)
            return (-first.accelerators, left.offset) < (-second.accelerators, right.offset)
        }
        for step in sorted.map(\.element) {
            swap(&ledger, &placings[step.workload].ledger)
            placings[step.workload].place(step.target)
            swap(&ledger, &placings[step.workload].ledger)
        }
        return ledger
    }

    private static func rank(_ search: CandidateSearch) -> (Int, Int, Double, WorkloadName) {
        (
            search.workload.workloadClass == .realtime ? 0 : 1, search.candidates.count, search.leastReplicas,
            search.workload.name
        )
    }
}
