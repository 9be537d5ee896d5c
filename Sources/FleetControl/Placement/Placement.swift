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
    /// As for a fleet of which nothing was observed yet.
    package static func decide(_ inputs: PlacementInputs) -> PlacementDecision {
        var purchaser = Purchaser()
        return decide(inputs, purchaser: &purchaser)
    }

    /// Nodes that their provider may take are left for others where no workload lacks more without them than with them.
    ///
    /// - Parameter purchaser: says from which pools to buy; learns what it could not have.
    static func decide(_ inputs: PlacementInputs, purchaser: inout Purchaser) -> PlacementDecision {
        guard !inputs.shortage.advised.isEmpty else { return place(inputs, &purchaser) }
        var careful = purchaser
        let without = place(inputs, &careful)
        var others = inputs
        others.shortage = inputs.shortage.withoutAdvice
        let with = place(others, &purchaser)
        let losesNothing = with.workloads.allSatisfy { kept in
            guard let left = without.placement(of: kept.workload) else { return false }
            return left.unplaced <= kept.unplaced + 1e-9 && left.unprotected <= kept.unprotected + 1e-9
        }
        guard losesNothing else { return with }
        purchaser = careful
        return without
    }

    private static func place(_ inputs: PlacementInputs, _ purchaser: inout Purchaser) -> PlacementDecision {
        let searches = inputs.fleet.workloads.map { CandidateSearch(workload: $0, inputs: inputs) }
        let order = searches.indices.sorted { left, right in
            rank(searches[left]) < rank(searches[right])
        }
        var placings = searches.map { WorkloadPlacing(search: $0) }
        var books = PlacementBooks(inputs)
        if let planned = inputs.planned {
            books = follow(planned, &placings, order: order, books: books)
        }
        for index in order {
            swap(&books, &placings[index].books)
            placings[index].placeRest(inputs, &purchaser)
            swap(&books, &placings[index].books)
            purchaser.note(budget: placings[index].budgetReached, of: placings[index].workload.name)
        }
        return PlacementDecision(workloads: placings.map(\.result))
    }

    /// Places what the plan wants, of all workloads before anything else, so that no replacement takes a planned place. Larger
    /// replicas come first, as planes pack them.
    private static func follow(
        _ planned: PlannedReplicas, _ placings: inout [WorkloadPlacing], order: [Int], books: PlacementBooks
    ) -> PlacementBooks {
        var books = books
        var steps: [(workload: Int, target: WorkloadPlacing.PlannedTarget)] = []
        for index in order {
            steps += placings[index].beginPlan(planned).map { (index, $0) }
        }
        let sorted = steps.enumerated().sorted { left, right in
            let (first, second) = (left.element.target, right.element.target)
            return (-first.accelerators, left.offset) < (-second.accelerators, right.offset)
        }
        for step in sorted.map(\.element) {
            swap(&books, &placings[step.workload].books)
            placings[step.workload].place(step.target)
            swap(&books, &placings[step.workload].books)
        }
        return books
    }

    private static func rank(_ search: CandidateSearch) -> (Int, Int, Double, WorkloadName) {
        (
            search.workload.workloadClass == .realtime ? 0 : 1, search.candidates.count, search.leastReplicas,
            search.workload.name
        )
    }
}
