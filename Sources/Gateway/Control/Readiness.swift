import FleetModel
package import FleetRouting

/// Whether the gateway may be sent traffic: first when every workload it may route has a ready replica, but for those that
/// requests wake (they may be at zero on purpose, and requests wait for them); from then on for as long as it holds a snapshot.
/// Nothing of it outlives the process: after a restart the first condition holds again.
package struct Readiness: Equatable, Sendable {
    package private(set) var isReady = false
    /// Workloads still without a ready replica, sorted; empty once ready.
    package private(set) var waitingFor: [String] = []

    package init() {}

    /// - Parameter table: nil where there is no snapshot yet.
    package mutating func update(_ table: RoutingTable?) {
        guard let table, !isReady else { return }
        waitingFor = table.directory.workloads.enumerated().filter { index, workload in
            workload.isPresent && workload.refusal == nil && !workload.placedPlanes.isEmpty && !workload.wakesOnDemand
                && !table.isServable(WorkloadIndex(index))
        }.map(\.element.name.rawValue).sorted()
        isReady = waitingFor.isEmpty
    }
}
