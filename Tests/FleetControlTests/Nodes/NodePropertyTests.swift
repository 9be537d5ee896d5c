import FleetControl
import FleetModel
import SeededCases
import Testing

/// Random lives of nodes: whatever is heard, nothing runs where it must not, and once the world behaves what is wanted runs, warm
/// nodes are there again, and nothing drains for ever.
@Suite struct NodePropertyTests {
    @Test("random events never start a replica on a node that is not ready, and the nodes converge")
    func randomLives() async {
        // A case is some hundred events, each judged whole.
        for seed in 0..<caseCount(perMille: 30) {
            // Cases take their time: others get theirs in between.
            await Task.yield()
            var world = NodeWorld(seed: seed)
            for _ in 0..<60 { world.step() }
            world.settleDown()
            if let problem = world.problem {
                Issue.record("seed \(seed): \(problem)")
                return
            }
        }
    }
}

/// A plane's shell without processes or machines.
private struct NodeWorld {
    private enum Machine { case absent, launching, resuming, ready, stopping, stopped, releasing }

    private struct Running {
        let order: StartOrder
        var isStarted = false
        var isStopped = false
    }

    private let isStanding: Bool
    private let sharing: NodeSharing?
    private var random: SeededGenerator
    private var reconciler: PlaneReconciler
    /// Hears the same and looks at everything each time: it must come to the same.
    private var thorough: PlaneReconciler
    private var now = Moment.origin
    private var machines: [Int: Machine] = [:]
    private var noticed: Set<Int> = []
    private var running: [Running] = []
    private var probing: [ReplicaID] = []
    private var measuring: [ReplicaID] = []
    private var saving: [ReplicaID] = []
    private var greatestIncarnation: UInt64 = 0
    private var version: UInt64 = 0
    private(set) var problem: String?

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isStanding = random.isOne(in: 3)
        sharing = random.isOne(in: 3) ? .any : nil
        reconciler = Fixture.reconciler(seed: seed)
        thorough = Fixture.reconciler(seed: seed, looksAlways: true)
    }

    private func machine(_ node: Int) -> Machine { machines[node] ?? (isStanding ? .ready : .absent) }

    mutating func step() {
        switch random.below(12) {
        case 0, 1: assign()
        case 2, 3: pass(milliseconds: Int64(random.next(in: 1...2_000)))
        case 4: pass(milliseconds: Int64(random.next(in: 1...60_000)))
        case 5: notice()
        case 6: lose()
        case 7: if let index = running.indices.randomElement(using: &random) { end(index) }
        case 8: strange()
        default: answer(isGood: !random.isOne(in: 4))
        }
    }

    /// From here on every machine comes up, every process is healthy and ends when told, and nothing is taken.
    mutating func settleDown() {
        // Past the longest wait after refusals: sixteen cool-downs of 100 s.
        pass(milliseconds: 1_600_000)
        for _ in 0..<60 where problem == nil {
            while problem == nil, answer(isGood: true) {}
            pass(milliseconds: 5_000)
        }
        while problem == nil, answer(isGood: true) {}
        checkConvergence()
    }

    private mutating func assign() {
        version += UInt64(random.below(3))
        let classes: [WorkloadClass] = [.realtime, .batch, .training]
        var workloads: [PlaneAssignment.Workload] = []
        for (name, workloadClass) in zip(["a", "b", "c"] as [WorkloadName], classes) where !random.isOne(in: 3) {
            workloads.append(
                NodeFixture.workload(
                    name, count: random.below(4), each: random.pick([1, 1, 2]), generation: UInt64(random.next(in: 1...2)),
                    drain: 3_000, class: workloadClass,
                    checkpoint: random.isOne(in: 3) ? CheckpointCall(path: "/save", timeoutMilliseconds: 2_000) : nil))
        }
        let warm = random.pick([nil, WarmPool(nodes: 1, state: .idle), WarmPool(nodes: 2, state: .stopped)])
        let pool = NodeFixture.pool(
            nodes: isStanding ? 3 : random.next(in: 2...4), warm: isStanding ? nil : warm, sharing: sharing,
            launch: isStanding ? nil : .seconds(60))
        hear(.assigned(Fixture.assignment(version, workloads, pools: [pool])))
    }

    private mutating func notice() {
        let node = random.below(4)
        let kind: ReclaimNotice.Kind = random.isOne(in: 3) ? .rebalance : .termination
        if reconciler.assignment != nil, machine(node) != .absent, machine(node) != .releasing, !isStanding || node < 3 {
            noticed.insert(node)
        }
        hear(
            .reclaimNoticed(
                pool: "spot", node: node, within: random.isOne(in: 5) ? nil : .seconds(Int64(random.below(40))), kind: kind))
    }

    private mutating func lose() {
        let node = random.below(isStanding ? 3 : 4)
        guard reconciler.assignment != nil else { return }
        // A release that is under way is answered all the same.
        if machine(node) != .releasing { machines[node] = .absent }
        noticed.remove(node)
        hear(.nodeLost(pool: "spot", node: node))
    }

    private mutating func pass(milliseconds: Int64) {
        now = now.advanced(by: .milliseconds(milliseconds))
        hear(.deadlinePassed)
    }

    private mutating func end(_ index: Int) {
        let order = running.remove(at: index).order
        hear(.exited(order.id, reason: "ended"))
    }

    /// Events that are late, doubled or about nothing.
    private mutating func strange() {
        let node = random.below(6)
        switch random.below(4) {
        case 0: hear(.nodeRefused(pool: "none", node: node, reason: "late"))
        case 1: hear(.nodeLaunched(pool: "none", node: node))
        case 2: hear(.checkpointed(Fixture.id(UInt64(node), "a"), problem: "late"))
        default: hear(.reclaimNoticed(pool: "spot", node: node + 90, within: .seconds(3), kind: .termination))
        }
    }

    /// Gives one outstanding answer; false when there is none.
    @discardableResult
    private mutating func answer(isGood: Bool) -> Bool {
        if let node = machines.keys.sorted().first(where: { isPending(machines[$0]) }) {
            answerMachine(node, isGood: isGood)
        } else if let index = running.firstIndex(where: { !$0.isStarted && !$0.isStopped }) {
            if isGood {
                running[index].isStarted = true
                hear(.started(running[index].order.id, pid: 1))
            } else {
                end(index)
            }
        } else if let id = probing.popLast() {
            hear(isGood ? .probePassed(id, onward: .zero) : .probeFailed(id, reason: "bad"))
        } else if let id = measuring.popLast() {
            hear(.loadMeasured(id, ReplicaLoad(running: isGood ? 0 : 2)))
        } else if let id = saving.popLast() {
            hear(.checkpointed(id, problem: isGood ? nil : "it answered 500"))
        } else if let index = running.firstIndex(where: \.isStopped) {
            end(index)
        } else {
            return false
        }
        return true
    }

    private func isPending(_ machine: Machine?) -> Bool {
        switch machine {
        case .launching, .resuming, .stopping, .releasing: true
        case .absent, .ready, .stopped, nil: false
        }
    }

    private mutating func answerMachine(_ node: Int, isGood: Bool) {
        switch machines[node] {
        case .launching where !isGood:
            machines[node] = .absent
            hear(.nodeRefused(pool: "spot", node: node, reason: "no capacity"))
        case .resuming where !isGood:
            machines[node] = .stopped
            hear(.nodeRefused(pool: "spot", node: node, reason: "no capacity"))
        case .launching, .resuming:
            machines[node] = .ready
            hear(.nodeLaunched(pool: "spot", node: node))
        case .stopping:
            machines[node] = .stopped
            hear(.nodeStopped(pool: "spot", node: node))
        case .releasing:
            machines[node] = .absent
            noticed.remove(node)
            hear(.nodeReleased(pool: "spot", node: node))
        default: break
        }
    }

    private mutating func hear(_ event: PlaneEvent) {
        guard problem == nil else { return }
        let actions = reconciler.handle(event, now: now)
        if thorough.handle(event, now: now) != actions { problem = "\(event): a look at everything leads to other actions" }
        if let difference = reconciler.difference(from: thorough, now: now) {
            problem = "\(event): a look at everything changes \(difference)"
        }
        for action in actions { perform(action) }
        checkRunning()
        if let next = reconciler.nextDeadline, next <= now { problem = "the next deadline \(next) is not after \(now)" }
    }

    private mutating func perform(_ action: PlaneAction) {
        switch action {
        case .start(let order): check(start: order)
        case .stop(let id, _), .kill(let id):
            for index in running.indices where running[index].order.id == id { running[index].isStopped = true }
        case .probe(let id): probing.insert(id, at: 0)
        case .measure(let id): measuring.insert(id, at: 0)
        case .checkpoint(let id, _, _): saving.insert(id, at: 0)
        case .launchNode(let order):
            let expected: Machine = order.isResume ? .stopped : .absent
            if machine(order.index) != expected {
                problem = "node \(order.index) is asked for while it is \(machine(order.index))"
            }
            machines[order.index] = order.isResume ? .resuming : .launching
            noticed.remove(order.index)
        case .stopNode(_, let node):
            if machine(node) != .ready || !isEmpty(node) { problem = "node \(node) is stopped while it is \(machine(node))" }
            machines[node] = .stopping
        case .releaseNode(let pool, let node):
            guard pool == "spot" else { return }
            if !isEmpty(node) { problem = "node \(node) is released while something runs there" }
            machines[node] = .releasing
        case .persist, .forget, .publish: break
        }
    }

    /// Nothing runs there but what was told to end.
    private func isEmpty(_ node: Int) -> Bool {
        !running.contains { !$0.isStopped && $0.order.devices.contains { $0 / 2 == node } }
    }

    private mutating func check(start order: StartOrder) {
        if order.id.incarnation <= greatestIncarnation { problem = "incarnation \(order.id.incarnation) is given twice" }
        greatestIncarnation = max(greatestIncarnation, order.id.incarnation)
        let nodes = Set(order.devices.map { $0 / 2 })
        guard nodes.count == 1, let node = nodes.first else {
            problem = "\(order.id) lies on nodes \(nodes.sorted())"
            return
        }
        if machine(node) != .ready { problem = "\(order.id) is started on node \(node), which is \(machine(node))" }
        if noticed.contains(node) { problem = "\(order.id) is started on node \(node), which will be taken" }
        running.append(Running(order: order))
    }

    private mutating func checkRunning() {
        let devices = running.flatMap(\.order.devices)
        if Set(devices).count != devices.count { problem = "an accelerator is held twice: \(devices)" }
        guard sharing != .any else { return }
        for node in Set(devices.map { $0 / 2 }) {
            let there = running.filter { $0.order.devices.contains { $0 / 2 == node } }
            if Set(there.map(\.order.specification.workloadClass)).count > 1 { problem = "two classes share node \(node)" }
        }
    }

    private mutating func checkConvergence() {
        guard problem == nil, let wanted = reconciler.assignment, let pool = wanted.pools.first else { return }
        let reports = reconciler.replicaReports(host: "h", now: now).filter { $0.state != .gone }
        if let draining = reports.first(where: { $0.state == .draining }) { problem = "\(draining.id) drains for ever" }
        for workload in wanted.workloads {
            let ready = reports.count { $0.id.workload == workload.name && $0.state == .ready }
            let count = workload.placements.first?.count ?? 0
            let isRefused = reconciler.refusals.contains { $0.workload == workload.name }
            if ready > count || (ready < count && !isRefused) {
                problem = "\(workload.name) has \(ready) of \(count) ready replicas, refusals \(reconciler.refusals)"
            }
        }
        let states = (reconciler.nodeReports(now: now) ?? []).map(\.state)
        let serving = states.count { $0 == .ready || $0 == .reclaiming }
        let warm = states.count { $0 == .idle || $0 == .stopped }
        if !isStanding, warm != min(pool.warm?.nodes ?? 0, pool.maxNodes - serving) {
            problem = "\(warm) nodes are warm beside \(serving) serving, of \(pool.maxNodes): \(states)"
        }
        let holding = Set(running.flatMap(\.order.devices).map { $0 / 2 }).count
        if !isStanding, serving != holding { problem = "replicas on \(holding) nodes: \(reconciler.nodeReports(now: now) ?? [])" }
    }
}
