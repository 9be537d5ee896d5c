package import FleetModel

/// Owns the life of every replica of one plane: hears what happened, says what to do.
///
/// starting → ready ⇄ unready → draining → gone, and after a failure: backing-off → starting as a new incarnation.
///
/// Invariants, whatever is heard and in whatever order: no two living replicas share a port; an incarnation number is given
/// once; never more accelerators are held than the pools have, and no replica's lie on two nodes; a replica is started only on a
/// node that is ready and that its provider has not announced to take; replicas of two classes stand on one node only where the
/// pool says so; a port goes to another workload only after its quarantine. A drained plane keeps its replicas running: gateways avoid it, and its return costs
/// no cold start; whoever wants the capacity back lowers the counts.
package struct PlaneReconciler: Sendable {
    let plane: PlaneName
    let policy: ReplicaPolicy
    package internal(set) var assignment: PlaneAssignment?
    /// The next replica's number. Kept on disk: it never goes back.
    package internal(set) var nextIncarnation: UInt64
    package internal(set) var isShuttingDown = false

    var admission = Admission()
    /// Whoever is not wanted any more was told so since the assignment came.
    var isSifted = false
    /// In order of incarnation: new ones are appended.
    var replicas: [Replica] = [] { didSet { isTouched = true } }
    var addresses: AddressBook { didSet { isTouched = true } }
    var gone: [(report: ReplicaReport, at: Moment)] = [] { didSet { isTouched = true } }
    /// What the driver would not start, until when, and why.
    var refused: [(specification: ReplicaSpecification, until: Moment, reason: String)] = [] { didSet { isTouched = true } }
    /// Wanted but not started now for lack of room or of an address.
    var blocked: [PlaneReport.Refusal] = [] { didSet { isTouched = true } }
    var addressRetryAt: Moment? { didSet { isTouched = true } }
    /// The nodes of the assignment's pools.
    var nodes: [PoolName: PoolNodes] = [:] { didSet { isTouched = true } }
    /// Nodes whose provider will take them, or may, as ``settle(now:)`` found them.
    var cordoned: [PoolName: Set<Int>] = [:]
    /// When the last event was taken.
    private var handledAt = Moment.origin
    private var jitter: SplitMix64

    /// What the event at hand led to so far.
    var actions: [PlaneAction] = []
    var change: PlaneAction.Change?
    var isIdentityChanged = false

    /// Something that is decided by may have been written to.
    private var isTouched = false
    /// The last look at everything changed nothing: until ``due``, another would not either.
    private var isSettled = false
    /// When something but a check or reading is due; nil: never.
    private var due: Moment?
    private let looksAlways: Bool

    /// - Parameters:
    ///   - nextIncarnation: as kept on disk; 1 for a new plane.
    ///   - seed: of the back-off's jitter, chosen by the shell.
    ///   - looksAlways: has everything looked at with each event, though nothing can have changed: slower, and the same.
    package init(
        plane: PlaneName, policy: ReplicaPolicy = ReplicaPolicy(), nextIncarnation: UInt64 = 1, addresses: AddressBook,
        seed: UInt64, looksAlways: Bool = false
    ) {
        self.looksAlways = looksAlways
        self.plane = plane
        self.policy = policy
        self.nextIncarnation = max(1, nextIncarnation)
        self.addresses = addresses
        jitter = SplitMix64(seed: seed)
    }

    /// True once a shutdown was asked for and every replica is gone.
    package var isFinished: Bool { isShuttingDown && replicas.isEmpty }

    package func addressRecords(now: Moment) -> [AddressBook.Record] { addresses.records(now: now) }

    /// Takes one event and returns what to do, in order.
    package mutating func handle(_ event: PlaneEvent, now: Moment) -> [PlaneAction] {
        actions = []
        change = nil
        isIdentityChanged = false
        handledAt = now
        take(event, now: now)
        if looksAlways { isSifted = false }
        if looksAlways || !isSettled || mayUnsettle(event) || due.map({ $0 <= now }) ?? false {
            isTouched = false
            advance(now: now)
            if !isShuttingDown { settle(now: now) }
            isSettled = !isTouched
            due = nextChange
        } else {
            askDue(now: now)
        }
        if let change { actions.append(.publish(change)) }
        if isIdentityChanged { actions.insert(.persist, at: 0) }
        defer { actions = [] }
        return actions
    }

    /// Whether an event may have changed anything that is decided by. Answers to checks and readings mostly change nothing but
    /// when the next is due; the reading of a replica that drains says whether it may be stopped.
    private func mayUnsettle(_ event: PlaneEvent) -> Bool {
        switch event {
        case .deadlinePassed: return false
        case .probePassed, .probeFailed: return change == .life
        case .loadMeasured(let id, _):
            guard change != .life, let index = index(of: id) else { return true }
            return replicas[index].state == .draining
        default: return true
        }
    }

    /// When ``PlaneEvent/deadlinePassed`` is due; later than the `now` of the last ``handle(_:now:)``.
    package var nextDeadline: Moment? {
        var due = self.due
        for index in replicas.indices {
            if let probe = replicas[index].nextProbe { due = due.map { min($0, probe) } ?? probe }
            if let measure = replicas[index].nextMeasure { due = due.map { min($0, measure) } ?? measure }
        }
        return due
    }

    /// When something but a check or reading is due.
    private var nextChange: Moment? {
        var due = gone.first.map { $0.at.advanced(by: policy.goneListing) }
        func note(_ moment: Moment?) {
            guard let moment else { return }
            due = due.map { min($0, moment) } ?? moment
        }
        for index in replicas.indices {
            switch replicas[index].state {
            case .starting: note(startDeadline(of: replicas[index]))
            case .unready: note(unreadyDeadline(of: replicas[index]))
            case .draining: if !replicas[index].isStopping { note(replicas[index].drainDeadline) }
            case .ready, .backingOff, .gone: break
            }
            note(replicas[index].killAt)
            note(replicas[index].noticeUntil)
            note(replicas[index].retryAt)
        }
        for pool in nodes.values { note(pool.nextDeadline(after: handledAt)) }
        if !isShuttingDown {
            note(addressRetryAt)
            for entry in refused { note(entry.until) }
        }
        return due
    }

    // MARK: Events

    private mutating func take(_ event: PlaneEvent, now: Moment) {
        switch event {
        case .assigned(let assignment): assign(assignment, now: now)
        case .started(let id, let pid): started(id, pid: pid, now: now)
        case .startRefused(let id, let reason): startRefused(id, reason: reason, now: now)
        case .exited(let id, let reason): exited(id, reason: reason, now: now)
        case .probePassed(let id, let onward): probePassed(id, onward: onward, now: now)
        case .probeFailed(let id, let reason): probeFailed(id, reason: reason, now: now)
        case .loadMeasured(let id, let load): measured(id, load: load, now: now)
        case .reclaimNoticed(let pool, let node, let within, let kind):
            reclaimNoticed(pool, node: node, within: within, kind: kind, now: now)
        case .reclaimWithdrawn(let pool, let node, let kind): reclaimWithdrawn(pool, node: node, kind: kind, now: now)
        case .nodeLost(let pool, let node): nodeLost(pool, node: node, now: now)
        case .nodeLaunched(let pool, let node): nodeLaunched(pool, node: node, now: now)
        case .nodeRefused(let pool, let node, let reason): nodeRefused(pool, node: node, reason: reason, now: now)
        case .nodeStopped(let pool, let node): nodes[pool]?.stopped(node, now: now)
        case .nodeReleased(let pool, let node): nodes[pool]?.released(node, now: now)
        case .checkpointed(let id, let problem): checkpointed(id, problem: problem)
        case .deadlinePassed: break
        case .shutdownRequested(let within): shutDown(within: within, now: now)
        }
    }

    private mutating func assign(_ newer: PlaneAssignment, now: Moment) {
        guard newer.plane == plane, !isShuttingDown else { return }
        if let known = assignment, newer.version <= known.version { return }
        assignment = newer
        let earlier = admission
        admission = Admission(newer, policy: policy)
        admission.share(with: earlier)
        isSifted = false
        declareNodes(now: now)
        change = .life
    }

    private mutating func shutDown(within: Duration, now: Moment) {
        if isShuttingDown { return hasten(within: max(.zero, within), now: now) }
        isShuttingDown = true
        blocked = []
        for id in replicas.map(\.id) {
            leave(id, reason: "the plane ends", now: now, within: max(.zero, within))
        }
    }

    /// A shutdown that is asked for again ends what is left no later than either says.
    private mutating func hasten(within: Duration, now: Moment) {
        for index in replicas.indices {
            replicas[index].drainDeadline = replicas[index].drainDeadline.map { min($0, now.advanced(by: within)) }
            let kill = now.advanced(by: within + policy.stopGrace + .seconds(1))
            replicas[index].killAt = replicas[index].killAt.map { min($0, kill) }
        }
    }

    // MARK: What every transition uses

    func index(of id: ReplicaID) -> Int? {
        replicas.indices.first { replicas[$0].id.incarnation == id.incarnation && replicas[$0].id == id }
    }

    mutating func nextJitter() -> UInt64 { jitter.next() }

    mutating func noteLifeChange() { change = .life }

    func startDeadline(of replica: Replica) -> Moment? {
        guard replica.state == .starting else { return nil }
        return replica.specification.startTimeout(policy: policy).map { replica.startedAt.advanced(by: $0) }
    }

    func unreadyDeadline(of replica: Replica) -> Moment? {
        guard replica.state == .unready, !replica.specification.isEndpoint else { return nil }
        return replica.stateSince.advanced(by: policy.unreadyLimit)
    }
}
