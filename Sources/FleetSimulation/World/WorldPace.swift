import FleetControl
import FleetModel

/// How often things happen in a world that happen by the clock.
///
/// A world keeps the live fleet's cadence but for one thing: a replica that is ready is checked, and its load read, once a day. What
/// ends it is told to its plane when it happens, and its load stands in each report as it is then: the same is known, without the
/// thousand questions a second that a month could not be played with.
struct WorldPace: Equatable, Sendable {
    var controlPass: Duration
    var planeReport: Duration
    var gatewayReport: Duration
    /// On the way between the control plane and the others; none where requests are a fluid.
    var controlDelay: Duration
    var replicaPolicy: ReplicaPolicy

    /// Each request by itself: decisions when something changed and every second while something is under way, reports twice a
    /// second, as live.
    static func events(_ provisioning: LaunchTimes) -> WorldPace {
        var policy = patient(provisioning)
        policy.startingProbeInterval = .seconds(1)
        policy.doubtProbeInterval = .seconds(1)
        return WorldPace(
            controlPass: .seconds(1), planeReport: .milliseconds(500), gatewayReport: .seconds(1),
            controlDelay: .milliseconds(50), replicaPolicy: policy)
    }

    /// Requests as rates: one round of reports and at most one decision a step.
    static func fluid(step: Duration, _ provisioning: LaunchTimes) -> WorldPace {
        var policy = patient(provisioning)
        policy.goneListing = step
        policy.eagerPeriod = rarely
        policy.startingProbeInterval = .seconds(10)
        policy.doubtProbeInterval = .seconds(10)
        return WorldPace(
            controlPass: step, planeReport: step, gatewayReport: step, controlDelay: .zero, replicaPolicy: policy)
    }

    private static let rarely = Duration.seconds(86_400)

    /// A replica may wait for its node to be launched.
    private static func patient(_ provisioning: LaunchTimes) -> ReplicaPolicy {
        var policy = ReplicaPolicy()
        let launch = max(provisioning.reserved, provisioning.onDemand, provisioning.spot)
        policy.readyProbeInterval = rarely
        policy.busyMeasureInterval = rarely
        policy.idleMeasureInterval = rarely
        policy.simulatedStartAllowance = policy.simulatedStartAllowance + launch + provisioning.modelLoad
        return policy
    }
}
