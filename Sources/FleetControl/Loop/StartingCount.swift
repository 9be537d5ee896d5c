import FleetModel

/// How many replicas must have been wanted for those that run to be there.
///
/// What a loop that has just started finds running includes replicas that stand by for a loss. Taken for wanted, others would be
/// added for them, and others again for those at the next look. So the placement is asked backwards: the largest number wanted
/// that has no more running than there is.
///
/// Of spot and what stands in for it nothing is deduced: how much of it there is follows from losses that are forgotten, and a
/// number too small would take replicas away. An endpoint plane runs one forwarder, however many replicas are counted on there: as
/// many as the workload may have, until its load says less.
enum StartingCount {
    static func wanted(
        of workload: Workload, running: Int, in inputs: ControlInputs, failed: [PlaneName: String]
    ) -> Int {
        guard running > 0 else { return 0 }
        var steady = workload
        steady.purchase.spotPolicy = .roundRobinSpot
        steady.purchase.overProvision = .none
        let alone = Fleet(
            inputs.fleet.resources.compactMap { resource in
                guard case .workload(let other) = resource else { return resource }
                return other.name == workload.name ? .workload(steady) : nil
            })
        let forwarding = Set(alone.planes.filter { $0.driver != .local }.map(\.name))
        func run(_ wanted: Int) -> Int {
            let decision = Placement.decide(
                PlacementInputs(fleet: alone, drained: inputs.drained, failed: failed, wanted: [workload.name: wanted]))
            let placed = decision.placement(of: workload.name)
            let local = (placed?.chosen ?? []).filter { !forwarding.contains($0.plane) }
            return local.reduce(0) { $0 + $1.placement.count } + (placed?.planes ?? []).count { forwarding.contains($0) }
        }
        // The number that runs grows with the number wanted.
        var (least, most) = (1, forwarding.isEmpty ? running : max(running, workload.scaling.maxReplicas))
        while least < most {
            let middle = (least + most + 1) / 2
            if run(middle) <= running { least = middle } else { most = middle - 1 }
        }
        return least
    }
}
