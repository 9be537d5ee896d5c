package import FleetModel

/// What every plane should run, and why.
package struct PlacementDecision: Equatable, Sendable, Codable {
    /// Replicas of one workload in one pool.
    package struct Choice: Equatable, Sendable, Codable {
        package var plane: PlaneName
        package var placement: PlaneAssignment.Placement
        /// Why here, in plain words.
        package var because: String

        package init(plane: PlaneName, placement: PlaneAssignment.Placement, because: String) {
            self.plane = plane
            self.placement = placement
            self.because = because
        }
    }

    /// A plane or pool that does not run the workload.
    package struct Rejection: Equatable, Sendable, Codable {
        package var plane: PlaneName
        /// Nil where the whole plane is out.
        package var pool: PoolName?
        package var because: String

        package init(plane: PlaneName, pool: PoolName?, because: String) {
            self.plane = plane
            self.pool = pool
            self.because = because
        }
    }

    /// How far the placement of a workload is the one a plan asked for.
    package struct PlanFidelity: Equatable, Sendable, Codable {
        /// Name of the plan.
        package var plan: String
        /// The block of the plan that holds now.
        package var block: String
        /// Replicas the plan wants.
        package var wanted: Int
        /// Replicas that are where the plan wants them.
        package var placed: Int
        /// What could not be done as planned, each with the reason. Empty where all was.
        package var deviations: [String]

        package init(plan: String, block: String, wanted: Int, placed: Int = 0, deviations: [String] = []) {
            self.plan = plan
            self.block = block
            self.wanted = wanted
            self.placed = placed
            self.deviations = deviations
        }
    }

    /// Who serves in active-passive mode, and what stands by for it beside the replicas that are placed.
    package struct Passive: Equatable, Sendable, Codable {
        /// The region (`provider/region`) or provider that serves.
        package var primary: String
        /// Its planes. Sorted.
        package var planes: [PlaneName]
        /// Room kept for replicas that start when the primary fails. Sorted by plane, then pool.
        package var reserved: [Choice]

        package init(primary: String, planes: [PlaneName], reserved: [Choice] = []) {
            (self.primary, self.planes, self.reserved) = (primary, planes, reserved)
        }
    }

    package struct WorkloadPlacement: Equatable, Sendable, Codable {
        package var workload: WorkloadName
        /// Sorted by plane, then pool.
        package var chosen: [Choice]
        /// Sorted by plane, then pool.
        package var rejected: [Rejection]
        /// What was wanted and could not be placed, each with what binds. Empty when all is placed.
        package var shortfalls: [String]
        /// Replicas that what is asked for lacks: load, those wanted, the minimum, and what a plan wants and nothing stands in for.
        package var unplaced: Double
        /// Replicas that are lacking to survive a loss, to stand by, or to stand in for spot.
        package var unprotected: Double
        /// Nil where no plan covers the workload.
        package var plan: PlanFidelity?
        /// Nil in active-active mode.
        package var passive: Passive?

        package init(
            workload: WorkloadName, chosen: [Choice], rejected: [Rejection], shortfalls: [String], unplaced: Double = 0,
            unprotected: Double = 0, plan: PlanFidelity? = nil, passive: Passive? = nil
        ) {
            (self.unplaced, self.unprotected) = (unplaced, unprotected)
            self.passive = passive
            self.workload = workload
            self.chosen = chosen
            self.rejected = rejected
            self.shortfalls = shortfalls
            self.plan = plan
        }

        package var replicas: Int { chosen.reduce(0) { $0 + $1.placement.count } }
        package var planes: [PlaneName] {
            chosen.map(\.plane).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        }
    }

    /// Sorted by workload.
    package var workloads: [WorkloadPlacement]

    package init(workloads: [WorkloadPlacement]) { self.workloads = workloads }

    package func placement(of workload: WorkloadName) -> WorkloadPlacement? { workloads.first { $0.workload == workload } }

    /// What one plane should run of one workload, sorted by pool.
    package func placements(of workload: WorkloadName, on plane: PlaneName) -> [PlaneAssignment.Placement] {
        placement(of: workload)?.chosen.filter { $0.plane == plane }.map(\.placement) ?? []
    }

    /// Replicas of a workload that a pool keeps room for while they are not started.
    func reserved(for workload: WorkloadName, in key: PoolKey) -> Int {
        (placement(of: workload)?.passive?.reserved ?? []).reduce(0) {
            $1.plane == key.plane && $1.placement.pool == key.pool ? $0 + $1.placement.count : $0
        }
    }
}
