package import FleetModel

/// Chooses where each request goes and learns from how it went. One per event loop: no lock; ``decide(_:attempts:now:)`` and
/// ``handle(_:now:)`` allocate nothing.
///
/// How a choice is made, in this order: 1. The fence: only planes in the workload's `allowedPlanes` exist for it (see
/// ``RoutingTable``), and of those only the ones that
///    admit every place its client may be in (``isInside(_:_:)``).
/// 2. Replicas: healthy and untried, then ejected and untried (*panic*: trying beats refusing), then tried ones. A tried replica
/// is
///    never chosen while an untried one may be.
/// 3. Planes: those neither drained nor suspect first; then inside the latency budget, inside the failover budget, beyond; then
/// the
///    predicted time to the first token (round trip + predicted queue). Times within a small tolerance count as equal and the
///    fibre-limit round trip decides, so that the choice does not flap. A plane whose queue is longer than
///    ``RoutingLimits/patienceMilliseconds`` counts as beyond its budgets: this is how load spills out of them.
///    Where the rules list planes, their weights and priorities take the place of budgets and times (`Router+Planes`).
/// 4. While two versions of a workload serve, one of them is drawn by its weight before all this, and the other is
/// asked where it has
///    no replica (`Router+Revisions`).
/// 5. Replicas: by session, by prefix affinity with bounded load, else by the policy asked for (`Router+Policies`).
package struct Router {
    /// The table decided by; nil before the first.
    package private(set) var table: RoutingTable?
    var workloads: [WorkloadPolicy] = []
    private(set) var choices: [RoutingTable.Choice] = []
    /// By choice.
    private(set) var admitted: [PlaceSet] = []
    private(set) var members: [Int32] = []
    /// By slot.
    var replicas: [ReplicaState] = []
    /// By workload index.
    private(set) var policies: [HealthPolicy] = []
    private(set) var accounts: [WorkloadAccount] = []
    var outliers = OutlierWindows()
    /// By plane index.
    private(set) var planes: [PlaneState] = []
    /// By slot, and by choice.
    var balance: [BalancingState] = []
    private(set) var hashing: [ReplicaHashing?] = []
    var prefixes: PrefixMemory
    var priorities = PriorityLoads()
    /// Draws what is left to chance, so that gateways that know the same do not all do the same.
    var random: SplitMix64
    /// Reused by every decision; as long as the longest list of choices.
    var scores: [PlaneScore] = []
    /// What the last decision compared, for ``explainLast(_:_:attempts:now:into:)``.
    var compared = Compared()
    /// Breaks ties between equals, in turn.
    var rotation: UInt64 = 0
    private var contact: Moment?
    var ejections: UInt64 = 0
    /// The versions of all workloads of which two serve, and what became of their requests (`Router+Revisions`).
    var revisions: [RevisionState] = []

    /// - Parameters:
    ///   - seed: another for each event loop and gateway.
    ///   - prefixBlocks: blocks of prompts remembered for prefix affinity.
    package init(seed: UInt64 = 0, prefixBlocks: Int = PrefixMemory.capacity) {
        random = SplitMix64(seed: seed)
        prefixes = PrefixMemory(capacity: prefixBlocks)
        rotation = random.next() >> 32
    }

    /// What decisions need of a workload, as plain numbers.
    struct WorkloadPolicy: Sendable {
        var isPresent: Bool
        /// The gateway must refuse it, or no plane is inside its fence.
        var isFenced: Bool
        var budgetMilliseconds: Double
        var failoverBudgetMilliseconds: Double
        var maxSnapshotAge: Duration?
        /// It has circuit breakers.
        var isLimited: Bool
        /// Its fence depends on the client's place.
        var distinguishesPlaces: Bool
        var choices: Range<Int>
        /// Into ``Router/revisions``; empty where one version serves.
        var revisions = 0..<0
    }

    // MARK: Inputs

    /// Takes an input. Connections named by the actions must be closed before the next decision.
    package mutating func apply(_ input: RouterInput, now: Moment) -> [RouterAction] {
        switch input {
        case .table(let table):
            return adopt(table, now: now)
        case .loads(let update):
            take(update)
        case .controlPlaneContact(let moment):
            contact = moment
        case .event(let event):
            handle(event, now: now)
            if case .probeFailed(let replica, .silent) = event, isEjected(replica, at: now) { return [.moveWaiting(replica)] }
        }
        return []
    }

    /// Learns from a request or a probe. Unknown and stale handles are ignored.
    package mutating func handle(_ event: RouterEvent, now: Moment) {
        if !revisions.isEmpty { countRevision(event) }
        switch event {
        case .requestStarted(let handle): with(handle) { $0.inFlight += 1 }
        case .finished(let handle): with(handle) { $0.inFlight = max(0, $0.inFlight - 1) }
        case .firstByte(let handle, let time):
            with(handle) { $0.health.responded(at: now) }
            observe(time, on: handle, now: now)
            gather(event, from: handle, now: now)
        case .outpaced(let handle, let time):
            observe(time, on: handle, now: now)
            gather(event, from: handle, now: now)
        case .probePassed(let handle): with(handle) { $0.health.probePassed(at: now) }
        case .connectFailed(let handle):
            guard let workload = workload(of: handle) else { return }
            let (policy, mayEject) = (policies[workload], mayEject(workload, now: now))
            let wasEjected = with(handle) { $0.health.connectionFailed(policy, mayEject: mayEject, at: now) }
            noteLoss(of: handle, wasEjected: wasEjected, isPlaneSign: true, now: now)
            noteUnanswered(handle)
            gather(event, from: handle, now: now)
        case .responseFailed(let handle, let failure):
            guard let workload = workload(of: handle) else { return }
            let (policy, mayEject) = (policies[workload], mayEject(workload, now: now))
            let wasEjected = with(handle) { $0.health.responseFailed(failure, policy, mayEject: mayEject, at: now) }
            noteLoss(of: handle, wasEjected: wasEjected, now: now)
            if failure == .broken || failure == .timeout { noteUnanswered(handle) }
            gather(event, from: handle, now: now)
        case .probeFailed(let handle, let failure):
            guard let workload = workload(of: handle) else { return }
            let policy = policies[workload]
            let wasEjected = with(handle) { $0.health.probeFailed(failure, policy, at: now) }
            noteLoss(of: handle, wasEjected: wasEjected, isPlaneSign: failure == .refused, now: now)
        case .deepProbed(let handle, let isHealthy):
            noteLoss(of: handle, wasEjected: with(handle) { $0.health.deepProbed(isHealthy: isHealthy, at: now) }, now: now)
        case .planeRoundTrip(let plane, let roundTrip):
            if planes.indices.contains(plane.value) { planes[plane.value].measured(roundTrip) }
        }
    }

    /// Why no request of the workload may be sent at all right now; nil lets it pass.
    func admissionRefusal(_ workload: WorkloadIndex, now: Moment) -> RoutingRefusal? {
        guard workloads.indices.contains(workload.value), workloads[workload.value].isPresent else { return .unknownModel }
        if workloads[workload.value].isFenced { return .fenced }
        guard let limit = workloads[workload.value].maxSnapshotAge else { return nil }
        guard let contact, now.since(contact) <= limit else { return .snapshotTooOld }
        return nil
    }

    // MARK: Readings

    /// Requests this loop has on a replica; 0 for one that is gone.
    package func inFlight(on handle: ReplicaHandle) -> Int {
        guard let state = state(of: handle) else { return 0 }
        return Int(state.inFlight)
    }

    /// Requests this loop has on the replicas of each workload, by index.
    package func inFlightByWorkload() -> [Int] {
        var counts = Array(repeating: 0, count: workloads.count)
        for state in replicas where !state.isVacant && counts.indices.contains(Int(state.workload)) {
            counts[Int(state.workload)] += Int(state.inFlight)
        }
        return counts
    }

    package func isEjected(_ handle: ReplicaHandle, at now: Moment) -> Bool {
        state(of: handle)?.health.isEjected(at: now) ?? false
    }

    /// The round trip decided by, without what lies behind the plane.
    package func roundTrip(to plane: PlaneIndex) -> Duration? {
        guard planes.indices.contains(plane.value) else { return nil }
        return .nanoseconds(Int64(planes[plane.value].roundTripMilliseconds * 1e6))
    }

    /// Whether what the plane said of its replicas is young enough to act on.
    package func isTrusted(_ plane: PlaneIndex, at now: Moment) -> Bool {
        planes.indices.contains(plane.value) && planes[plane.value].isTrusted(at: now)
    }

    package func statistics(at now: Moment) -> RouterStatistics {
        var statistics = RouterStatistics()
        statistics.ejections = ejections
        for state in replicas where !state.isVacant {
            statistics.inFlight += Int(state.inFlight)
            if state.health.isEjected(at: now) { statistics.ejectedReplicas += 1 }
        }
        return statistics
    }

    // MARK: Keeping state over tables

    private mutating func adopt(_ new: RoutingTable, now: Moment) -> [RouterAction] {
        let old = table?.replicas ?? []
        var actions: [RouterAction] = []
        while replicas.count < new.replicas.count { replicas.append(.vacant) }
        for slot in replicas.indices {
            let before = old.indices.contains(slot) ? old[slot] : nil
            let after = new.replicas.indices.contains(slot) ? new.replicas[slot] : nil
            if let before, before.handle != after?.handle { actions.append(.closeConnections(before.handle)) }
            guard let after else {
                replicas[slot] = .vacant
                continue
            }
            guard let before, before.handle == after.handle else {
                replicas[slot] = ReplicaState(after, ramp: ramp(of: after, in: new), now: now)
                continue
            }
            replicas[slot].rate = after.rate
            replicas[slot].generation = after.generation
            replicas[slot].health.ramp = ramp(of: after, in: new)
            replicas[slot].onwardMilliseconds = after.onwardRoundTripMilliseconds
            // Its plane found it healthy for the first time, or again: what was held against it is over.
            if let readySince = after.readySince, !before.takesRequests {
                replicas[slot].health = ReplicaHealth(since: readySince, ramp: ramp(of: after, in: new))
            }
        }
        adoptBalancing()
        adoptDirectory(new, now: now)
        table = new
        return actions
    }

    private mutating func adoptDirectory(_ new: RoutingTable, now: Moment) {
        for (index, entry) in new.directory.planes.enumerated() {
            if index < planes.count {
                if planes[index].isFailed, !entry.isFailed { startSlowly(index, in: new, now: now) }
                planes[index].update(entry)
            } else {
                planes.append(PlaneState(entry))
            }
            planes[index].wasHeard(at: new.heard.indices.contains(index) ? new.heard[index] : nil)
        }
        choices = new.choices
        admitted = new.admitted
        hashing = new.hashing
        members = new.members
        workloads = new.directory.workloads.enumerated().map { index, entry in
            WorkloadPolicy(
                isPresent: entry.isPresent, isFenced: entry.refusal != nil || entry.allowedPlanes.isEmpty,
                budgetMilliseconds: entry.latencyBudgetMilliseconds,
                failoverBudgetMilliseconds: entry.failoverLatencyBudgetMilliseconds, maxSnapshotAge: entry.maxSnapshotAge,
                isLimited: entry.account.isLimited, distinguishesPlaces: entry.placeAdmission != nil,
                choices: new.choiceRanges[index])
        }
        adoptRevisions(new.directory)
        policies = new.directory.workloads.map { HealthPolicy($0.resilience) }
        accounts = new.directory.workloads.map(\.account)
        outliers.reserve(slots: replicas.count, workloads: workloads.count)
        let longest = workloads.map(\.choices.count).max() ?? 0
        if scores.count < longest { scores = Array(repeating: PlaneScore(), count: longest) }
    }

    /// A plane that is taken back gets its share as slowly as replicas that are new.
    private mutating func startSlowly(_ plane: Int, in table: RoutingTable, now: Moment) {
        for case let entry? in table.replicas where entry.plane.value == plane && entry.takesRequests {
            with(entry.handle) { $0.health.startSlowly(at: now) }
        }
    }

    private mutating func take(_ update: LoadUpdate) {
        guard planes.indices.contains(update.plane.value) else { return }
        planes[update.plane.value].wasHeard(at: update.heard)
        for load in update.loads {
            with(load.replica) { $0.take(load, at: update.heard) }
            takeBalancing(load, at: update.heard)
        }
    }

    private func ramp(of entry: ReplicaEntry, in table: RoutingTable) -> SlowStartRamp {
        SlowStartRamp(table.directory[entry.workload].resilience.slowStart)
    }

    func workload(of handle: ReplicaHandle) -> Int? { state(of: handle).map { Int($0.workload) } }

    func state(of handle: ReplicaHandle) -> ReplicaState? {
        let slot = Int(handle.slot)
        guard replicas.indices.contains(slot), !replicas[slot].isVacant, replicas[slot].birth == handle.birth else { return nil }
        return replicas[slot]
    }

    @discardableResult
    private mutating func with<Result>(_ handle: ReplicaHandle, _ change: (inout ReplicaState) -> Result) -> Result? {
        let slot = Int(handle.slot)
        guard replicas.indices.contains(slot), !replicas[slot].isVacant, replicas[slot].birth == handle.birth else { return nil }
        return change(&replicas[slot])
    }

    private mutating func noteUnanswered(_ handle: ReplicaHandle) {
        guard let state = state(of: handle) else { return }
        planes[Int(state.plane)].unanswered += 1
    }

    private mutating func noteLoss(of handle: ReplicaHandle, wasEjected: Bool?, isPlaneSign: Bool = false, now: Moment) {
        guard wasEjected == true, let state = state(of: handle) else { return }
        ejections += 1
        if isPlaneSign { planes[Int(state.plane)].lost(slot: handle.slot, at: now) }
    }
}
