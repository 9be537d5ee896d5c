import FleetModel

/// How many replicas must have been wanted for those that run to be there.
///
/// What a loop that has just started finds running includes replicas that stand by for a loss, or as a hedge. Taken for wanted,
/// others would be added for them, and others again for those at the next look. So the placement is asked backwards: the largest
/// number wanted that places no more than what is there.
enum StartingCount {
    static func wanted(
        of workload: Workload, running: Int, in inputs: ControlInputs, failed: [PlaneName: String]
    ) -> Int {
        guard running > 1 else { return running }
        let alone = Fleet(
            inputs.fleet.resources.filter { resource in
                if case .workload(let other) = resource { other.name == workload.name } else { true }
            })
        func placed(_ wanted: Int) -> Int {
            let decision = Placement.decide(
                PlacementInputs(fleet: alone, drained: inputs.drained, failed: failed, wanted: [workload.name: wanted]))
            return decision.placement(of: workload.name)?.replicas ?? 0
        }
        // The number placed grows with the number wanted.
        var (least, most) = (1, running)
        while least < most {
            let middle = (least + most + 1) / 2
            if placed(middle) <= running { least = middle } else { most = middle - 1 }
        }
        return least
    }
}
