import FleetControl
import FleetModel

/// One plane of a world: the production reconciler, and what its process knows beside it.
struct SimulatedPlane {
    let name: PlaneName
    /// Where its replicas listen: an address of its own inside the loopback block, so that ports of two planes never look alike.
    let host: String
    /// Its pools in the world's, in declared order.
    let pools: Range<Int>
    var reconciler: PlaneReconciler
    /// Counts starts of its process.
    var start: UInt64 = 1
    var sequence: UInt64 = 0
    var isDown = false
    var slowdown = 1.0
    /// When `planeDeadline` is queued for; .max: not at all.
    var scheduled: Int64 = .max
    /// The world's replica by incarnation.
    var replicas: [UInt64: Int] = [:]
    /// What gateways were told last of loads, and when.
    var toldLoads: [Int] = []
    var toldAt: Int64 = -1_000_000_000_000
    /// What its disk holds.
    var assignment: PlaneAssignment?

    /// What it says of itself at `now`.
    mutating func report(
        loads: (ReplicaReport) -> (running: Int, waiting: Int, kvCacheUse: Double)?, nodes: [NodeReport],
        history: [PoolHistory], now: Moment
    ) -> PlaneReport {
        sequence += 1
        var replicas = reconciler.replicaReports(host: host, now: now)
        for index in replicas.indices {
            guard let load = loads(replicas[index]) else { continue }
            replicas[index].running = load.running
            replicas[index].waiting = load.waiting
            replicas[index].kvCacheUse = load.kvCacheUse
        }
        return PlaneReport(
            plane: name, planeStart: start, sequence: sequence, assignment: reconciler.assignment?.version,
            feedAddress: "\(host):1", replicas: replicas, refusals: reconciler.refusals, nodes: nodes, history: history)
    }
}
