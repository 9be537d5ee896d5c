package import FleetModel

/// What a plane's reconciler hears. Events about replicas it no longer knows are expected races and change nothing.
package enum PlaneEvent: Equatable, Sendable {
    /// A newer assignment came, from the control plane or from the plane's disk. Older and equal versions change nothing.
    case assigned(PlaneAssignment)
    case started(ReplicaID, pid: Int32?)
    /// The driver will not start it as it is: the command is not allowed, a key is missing. Nothing runs.
    case startRefused(ReplicaID, reason: String)
    /// It is not running: it ended, was killed, or could not be spawned.
    case exited(ReplicaID, reason: String)
    /// The deep health check passed; `onward` is the round trip to the server that really answers, where that is elsewhere.
    case probePassed(ReplicaID, onward: Duration)
    case probeFailed(ReplicaID, reason: String)
    /// The engine's own metrics; nil where they could not be read.
    case loadMeasured(ReplicaID, ReplicaLoad?)
    /// The node's provider will take it, or may: nothing new is started there, and what runs there leaves in time. A node is
    /// named by its position in its pool, from 0. `within` is the time left; nil where the notice does not say. A notice that is
    /// repeated changes nothing but its deadline.
    case reclaimNoticed(pool: PoolName, node: Int, within: Duration?, kind: ReclaimNotice.Kind)
    /// What its provider announced of this kind holds no more, and the node is still there: it is used again.
    case reclaimWithdrawn(pool: PoolName, node: Int, kind: ReclaimNotice.Kind)
    /// The node is gone, announced or not, with everything that ran on it.
    case nodeLost(pool: PoolName, node: Int)
    /// A node that was asked for, or resumed, is ready. One that nobody asked for, as after a restart of the plane, is taken in.
    case nodeLaunched(pool: PoolName, node: Int)
    /// A node that was asked for is not given; it is asked for again after a while.
    case nodeRefused(pool: PoolName, node: Int, reason: String)
    /// A node that was told to stop has stopped, and is kept.
    case nodeStopped(pool: PoolName, node: Int)
    /// A node that was given back is no more.
    case nodeReleased(pool: PoolName, node: Int)
    /// The replica saved its work; `problem` says why it could not.
    case checkpointed(ReplicaID, problem: String?)
    /// ``PlaneReconciler/nextDeadline`` passed.
    case deadlinePassed
    /// The plane ends: every replica drains, none is started.
    case shutdownRequested(within: Duration)
}

/// What the plane's shell must do, in this order.
package enum PlaneAction: Equatable, Sendable {
    /// Write ``PlaneReconciler/nextIncarnation`` and ``PlaneReconciler/addressRecords(now:)`` to disk before what follows.
    case persist
    case start(StartOrder)
    /// Ask it to end, and end it by force after `grace`.
    case stop(ReplicaID, grace: Duration)
    case kill(ReplicaID)
    /// Ask for its deep health once; answered by `probePassed` or `probeFailed` within a time of the shell's.
    case probe(ReplicaID)
    /// Read its metrics once; answered by `loadMeasured`.
    case measure(ReplicaID)
    /// Nothing more will be asked of it: let go of whatever belongs to it.
    case forget(ReplicaID)
    /// Ask it to save its work; answered by `checkpointed` within the time.
    case checkpoint(ReplicaID, within: Duration, reason: String)
    /// Bring a node up; answered by `nodeLaunched` or `nodeRefused`.
    case launchNode(NodeOrder)
    /// Shut a node down and keep it; answered by `nodeStopped`.
    case stopNode(pool: PoolName, node: Int)
    /// Give a node back, or let go of what is left of a lost one; answered by `nodeReleased`.
    case releaseNode(pool: PoolName, node: Int)
    case publish(Change)

    package enum Change: Equatable, Sendable {
        /// A replica changed its state, or a refusal came or went: everyone hears at once.
        case life
        /// Only measurements changed: gateways hear at once, the control plane in time.
        case load
    }
}
