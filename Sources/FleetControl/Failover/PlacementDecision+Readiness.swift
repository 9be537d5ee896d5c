import FleetModel

extension PlacementDecision {
    /// Whether a plane has ready what is placed there of a workload. However many are counted on, an endpoint plane opens one
    /// forwarder per workload.
    func isReady(_ workload: WorkloadName, on plane: WorkloadPlane, _ observation: FleetObservation) -> Bool {
        let count = placements(of: workload, on: plane.name).reduce(0) { $0 + $1.count }
        let ready = (observation.report(of: plane.name)?.replicas ?? []).count {
            $0.id.workload == workload && $0.state == .ready
        }
        return ready >= (plane.driver == .local ? count : min(1, count))
    }
}
