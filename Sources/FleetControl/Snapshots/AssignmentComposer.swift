package import FleetModel

/// Composes what each plane should run from the declared fleet and its placement.
///
/// Sorted throughout and without a number (``SnapshotVersion/zero``), as ``SnapshotComposer``'s documents are.
package struct AssignmentComposer: Sendable {
    private let fleet: Fleet
    private let decision: PlacementDecision
    private let drained: Set<PlaneName>
    private let feedPeers: [PlaneName: [PlaneAssignment.FeedPeer]]
    private let rollouts: [WorkloadName: RolloutDecision]
    private let drainedReplicas: Set<ReplicaID>

    /// - Parameters:
    ///   - rollouts: workloads of which two versions serve, with the replicas of each.
    ///   - drainedReplicas: replicas that are to be replaced.
    ///   - feedPeers: the gateways that may read each plane's feed, with the key of each pair.
    package init(
        fleet: Fleet, decision: PlacementDecision, drained: Set<PlaneName> = [],
        rollouts: [WorkloadName: RolloutDecision] = [:], drainedReplicas: Set<ReplicaID> = [],
        feedPeers: [PlaneName: [PlaneAssignment.FeedPeer]] = [:]
    ) {
        self.rollouts = rollouts
        self.drainedReplicas = drainedReplicas
        self.fleet = fleet
        self.decision = decision
        self.drained = drained
        self.feedPeers = feedPeers
    }

    /// One assignment per declared plane, sorted by plane.
    package var assignments: [PlaneAssignment] { fleet.planes.map(assignment) }

    package func assignment(for plane: WorkloadPlane) -> PlaneAssignment {
        let leaving = drainedReplicas.filter { $0.plane == plane.name }.map(\.incarnation).sorted()
        return PlaneAssignment(
            version: .zero, plane: plane.name, driver: plane.driver, pools: plane.pools, isDrained: drained.contains(plane.name),
            workloads: fleet.workloads.flatMap { workloads($0, on: plane.name) },
            feedPeers: (feedPeers[plane.name] ?? []).sorted { $0.gateway < $1.gateway },
            drainedReplicas: leaving.isEmpty ? nil : leaving)
    }

    private func workloads(_ workload: Workload, on plane: PlaneName) -> [PlaneAssignment.Workload] {
        guard let versions = rollouts[workload.name]?.versions else {
            let placements = decision.placements(of: workload.name, on: plane)
            return placements.isEmpty ? [] : [entry(workload, placements)]
        }
        return [
            entry(versions.stable, versions.placements(of: .stable, on: plane)),
            entry(versions.target, versions.placements(of: .target, on: plane)),
        ]
        .filter { !$0.placements.isEmpty }.sorted { $0.generation < $1.generation }
    }

    private func entry(_ workload: Workload, _ placements: [PlaneAssignment.Placement]) -> PlaneAssignment.Workload {
        PlaneAssignment.Workload(
            name: workload.name, generation: workload.metadata.generation ?? 0, models: workload.models,
            placements: placements.sorted { $0.pool < $1.pool }, engine: workload.replica.engine,
            drainMilliseconds: Int(workload.replica.drainTimeout.milliseconds.rounded(.up)),
            workloadClass: workload.workloadClass, checkpoint: workload.replica.checkpoint)
    }
}
