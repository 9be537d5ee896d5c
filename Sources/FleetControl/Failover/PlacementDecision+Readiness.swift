import FleetModel

extension PlacementDecision {
    /// Whether these replicas of a workload on a plane are all that is placed there, in each of its pools: those of one pool do
    /// not stand for those of another. However many are counted on, an endpoint plane opens one forwarder per workload.
    func isMet(_ workload: WorkloadName, on plane: WorkloadPlane, by replicas: [ReplicaReport]) -> Bool {
        let wanted = placements(of: workload, on: plane.name).filter { $0.count > 0 }
        guard plane.driver == .local else { return wanted.isEmpty || !replicas.isEmpty }
        return wanted.allSatisfy { placement in replicas.count { $0.pool == placement.pool } >= placement.count }
    }

    /// Whether a plane has ready what is placed there of a workload.
    func isReady(_ workload: WorkloadName, on plane: WorkloadPlane, _ observation: FleetObservation) -> Bool {
        let replicas = observation.report(of: plane.name)?.replicas ?? []
        return isMet(workload, on: plane, by: replicas.filter { $0.id.workload == workload && $0.state == .ready })
    }
}
