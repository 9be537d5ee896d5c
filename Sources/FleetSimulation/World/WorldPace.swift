import FleetControl
import FleetModel

/// How often things happen in a world that happen by the clock.
///
/// Played request by request, a world keeps the live fleet's cadence, but for readings of replicas that live are taken up to ten
/// times a second: nothing but load on the simulator would come of them.
struct WorldPace: Equatable, Sendable {
    var controlPass: Duration
    var planeReport: Duration
    var gatewayReport: Duration
    /// On the way between the control plane and the others; none where requests are a fluid.
    var controlDelay: Duration
    var replicaPolicy: ReplicaPolicy

    init(
        controlPass: Duration, planeReport: Duration, gatewayReport: Duration, controlDelay: Duration,
        replicaPolicy: ReplicaPolicy
    ) {
        self.controlPass = controlPass
        self.planeReport = planeReport
        self.gatewayReport = gatewayReport
        self.controlDelay = controlDelay
        self.replicaPolicy = replicaPolicy
    }

    /// Each request by itself: decisions every second, reports twice a second.
    static func events(_ provisioning: LaunchTimes) -> WorldPace {
        var policy = patient(provisioning)
        policy.startingProbeInterval = .seconds(1)
        policy.doubtProbeInterval = .seconds(1)
        policy.readyProbeInterval = .seconds(10)
        policy.busyMeasureInterval = .milliseconds(500)
        policy.idleMeasureInterval = .seconds(2)
        return WorldPace(
            controlPass: .seconds(1), planeReport: .milliseconds(500), gatewayReport: .seconds(1),
            controlDelay: .milliseconds(50), replicaPolicy: policy)
    }

    /// Requests as rates: one round of reports and one decision a step. Replicas are asked when they start, and otherwise once a
    /// day: what ends one is told to its plane, and its load stands in the report.
    static func fluid(step: Duration, _ provisioning: LaunchTimes) -> WorldPace {
        var policy = patient(provisioning)
        policy.eagerPeriod = .seconds(86_400)
        policy.startingProbeInterval = .seconds(10)
        policy.doubtProbeInterval = .seconds(10)
        policy.readyProbeInterval = .seconds(86_400)
        policy.busyMeasureInterval = .seconds(86_400)
        policy.idleMeasureInterval = .seconds(86_400)
        return WorldPace(
            controlPass: step, planeReport: step, gatewayReport: step, controlDelay: .zero, replicaPolicy: policy)
    }

    /// A replica may wait for its node to be launched.
    private static func patient(_ provisioning: LaunchTimes) -> ReplicaPolicy {
        var policy = ReplicaPolicy()
        let launch = max(provisioning.reserved, provisioning.onDemand, provisioning.spot)
        policy.simulatedStartAllowance = policy.simulatedStartAllowance + launch + provisioning.modelLoad
        return policy
    }
}
