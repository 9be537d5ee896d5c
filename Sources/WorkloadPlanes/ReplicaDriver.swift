package import FleetControl
package import FleetModel

/// Runs replicas one way: as child processes, as forwarders to an existing server, later as pods.
///
/// No call blocks; what happens is told through the events the driver was made with. Every replica that was started ends
/// with exactly one `startRefused` or `exited`, whatever else it is told.
package protocol ReplicaDriver: Sendable {
    /// Runs the replica on the plane's replica host at the order's port.
    func start(_ order: StartOrder)
    /// Asks it to finish and end. The plane's reconciler follows with ``kill(_:)`` when the grace is over.
    func stop(_ id: ReplicaID, grace: Duration)
    func kill(_ id: ReplicaID)
    /// One deep health check, answered in bounded time by `probePassed` or `probeFailed`.
    func probe(_ id: ReplicaID) async -> PlaneEvent
    /// The engine's own account of its load; nil where it gives none.
    func measure(_ id: ReplicaID) async -> ReplicaLoad?
    /// Asks it to save its work, answered in the time given by `checkpointed`.
    func checkpoint(_ id: ReplicaID, within: Duration, reason: String) async -> PlaneEvent
    /// Lets go of what belonged to a replica that ended.
    func forget(_ id: ReplicaID)
    /// Closes what the driver itself holds.
    func shutdown() async
}

/// Where a driver reports to.
package typealias ReplicaEvents = @Sendable (PlaneEvent) -> Void
