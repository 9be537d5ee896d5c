import FleetControl
import FleetModel

/// Looks at a world after each event for what must never be: of the fence, quotas, budgets, requests, drains and sizes. Each finding
/// is a defect of the core, or of the world.
package struct WorldAudit {
    package private(set) var violations: [String] = []
    /// Replicas decided last, by workload, and the pass they were decided by.
    private var decided: [Int] = []
    private var passes = 0
    private var looked: [UInt64] = []
    private var wasSettling = false
    /// By workload: the size decided last and when it last grew, in one run of the control plane.
    private var sizes: [Int: (replicas: Int, grewAt: Int64?)] = [:]

    /// Beyond what its drain, its notice and its driver take, nobody drains.
    private static let drainSlack = Duration.seconds(30)

    package init() {}

    package mutating func look(at world: FleetWorld) {
        if world.fenceCrossings > 0 { note(world, "a request was sent over the fence") }
        lookAtPools(world)
        lookAtRequests(world)
        if world.control.isDown { sizes = [:] }
        if world.control.passes != passes {
            passes = world.control.passes
            lookAtDecision(world)
            lookAtSteadiness(world)
            lookAtBudgets(world)
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

    /// No oscillation: what grew does not shrink before its stabilisation window is over, since what made it grow was wished within
    /// the window (Kubernetes' Horizontal Pod Autoscaler: the largest of the window's recommendations counts).
    ///
    /// Schedules and a return from zero change bounds instead, steps and simple policies have windows of their own, and a control
    /// plane that begins anew remembers nothing.
    private mutating func lookAtSteadiness(_ world: FleetWorld) {
        let now = Moment(nanoseconds: world.now)
        let isSettling = world.fleet.planes.contains { world.control.observation.connection(of: $0.name, now: now) == .unknown }
        guard let decision = world.control.decision, !isSettling else {
            sizes = [:]
            return
        }
        for (index, workload) in world.fleet.workloads.enumerated() {
            let scaling = workload.scaling
            let isJudged = scaling.schedules.isEmpty && scaling.steps.isEmpty && scaling.simple.isEmpty
            guard isJudged, let replicas = decision.scaling[workload.name]?.replicas else {
                sizes[index] = nil
                continue
            }
            let known = sizes[index]
            var grewAt = known?.grewAt
            if let known, replicas > known.replicas { grewAt = known.replicas > 0 ? world.now : nil }
            let isResting = replicas == 0 && scaling.scaleToZeroAfter != nil
            if let known, replicas < known.replicas, let grew = known.grewAt, !isResting {
                let window = Int64(scaling.behavior.scaleDown.stabilizationWindowSeconds) * 1_000_000_000
                if world.now - grew < window {
                    let text = "\(workload.name) grew to \(known.replicas) and shrank to \(replicas) replicas"
                    note(world, "\(text) within \((world.now - grew) / 1_000_000_000) s")
                }
            }
            sizes[index] = (replicas, grewAt)
        }
    }

    /// What is decided fits every budget. A plan may be dearer, and then nothing is added to it; replicas that serve until their
    /// successors do are not decided anew, and not counted (docs/purchasing.md).
    private mutating func lookAtBudgets(_ world: FleetWorld) {
        guard !world.fleet.budgets.isEmpty, let placement = world.control.decision?.placement else { return }
        for budget in world.fleet.budgets {
            var (spent, planned) = (0.0, 0.0)
            for workload in placement.workloads where budget.covers(workload.workload) {
                for choice in workload.chosen {
                    let plane = world.fleet.planes.first { $0.name == choice.plane }
                    let pool = plane?.pools.first { $0.name == choice.placement.pool }
                    let price = pool?.usdPerHour(accelerators: choice.placement.acceleratorsPerReplica) ?? 0
                    spent += price * Double(choice.placement.count)
                    if choice.because.hasPrefix("planned by") { planned += price * Double(choice.placement.count) }
                }
            }
            guard spent > max(budget.ceiling.value, planned) * (1 + 1e-6) else { continue }
            note(world, "budget \(budget.name) is \(budget.ceiling.text), and \(spent) USD/h are decided")
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
