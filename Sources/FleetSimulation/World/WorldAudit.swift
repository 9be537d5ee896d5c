import FleetControl
import FleetModel

/// Looks at a world after each event for what must never be. Each finding is a defect of the core, or of the world.
package struct WorldAudit {
    package private(set) var violations: [String] = []
    /// Replicas decided last, by workload, and the pass they were decided by.
    private var decided: [Int] = []
    private var passes = 0
    private var looked: [UInt64] = []
    private var wasSettling = false

    /// Beyond what its drain, its notice and its driver take, nobody drains.
    private static let drainSlack = Duration.seconds(30)

    package init() {}

    package mutating func look(at world: FleetWorld) {
        if world.fenceCrossings > 0 { note(world, "a request was sent over the fence") }
        lookAtPools(world)
        lookAtRequests(world)
        if world.control.passes != passes {
            passes = world.control.passes
            lookAtDecision(world)
            lookAtDrains(world)
        }
    }

    /// Once it is over: with nothing left to come, nobody may still be under way.
    package mutating func finish(_ world: FleetWorld) { lookAtRequests(world) }

    private mutating func note(_ world: FleetWorld, _ text: String) {
        if violations.count < 16 { violations.append("after \(Double(world.elapsed) / 1e9) s: \(text)") }
    }

    /// Quotas: never more nodes than a pool may have, and never more accelerators in use on a node than it has.
    private mutating func lookAtPools(_ world: FleetWorld) {
        for (index, pool) in world.pools.enumerated() {
            // Nothing came or went since the last look.
            let changes = pool.launched &+ pool.refused &+ pool.reclaimed &+ UInt64(pool.held)
            if looked.count > index, looked[index] == changes { continue }
            if looked.count > index { looked[index] = changes } else { looked.append(changes) }
            let held = pool.nodes.count { $0.state != .absent }
            if held != pool.held { note(world, "pool \(pool.declared.name) counts \(pool.held) nodes and has \(held)") }
            if held > pool.declared.maxNodes {
                note(world, "pool \(pool.declared.name) holds \(held) of \(pool.declared.maxNodes) nodes")
            }
            let crowded = pool.nodes.contains { $0.replicas > pool.declared.acceleratorsPerNode }
            if crowded { note(world, "a node of pool \(pool.declared.name) has more replicas than accelerators") }
        }
    }

    /// Every request that came is answered, lost for a reason, or under way.
    private mutating func lookAtRequests(_ world: FleetWorld) {
        let (arrived, ended) = world.tallies.reduce((0.0, 0.0)) { ($0.0 + $1.arrived, $0.1 + $1.ended) }
        let missing = arrived - ended - world.unfinished
        if abs(missing) > 1e-6 * max(1, arrived) { note(world, "\(missing) requests neither ended nor are under way") }
    }

    /// Nothing is made smaller while somebody who should tell does not.
    private mutating func lookAtDecision(_ world: FleetWorld) {
        guard let decision = world.control.decision else { return }
        let counts = world.workloads.map { decision.scaling[$0]?.replicas ?? -1 }
        defer { decided = counts }
        let observation = world.control.observation
        let now = Moment(nanoseconds: world.now)
        let isMissing = world.fleet.gateways.contains {
            let connection = observation.connection(of: $0.name, now: now)
            return connection == .lost || connection == .unknown
        }
        // A control plane that has just begun knows no size yet, and tells planes it has not heard nothing.
        let isSettling = world.fleet.planes.contains { observation.connection(of: $0.name, now: now) == .unknown }
        guard !isSettling, !wasSettling else {
            wasSettling = isSettling
            return
        }
        guard isMissing, decided.count == counts.count else { return }
        for index in counts.indices where counts[index] >= 0 && counts[index] < decided[index] {
            note(world, "\(world.workloads[index]) went from \(decided[index]) to \(counts[index]) replicas without metrics")
        }
    }

    private mutating func lookAtDrains(_ world: FleetWorld) {
        for plane in world.planes where !plane.isDown {
            for report in plane.reconciler.replicaReports(host: plane.host, now: Moment(nanoseconds: world.now))
            where report.state == .draining {
                let limit =
                    (world.fleet.workloads.first { $0.name == report.id.workload }?.replica.drainTimeout ?? .zero)
                    + Self.drainSlack
                if report.stateAgeMilliseconds > limit.milliseconds {
                    note(world, "\(report.id) has drained for \(report.stateAgeMilliseconds / 1_000) s")
                }
            }
        }
    }
}
