package import FleetControl
package import FleetModel
package import FleetTransport

/// Everything one reconciliation pass composes: the placement, and what every plane and gateway is told.
package struct FleetDocumentSet: Sendable {
    /// A document for one plane or gateway, still without its number.
    package enum Document: Sendable {
        case assignment(PlaneAssignment)
        case snapshot(RoutingSnapshot)

        package var recipient: TokenScope {
            switch self {
            case .assignment(let assignment): .plane(assignment.plane)
            case .snapshot(let snapshot): .gateway(snapshot.gateway)
            }
        }

        /// The document as the event that carries it.
        package func event(_ version: SnapshotVersion) throws -> EventMailbox.Event {
            EventMailbox.Event(name: name, id: version.description, data: String(decoding: try bytes(version), as: UTF8.self))
        }

        private var name: String {
            switch self {
            case .assignment: "assignment"
            case .snapshot: "snapshot"
            }
        }

        fileprivate func bytes(_ version: SnapshotVersion) throws -> [UInt8] {
            switch self {
            case .assignment(var assignment):
                assignment.version = version
                return try FleetJSON.encode(assignment)
            case .snapshot(var snapshot):
                snapshot.version = version
                return try FleetJSON.encode(snapshot)
            }
        }
    }

    /// As it is to run.
    package let fleet: Fleet
    package let drained: Set<PlaneName>
    package let decided: ControlDecision
    package let sendable: [Document]

    /// Where everything should run in the end; the handover may keep more for a while.
    package var decision: PlacementDecision { decided.placement }

    /// - Parameter silent: planes that cannot be told what to run yet.
    package init(
        decided: ControlDecision, records: [PlaneName: PlaneRecord], drainedReplicas: Set<ReplicaID> = [],
        feedPeers: [PlaneName: [PlaneAssignment.FeedPeer]], silent: Set<PlaneName> = []
    ) {
        let fleet = decided.fleet
        self.fleet = fleet
        self.decided = decided
        let drained = Set(records.filter(\.value.isDrained).keys)
        self.drained = drained
        let assignments = AssignmentComposer(
            fleet: fleet, decision: decided.assigned, drained: drained, rollouts: decided.rollouts,
            drainedReplicas: drainedReplicas, feedPeers: feedPeers)
        let snapshots = SnapshotComposer(
            fleet: fleet, decision: decided.placement, drained: drained, failed: decided.failover.avoided,
            feedAddresses: records.compactMapValues(\.feedAddress), rollouts: decided.rollouts)
        let silent = silent.union(decided.failover.silent)
        let told = assignments.assignments.filter { !silent.contains($0.plane) }
        sendable = told.map(Document.assignment) + snapshots.snapshots.map(Document.snapshot)
    }

    /// What every document says, by recipient, and every workload's placement: equal digests are equal contents.
    package var digests: [String: String] {
        get throws {
            var digests: [String: String] = [:]
            for document in sendable {
                digests[document.recipient.description] = digest(String(decoding: try document.bytes(.zero), as: UTF8.self))
            }
            for workload in decision.workloads {
                let choices = workload.chosen.map { "\($0.plane)/\($0.placement.pool) \($0.placement.count)" }
                let said = choices + workload.shortfalls + (workload.plan?.deviations ?? [])
                digests["placement/\(workload.workload)"] = digest(said.joined(separator: "\n"))
            }
            return digests
        }
    }

    /// What to say about workloads whose placement changed.
    package func placementEvents(isChanged: (String) -> Bool) -> [FleetEvent] {
        decision.workloads.filter { isChanged("placement/\($0.workload)") }.flatMap { workload in
            let subject = ResourceKey(kind: .workload, name: workload.workload.rawValue)
            let places = workload.chosen.map { "\($0.placement.count) on \($0.plane) (\($0.placement.pool))" }
            let placed = FleetEvent(
                subject: subject, reason: "PlacementChanged",
                message: places.isEmpty ? "runs nowhere" : places.joined(separator: ", "))
            let warnings = [("Unplaced", workload.shortfalls), ("PlanDeviation", workload.plan?.deviations ?? [])]
            return [placed]
                + warnings.filter { !$0.1.isEmpty }.map { reason, said in
                    FleetEvent(subject: subject, severity: .warning, reason: reason, message: said.joined(separator: "; "))
                }
        }
    }
}
