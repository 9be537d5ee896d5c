import FleetControl
import FleetModel
import SeededCases
import Testing

/// Random lives of a plane: whatever is heard, the invariants hold, and once the world behaves the counts are met.
@Suite struct PlaneReconcilerPropertyTests {
    @Test("random events never break an invariant, and the counts converge")
    func randomLives() {
        // A case is about two hundred events, each judged whole.
        for seed in 0..<caseCount(perMille: 300) {
            var world = World(seed: seed)
            for _ in 0..<40 { world.step() }
            world.settleDown()
            if let problem = world.problem {
                Issue.record("seed \(seed): \(problem)")
                return
            }
        }
    }
}

/// A plane's shell without processes: keeps what is running, and checks every action.
private struct World {
    private struct Running {
        let order: StartOrder
        var isStarted = false
    }

    private static let quarantine = AddressBook.defaultQuarantine
    private var random: SeededGenerator
    private var reconciler: PlaneReconciler
    /// Hears the same and looks at everything each time: it must come to the same.
    private var thorough: PlaneReconciler
    private var now = Moment.origin
    private var running: [Running] = []
    private var probing: [ReplicaID] = []
    private var measuring: [ReplicaID] = []
    private var lastHolder: [Int: (workload: WorkloadName, ended: Moment)] = [:]
    private var greatestIncarnation: UInt64 = 0
    private var version: UInt64 = 0
    private var assignment = Fixture.assignment(0, [])
    private var settlingSince = Moment.origin
    private(set) var problem: String?

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        reconciler = Fixture.reconciler(ports: 20_000...20_007, seed: seed)
        thorough = Fixture.reconciler(ports: 20_000...20_007, seed: seed, looksAlways: true)
    }

    mutating func step() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: assign()
        case 1, 2: pass(milliseconds: Int64.random(in: 1...2_000, using: &random))
        case 3: pass(milliseconds: Int64.random(in: 1...400_000, using: &random))
        case 4: if let index = running.indices.randomElement(using: &random) { end(index) }
        case 5: strange()
        case 6: restartThePlane()
        default: answer(isGood: Int.random(in: 0..<4, using: &random) > 0)
        }
    }

    /// From here on every process starts, is healthy, and ends when told.
    mutating func settleDown() {
        settlingSince = now
        for _ in 0..<400 where problem == nil {
            while answer(isGood: true) {}
            guard let next = reconciler.nextDeadline, !isSettled else { break }
            pass(milliseconds: max(1, Int64((next.since(now).milliseconds).rounded(.up))))
            if now.nanoseconds > 40_000_000_000_000 { break }
        }
        checkConvergence()
    }

    /// Everything is ready, or gone, and nothing waits to happen.
    private var isSettled: Bool {
        let isResting = { (state: ReplicaReport.State) in state == .ready || state == .gone }
        guard reconciler.replicaReports(host: "h", now: now).allSatisfy({ isResting($0.state) }) else { return false }
        return reconciler.refusals.isEmpty || now.since(settlingSince) > .seconds(60)
    }

    private mutating func assign() {
        version += UInt64.random(in: 0...2, using: &random)
        let names: [WorkloadName] = ["a", "b", "c"]
        let each = [1, 1, 2].randomElement(using: &random) ?? 1
        let workloads = names.filter { _ in Bool.random(using: &random) }.map {
            Fixture.workload(
                $0, generation: UInt64.random(in: 1...2, using: &random), count: Int.random(in: 0...3, using: &random),
                each: each,
                drain: 3_000)
        }
        let next = Fixture.assignment(
            version, workloads, pools: [Fixture.pool(perNode: 2, nodes: Int.random(in: 1...2, using: &random))])
        hear(.assigned(next))
        assignment = reconciler.assignment ?? assignment
    }

    private mutating func pass(milliseconds: Int64) {
        now = now.advanced(by: .milliseconds(milliseconds))
        hear(.deadlinePassed)
    }

    private mutating func end(_ index: Int) {
        let order = running.remove(at: index).order
        lastHolder[order.port] = (order.specification.workload, now)
        hear(.exited(order.id, reason: "ended"))
    }

    /// Gives one outstanding answer; false when there is none.
    @discardableResult
    private mutating func answer(isGood: Bool) -> Bool {
        if let index = running.firstIndex(where: { !$0.isStarted }) {
            let id = running[index].order.id
            if isGood {
                running[index].isStarted = true
                hear(.started(id, pid: 1))
            } else if Bool.random(using: &random) {
                end(index)
            } else {
                let order = running.remove(at: index).order
                lastHolder[order.port] = (order.specification.workload, now)
                hear(.startRefused(id, reason: "no"))
            }
        } else if let id = probing.popLast() {
            hear(isGood ? .probePassed(id, onward: .zero) : .probeFailed(id, reason: "bad"))
        } else if let id = measuring.popLast() {
            hear(.loadMeasured(id, isGood ? ReplicaLoad(running: 0) : ReplicaLoad(running: 3, waiting: 1)))
        } else if let index = running.firstIndex(where: { stopped.contains($0.order.id) }) {
            if isGood { end(index) }
            return isGood
        } else {
            return false
        }
        return true
    }

    /// Events that are late, doubled or about nobody.
    private mutating func strange() {
        let id = Fixture.id(UInt64.random(in: 0...(greatestIncarnation + 1), using: &random), "a")
        let event: [PlaneEvent] = [
            .started(id, pid: 3), .probePassed(id, onward: .zero), .probeFailed(id, reason: "late"), .loadMeasured(id, nil),
        ]
        if let event = event.randomElement(using: &random) { hear(event) }
    }

    /// The plane dies with its replicas, and comes back with what it had written.
    private mutating func restartThePlane() {
        guard Int.random(in: 0..<4, using: &random) == 0 else { return }
        for entry in running { lastHolder[entry.order.port] = (entry.order.specification.workload, now) }
        (running, probing, measuring, stopped) = ([], [], [], [])
        let addresses = AddressBook(ports: 20_000...20_007, records: reconciler.addressRecords(now: now), now: now)
        reconciler = PlaneReconciler(
            plane: Fixture.plane, nextIncarnation: reconciler.nextIncarnation, addresses: addresses, seed: 1)
        thorough = PlaneReconciler(
            plane: Fixture.plane, nextIncarnation: reconciler.nextIncarnation, addresses: addresses, seed: 1, looksAlways: true)
        hear(.assigned(assignment))
    }

    private var stopped: Set<ReplicaID> = []

    private mutating func hear(_ event: PlaneEvent) {
        guard problem == nil else { return }
        let actions = reconciler.handle(event, now: now)
        if thorough.handle(event, now: now) != actions { problem = "\(event): a look at everything leads to other actions" }
        if let difference = reconciler.difference(from: thorough, now: now) {
            problem = "\(event): a look at everything changes \(difference)"
        }
        for action in actions { perform(action) }
        checkDevices()
        if let next = reconciler.nextDeadline, next <= now { problem = "the next deadline \(next) is not after \(now)" }
    }

    private mutating func perform(_ action: PlaneAction) {
        switch action {
        case .start(let order): check(start: order)
        case .stop(let id, _), .kill(let id): stopped.insert(id)
        case .probe(let id): probing.insert(id, at: 0)
        case .measure(let id): measuring.insert(id, at: 0)
        case .persist, .forget, .publish, .checkpoint, .launchNode, .stopNode, .releaseNode: break
        }
    }

    private mutating func check(start order: StartOrder) {
        if running.contains(where: { $0.order.port == order.port }) { problem = "port \(order.port) is given twice" }
        if order.id.incarnation <= greatestIncarnation { problem = "incarnation \(order.id.incarnation) is given twice" }
        greatestIncarnation = max(greatestIncarnation, order.id.incarnation)
        if let last = lastHolder[order.port], last.workload != order.specification.workload,
            now.since(last.ended) < Self.quarantine
        {
            problem = "port \(order.port) goes from \(last.workload) to \(order.specification.workload) in its quarantine"
        }
        guard let pool = assignment.pools.first ?? reconciler.assignment?.pools.first else { return }
        let current = reconciler.assignment?.pools.first ?? pool
        let nodes = Set(order.devices.map { $0 / current.acceleratorsPerNode })
        if nodes.count != 1 || (nodes.first ?? 0) >= current.maxNodes { problem = "\(order.id) lies on nodes \(nodes.sorted())" }
        running.append(Running(order: order))
    }

    private mutating func checkDevices() {
        let devices = running.flatMap(\.order.devices)
        if Set(devices).count != devices.count { problem = "an accelerator is held twice: \(devices)" }
    }

    private mutating func checkConvergence() {
        guard problem == nil, let wanted = reconciler.assignment else { return }
        for workload in wanted.workloads {
            guard let placement = workload.placements.first else { continue }
            let ready = reconciler.replicaReports(host: "h", now: now).filter {
                $0.id.workload == workload.name && $0.state == .ready
            }.count
            let isRefused = reconciler.refusals.contains { $0.workload == workload.name }
            if ready > placement.count || (ready < placement.count && !isRefused) {
                problem = "\(workload.name) has \(ready) of \(placement.count) ready replicas and no refusal"
            }
        }
        if running.contains(where: { stopped.contains($0.order.id) }) { problem = "a stopped replica is still there" }
    }
}
