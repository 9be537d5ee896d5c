package import FleetModel

/// What happened on a plane between two of its reports.
package enum ReplicaChanges {
    /// Events on the plane and its workloads, in the order of the reports' replicas. Nothing is said about replicas found
    /// running by the first report after a restart of the control plane: they did not just start.
    package static func events(from old: PlaneReport?, to new: PlaneReport) -> [FleetEvent] {
        guard let old else { return [] }
        var events = areAlike(old.replicas, new.replicas) ? [] : events(of: old.replicas, new.replicas)
        for refusal in new.refusals where !old.refusals.contains(refusal) {
            events.append(
                FleetEvent(
                    subject: ResourceKey(kind: .workload, name: refusal.workload.rawValue), severity: .warning,
                    reason: "RefusedByPlane", message: "plane \(new.plane): \(refusal.reason)"))
        }
        return events
    }

    private static func events(of old: [ReplicaReport], _ new: [ReplicaReport]) -> [FleetEvent] {
        var events: [FleetEvent] = []
        let before = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.map(\.id))
        for replica in new where before[replica.id]?.state != replica.state {
            if let event = event(of: replica, before: before[replica.id]?.state) { events.append(event) }
        }
        for replica in old where !after.contains(replica.id) && replica.state != .gone {
            events.append(about(replica, .normal, "ReplicaGone", "ended"))
        }
        return events
    }

    /// The same replicas in the same states, as almost always: nothing is to be said of them.
    private static func areAlike(_ old: [ReplicaReport], _ new: [ReplicaReport]) -> Bool {
        guard old.count == new.count else { return false }
        return new.indices.allSatisfy { old[$0].state == new[$0].state && old[$0].id == new[$0].id }
    }

    /// Whether anything a status shows changed; loads and ages do not count.
    package static func isMaterial(from old: PlaneReport, to new: PlaneReport) -> Bool {
        guard old.assignment == new.assignment, old.feedAddress == new.feedAddress, old.refusals == new.refusals,
            old.replicas.count == new.replicas.count, !NodeChanges.isMaterial(from: old, to: new)
        else { return true }
        return zip(old.replicas, new.replicas).contains { $0.id != $1.id || $0.state != $1.state }
    }

    private static func event(of replica: ReplicaReport, before: ReplicaReport.State?) -> FleetEvent? {
        switch replica.state {
        case .starting: about(replica, .normal, "ReplicaStarted", "started in pool \(replica.pool) on \(replica.accelerator)")
        case .ready: about(replica, .normal, "ReplicaReady", "serves")
        case .unready: about(replica, .warning, "ReplicaUnready", "failed its health check")
        case .draining: about(replica, .normal, "ReplicaDraining", "finishes its requests")
        case .backingOff: about(replica, .warning, "ReplicaFailed", "ended and waits to be started again")
        case .gone: before == nil ? nil : about(replica, .normal, "ReplicaGone", "ended")
        }
    }

    private static func about(
        _ replica: ReplicaReport, _ severity: FleetEvent.Severity, _ reason: String, _ words: String
    ) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: .workload, name: replica.id.workload.rawValue), severity: severity, reason: reason,
            message: "replica \(replica.id) \(words)" + (replica.reason.isEmpty ? "" : ": \(replica.reason)"))
    }
}
