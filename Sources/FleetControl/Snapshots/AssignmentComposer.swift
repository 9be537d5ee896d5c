package import FleetModel

/// Composes what each plane should run from the declared fleet and its placement.
///
/// Sorted throughout and without a number (``SnapshotVersion/zero``), as ``SnapshotComposer``'s documents are.
package struct AssignmentComposer: Sendable {
    private let fleet: Fleet
    private let decision: PlacementDecision
    private let drained: Set<PlaneName>
    private let feedPeers: [PlaneName: [PlaneAssignment.FeedPeer]]

    /// - Parameter feedPeers: the gateways that may read each plane's feed, with the key of each pair.
    package init(
        fleet: Fleet, decision: PlacementDecision, drained: Set<PlaneName> = [],
        feedPeers: [PlaneName: [PlaneAssignment.FeedPeer]] = [:]
    ) {
        self.fleet = fleet
        self.decision = decision
        self.drained = drained
        self.feedPeers = feedPeers
    }

    /// One assignment per declared plane, sorted by plane.
    package var assignments: [PlaneAssignment] { fleet.planes.map(assignment) }

    package func assignment(for plane: WorkloadPlane) -> PlaneAssignment {
        PlaneAssignment(
            version: .zero, plane: plane.name, driver: plane.driver, pools: plane.pools, isDrained: drained.contains(plane.name),
            workloads: fleet.workloads.compactMap { workload($0, on: plane.name) },
            feedPeers: (feedPeers[plane.name] ?? []).sorted { $0.gateway < $1.gateway })
    }

    private func workload(_ workload: Workload, on plane: PlaneName) -> PlaneAssignment.Workload? {
        let placements = decision.placements(of: workload.name, on: plane)
        guard !placements.isEmpty else { return nil }
        return PlaneAssignment.Workload(
            name: workload.name, generation: workload.metadata.generation ?? 0, models: workload.models,
            placements: placements.sorted { $0.pool < $1.pool }, engine: workload.replica.engine,
            drainMilliseconds: Int(workload.replica.drainTimeout.milliseconds.rounded(.up)),
            workloadClass: workload.workloadClass, checkpoint: workload.replica.checkpoint)
    }
}
