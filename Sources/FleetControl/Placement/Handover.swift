package import FleetModel

/// Keeps replicas that a placement no longer wants serving until those it wants instead serve: a drain, its undo, or a changed
/// rule moves a workload without a moment in which nobody answers for it.
///
/// What is kept follows from what planes report, so nothing has to be remembered across a restart but how long it took. No replica is
/// ever started by it, and only room that the placement itself leaves free is used. The fence is never stretched: what no gateway may send
/// to a plane is not kept there.
package struct Handover: Equatable, Sendable {
    /// Replicas of one workload that a plane keeps beyond its placement.
    package struct Kept: Equatable, Sendable {
        package var plane: PlaneName
        package var workload: WorkloadName
        package var placement: PlaneAssignment.Placement

        package init(plane: PlaneName, workload: WorkloadName, placement: PlaneAssignment.Placement) {
            (self.plane, self.workload, self.placement) = (plane, workload, placement)
        }
    }

    /// Longest time a workload is kept where it is no longer wanted: a large model takes minutes to load elsewhere, and a place
    /// that never gets ready must not hold up a drain for good.
    package static let patience = Duration.seconds(600)
    /// A replica serves this long before others leave on its account: gateways check it twice before they trust it.
    package static let settling = Duration.seconds(3)

    private struct Place: Hashable {
        var plane: PlaneName
        var workload: WorkloadName
    }

    /// When each began to be kept; it stays until the plane has none of it any more, so that patience ends once.
    private var begun: [Place: Moment] = [:]
    /// Sorted by workload, plane and pool.
    package private(set) var kept: [Kept] = []

    package init() {}

    /// True while something waits for its successor: ``update(_:_:_:now:)`` is due again within a second or so.
    package var isUnderWay: Bool { !kept.isEmpty }

    /// Decides what is kept, from the newest placement and what planes said last.
    ///
    /// - Parameters:
    ///   - resting: workloads that are to have no replica: nothing takes over, so nothing is waited for.
    ///   - rollouts: replicas beyond the placement that a rollout has a pool run are its own to end.
    package mutating func update(
        _ fleet: Fleet, _ decision: PlacementDecision, _ observation: FleetObservation, resting: Set<WorkloadName> = [],
        rollouts: Rollouts = Rollouts(), now: Moment
    ) {
        var ledger: PoolLedger?
        var begun: [Place: Moment] = [:]
        var kept: [Kept] = []
        for workload in fleet.workloads where !resting.contains(workload.name) {
            let surplus = Self.surplus(of: workload, fleet, decision, observation, rollouts, &ledger)
            guard !surplus.isEmpty, !Self.isRealised(workload.name, fleet, decision, observation, now: now) else { continue }
            for entry in surplus {
                let place = Place(plane: entry.plane, workload: entry.workload)
                let since = self.begun[place] ?? now
                begun[place] = since
                if now.since(since) < Self.patience { kept.append(entry) }
            }
        }
        self.begun = begun
        self.kept = kept
    }

    /// A placement with what is kept beside it: what planes are told.
    package func extend(_ decision: PlacementDecision) -> PlacementDecision {
        guard isUnderWay else { return decision }
        var extended = decision
        for entry in kept {
            guard let workload = extended.workloads.firstIndex(where: { $0.workload == entry.workload }) else { continue }
            let same = extended.workloads[workload].chosen.firstIndex {
                $0.plane == entry.plane && $0.placement.pool == entry.placement.pool
            }
            if let same {
                extended.workloads[workload].chosen[same].placement.count += entry.placement.count
            } else {
                extended.workloads[workload].chosen.append(
                    PlacementDecision.Choice(
                        plane: entry.plane, placement: entry.placement, because: "serves until it is ready elsewhere"))
            }
        }
        for index in extended.workloads.indices {
            extended.workloads[index].chosen.sort { ($0.plane, $0.placement.pool) < ($1.plane, $1.placement.pool) }
        }
        return extended
    }

    // MARK: What serves

    /// Serving replicas beyond the placement, as far as the pools have room beside it.
    private static func surplus(
        of workload: Workload, _ fleet: Fleet, _ decision: PlacementDecision, _ observation: FleetObservation,
        _ rollouts: Rollouts, _ ledger: inout PoolLedger?
    ) -> [Kept] {
        var surplus: [Kept] = []
        for plane in fleet.planes {
            guard let replicas = observation.report(of: plane.name)?.replicas else { continue }
            let wanted = decision.placements(of: workload.name, on: plane.name)
            for pool in plane.pools {
                let key = PoolKey(plane: plane.name, pool: pool.name)
                let serving = replicas.indices.count {
                    (replicas[$0].state == .ready || replicas[$0].state == .unready) && replicas[$0].pool == pool.name
                        && replicas[$0].id.workload == workload.name
                }
                let count =
                    serving - (wanted.first { $0.pool == pool.name }?.count ?? 0) - rollouts.surge(workload.name, in: key)
                let profile = workload.replica.profile.first { $0.accelerator == pool.accelerator }
                guard count > 0, let profile, isReachable(plane, workload, fleet) else { continue }
                var free = ledger ?? PoolLedger(fleet, holding: decision)
                // The room that is kept for its own standby is there for it.
                var fitting = min(count, decision.reserved(for: workload.name, in: key))
                while fitting < count, free.take(profile.accelerators, for: workload.workloadClass, from: key) { fitting += 1 }
                ledger = free
                guard fitting > 0 else { continue }
                surplus.append(
                    Kept(
                        plane: plane.name, workload: workload.name,
                        placement: PlaneAssignment.Placement(
                            pool: pool.name, accelerator: pool.accelerator, acceleratorsPerReplica: profile.accelerators,
                            count: fitting)))
            }
        }
        return surplus.sorted { ($0.plane, $0.placement.pool) < ($1.plane, $1.placement.pool) }
    }

    /// True where the fence lets some gateway send there.
    private static func isReachable(_ plane: WorkloadPlane, _ workload: Workload, _ fleet: Fleet) -> Bool {
        let fence = fleet.fence
        func isInside(_ users: [Jurisdiction]?) -> Bool {
            fence.verdict(workload: workload, plane: plane, userJurisdictions: users).isInside
        }
        if fleet.gateways.contains(where: { isInside($0.location.jurisdictions) }) { return true }
        // A gateway that finds out where its clients are sends there for whom it may.
        return fleet.gateways.contains { $0.clientPlace?.findsCountries == true }
            && fence.placeGroups(of: workload.data.classification).contains { isInside($0.jurisdictions) }
    }

    /// True once every replica the placement wants serves, and has for a while. A workload that is placed nowhere never is.
    private static func isRealised(
        _ workload: WorkloadName, _ fleet: Fleet, _ decision: PlacementDecision, _ observation: FleetObservation, now: Moment
    ) -> Bool {
        guard let placement = decision.placement(of: workload), !placement.chosen.isEmpty else { return false }
        let reports = observation.reports(now: now)
        return fleet.planes.filter { placement.planes.contains($0.name) }.allSatisfy { plane in
            guard observation.connection(of: plane.name, now: now) == .connected,
                let (report, age) = reports.first(where: { $0.report.plane == plane.name })
            else { return false }
            let settled = report.replicas.filter {
                $0.id.workload == workload && $0.state == .ready
                    && $0.stateAgeMilliseconds + age.milliseconds >= settling.milliseconds
            }
            return decision.isMet(workload, on: plane, by: settled)
        }
    }
}
