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
    /// Nothing but loads and ages can have changed since the last report.
    var isUnchanged = false
    /// When the next node that replicas bring with them is there: that changes what is told, and no event says so.
    var nextNode: Int64 = .max
    /// Replicas of the last report that run, by their place in the world, and the loads it told.
    var toldReplicas: [(replica: Int, load: PlayedLoad)] = []
    /// What its disk holds.
    var assignment: PlaneAssignment?

    /// What it says of itself at `now`.
    mutating func report(
        loads: (Int) -> PlayedLoad?, nodes: [NodeReport], history: [PoolHistory], now: Moment
    ) -> PlaneReport {
        sequence += 1
        toldReplicas.removeAll(keepingCapacity: true)
        var reports = reconciler.replicaReports(host: host, now: now)
        for index in reports.indices {
            guard let replica = replicas[reports[index].id.incarnation], let load = loads(replica) else { continue }
            toldReplicas.append((replica, load))
            reports[index].running = load.running
            reports[index].waiting = load.waiting
            reports[index].kvCacheUse = load.kvCacheUse
        }
        return PlaneReport(
            plane: name, planeStart: start, sequence: sequence, assignment: reconciler.assignment?.version,
            feedAddress: "\(host):1", replicas: reports, refusals: reconciler.refusals, nodes: nodes, history: history)
    }
}

/// What a replica has to do.
struct PlayedLoad: Equatable {
    var running: Int
    var waiting: Int
    var kvCacheUse: Double
}
