import FleetModel

/// How patiently a plane treats its replicas. One value per plane; the defaults are what planes run with.
package struct ReplicaPolicy: Equatable, Sendable {
    /// Consecutive passed deep health checks until a replica is ready.
    package var upThreshold = 2
    /// Consecutive failed deep health checks until a ready replica is unready.
    package var downThreshold = 3
    /// Time between two checks of a replica that was never ready, in its first ``eagerPeriod``.
    package var startingProbeInterval = Duration.milliseconds(100)
    package var eagerPeriod = Duration.seconds(15)
    /// Time between two checks of a replica that is in doubt: unready, failing, or long in starting.
    package var doubtProbeInterval = Duration.milliseconds(400)
    package var readyProbeInterval = Duration.seconds(1)
    /// Checks of somebody else's server are spaced wider: they count against its rate limits.
    package var endpointProbeInterval = Duration.seconds(5)
    /// Time between two readings of the engine's metrics while it works, and while it is idle.
    package var busyMeasureInterval = Duration.milliseconds(250)
    package var idleMeasureInterval = Duration.milliseconds(500)
    /// A local replica whose deep health stays bad this long is started anew.
    package var unreadyLimit = Duration.seconds(60)
    /// Allowance on top of a simulated engine's own load and warm-up time.
    package var simulatedStartAllowance = Duration.seconds(30)
    /// First wait before a failed replica is started again; it doubles with every failure in a row up to the maximum.
    package var backoffInitial = Duration.milliseconds(250)
    package var backoffMaximum = Duration.seconds(60)
    /// A replica that was ready this long has cleared its predecessors' failures.
    package var stableAfter = Duration.seconds(30)
    /// Time for gateways to learn that a replica drains before it is told to stop.
    package var drainNotice = Duration.seconds(1)
    /// Least and greatest time between "stop" and "kill".
    package var stopGrace = Duration.seconds(5)
    /// Kept free before a node is taken, for replicas to end after their drain; at most a quarter of the notice.
    package var reclaimMargin = Duration.seconds(7)
    package var drainLimit = Duration.seconds(3_600)
    /// A kill that took no effect is repeated.
    package var killRepeat = Duration.seconds(5)
    /// What the driver refused to start is asked again after this time: an operator may have mended it.
    package var refusalRetry = Duration.seconds(30)
    /// A gone replica stays in reports this long, so that readers see why; at most ``goneListed`` of them.
    package var goneListing = Duration.seconds(5)
    package var goneListed = 64
    /// Most replicas of one plane; more are refused.
    package var maximumReplicas = 1_024

    package init() {}
}

/// The wait before start number `failures` + 1: doubling, capped, with the upper half random ("equal jitter").
func backoffDelay(failures: Int, jitter: UInt64, policy: ReplicaPolicy) -> Duration {
    var wait = policy.backoffInitial
    for _ in 1..<max(2, min(failures, 32)) where failures > 1 && wait < policy.backoffMaximum { wait = wait * 2 }
    wait = min(wait, policy.backoffMaximum)
    return wait / 2 + .nanoseconds(Int64(Double(jitter >> 11) / 9_007_199_254_740_992 * wait.seconds / 2 * 1e9))
}
