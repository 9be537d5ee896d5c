import FleetModel

/// Brings what runs closer to what is wanted.
extension PlaneReconciler {
    mutating func settle(now: Moment) {
        if addressRetryAt != nil { addressRetryAt = nil }
        cordoned = nodes.compactMapValues(\.noticed)
        var refusals: [PlaneReport.Refusal] = []
        leaveUnwanted(now: now)
        for want in admission.wants {
            leaveReplaced(want, now: now)
            leaveSurplus(want, now: now)
        }
        for want in admission.wants {
            retryFailed(want, refusals: &refusals, now: now)
            fill(want, refusals: &refusals, now: now)
        }
        arrangeNodes(now: now)
        if refusals != blocked {
            blocked = refusals
            noteLifeChange()
        }
    }

    private func isOf(_ want: Admission.Want, _ replica: Replica) -> Bool { replica.isActive && want.answers(for: replica) }

    private func indices(of want: Admission.Want) -> [Int] {
        replicas.indices.filter {
            replicas[$0].isActive && (replicas[$0].shared === want.shared || want.answers(for: replicas[$0].specification))
        }
    }

    /// Made as is wanted now, and not to be replaced for another reason: one of an older generation, one that is to be drained or
    /// one on a node its provider may take serves until another does.
    private func isCurrent(_ replica: Replica, _ want: Admission.Want) -> Bool {
        want.isMade(replica) && !isToBeDrained(replica) && !isCordoned(replica)
    }

    private func isToBeDrained(_ replica: Replica) -> Bool {
        assignment?.drainedReplicas?.contains(replica.id.incarnation) ?? false
    }

    private func whyReplaced(_ replica: Replica, _ want: Admission.Want) -> String {
        if isToBeDrained(replica) { return "drained" }
        return want.isMade(replica)
            ? "its node may be reclaimed" : "replaced by generation \(want.specification.generation)"
    }

    /// Once for each assignment: what is started is wanted.
    private mutating func leaveUnwanted(now: Moment) {
        if isSifted { return }
        isSifted = true
        let unwanted = replicas.indices.filter { index in
            replicas[index].isActive && !admission.wants.contains { isOf($0, replicas[index]) }
        }
        for replica in unwanted.map({ replicas[$0] }) {
            leave(replica.id, reason: "no longer wanted here", now: now, within: replica.drain)
        }
        let misplaced = replicas.indices.filter { replicas[$0].isActive && isMisplaced(replicas[$0]) }
        for replica in misplaced.map({ replicas[$0] }) {
            leave(replica.id, reason: "its pool's nodes changed", now: now, within: replica.drain)
        }
    }

    /// True for a replica whose accelerators the pool, as it is now declared, does not have on one node.
    private func isMisplaced(_ replica: Replica) -> Bool {
        guard let first = replica.devices.first, let last = replica.devices.last else { return false }
        guard let pool = nodes[replica.specification.pool]?.pool, pool.acceleratorsPerNode > 0 else { return true }
        return last >= pool.acceleratorsPerNode * pool.maxNodes
            || first / pool.acceleratorsPerNode != last / pool.acceleratorsPerNode
    }

    /// Replacement one by one: an outdated replica leaves when a current one is ready in its stead; one that serves
    /// nobody at once.
    private mutating func leaveReplaced(_ want: Admission.Want, now: Moment) {
        let outdated = indices(of: want).filter { !isCurrent(replicas[$0], want) }
        if outdated.isEmpty { return }
        for replica in outdated.map({ replicas[$0] })
        where replica.firstReadyAt == nil || replica.state == .backingOff || replica.ending == .restart {
            leave(replica.id, reason: whyReplaced(replica, want), now: now, within: want.drain)
        }
        let old = indices(of: want).filter { !isCurrent(replicas[$0], want) }.map { replicas[$0] }
        let readyCurrent = indices(of: want).count { replicas[$0].state == .ready && isCurrent(replicas[$0], want) }
        let surplus = old.count + readyCurrent - want.count
        guard surplus > 0 else { return }
        for replica in old.sorted(by: { ($0.worth, $0.id) < ($1.worth, $1.id) }).prefix(surplus) {
            leave(replica.id, reason: whyReplaced(replica, want), now: now, within: want.drain)
        }
    }

    /// A lower count takes the least healthy first, then those on the emptiest nodes, so that nodes can go, then the newest.
    private mutating func leaveSurplus(_ want: Admission.Want, now: Moment) {
        let mine = indices(of: want)
        guard mine.count > want.count else { return }
        let current = mine.filter { isCurrent(replicas[$0], want) }.map { replicas[$0] }
        guard current.count > want.count else { return }
        let order = current.map { (replica: $0, held: accelerators(besides: $0)) }.sorted { left, right in
            let (first, second) = ((left.replica.worth, left.held), (right.replica.worth, right.held))
            return first != second ? first < second : left.replica.id > right.replica.id
        }
        for replica in order.prefix(current.count - want.count).map(\.replica) {
            leave(replica.id, reason: "fewer replicas wanted", now: now, within: want.drain)
        }
    }

    private mutating func retryFailed(_ want: Admission.Want, refusals: inout [PlaneReport.Refusal], now: Moment) {
        let failed = replicas.indices.filter { replicas[$0].state == .backingOff && isOf(want, replicas[$0]) }
        for replica in failed.map({ replicas[$0] }) {
            guard let index = index(of: replica.id), let due = replica.retryAt else { continue }
            guard due <= now else {
                if replica.awaitsAddress { refusals.append(addressShortage(want)) }
                continue
            }
            guard !isCordoned(replica) else {
                bury(index, reason: replica.reason, now: now)
                continue
            }
            guard let port = addresses.take(for: want.specification.workload, now: now) else {
                replicas[index].awaitsAddress = true
                replicas[index].retryAt = addresses.nextRelease(now: now) ?? now.advanced(by: policy.refusalRetry)
                refusals.append(addressShortage(want))
                continue
            }
            bury(index, reason: replica.reason, now: now)
            start(
                want, port: port, devices: replica.devices, restarts: replica.restarts + 1, failures: replica.failures, now: now)
        }
    }

    private mutating func fill(_ want: Admission.Want, refusals: inout [PlaneReport.Refusal], now: Moment) {
        if let refusal = refused.first(where: { $0.specification == want.specification }) {
            refusals.append(PlaneReport.Refusal(workload: want.specification.workload, reason: refusal.reason))
            return
        }
        while true {
            let mine = indices(of: want)
            guard mine.count <= want.count else { return }
            let current = mine.filter { isCurrent(replicas[$0], want) }
            guard current.count < want.count else { return }
            guard let devices = room(for: want.specification) else {
                makeRoom(want, current: current.map { replicas[$0] }, refusals: &refusals, now: now)
                return
            }
            guard let port = addresses.take(for: want.specification.workload, now: now) else {
                addressRetryAt = addresses.nextRelease(now: now) ?? now.advanced(by: policy.refusalRetry)
                refusals.append(addressShortage(want))
                return
            }
            start(want, port: port, devices: devices, restarts: 0, failures: 0, now: now)
        }
    }

    /// Nothing is free for one more. While something in the pool is ending its room is waited for; else one outdated replica
    /// goes first; else a node is, unless there can be none; else the pool is fragmented, which is said.
    private mutating func makeRoom(
        _ want: Admission.Want, current: [Replica], refusals: inout [PlaneReport.Refusal], now: Moment
    ) {
        let isRoomComing = replicas.indices.contains {
            replicas[$0].state == .draining && replicas[$0].specification.pool == want.specification.pool
                && isOnOpenNode(replicas[$0])
        }
        if isRoomComing { return }
        let old = indices(of: want).map { replicas[$0] }.filter { !isCurrent($0, want) && !isCordoned($0) }
        if !old.isEmpty {
            guard current.allSatisfy({ $0.state == .ready }) else { return }
            guard let first = old.min(by: { ($0.worth, $0.id) < ($1.worth, $1.id) }) else { return }
            let reason =
                isToBeDrained(first) ? "drained" : "makes room for generation \(want.specification.generation)"
            leave(first.id, reason: reason, now: now, within: want.drain)
            return
        }
        // All that are wanted run, some of them on nodes that may be taken.
        if indices(of: want).count >= want.count { return }
        switch nodeWait(want.specification) {
        case .short: return
        case .long(let reason):
            refusals.append(PlaneReport.Refusal(workload: want.specification.workload, reason: reason))
            return
        case nil: break
        }
        refusals.append(
            PlaneReport.Refusal(
                workload: want.specification.workload,
                reason: "pool \(want.specification.pool) is fragmented: running replicas leave no node with "
                    + "\(want.specification.acceleratorsPerReplica) free \(want.specification.accelerator)"))
    }

    /// Accelerators for one more replica; empty for an endpoint, which needs none.
    private func room(for specification: ReplicaSpecification) -> [Int]? {
        if specification.isEndpoint { return [] }
        return nodes[specification.pool].flatMap { PoolOccupancy(nodes: $0, replicas: replicas).room(for: specification) }
    }

    private func addressShortage(_ want: Admission.Want) -> PlaneReport.Refusal {
        PlaneReport.Refusal(
            workload: want.specification.workload,
            reason: "no port is free: all are held or wait out the ten minutes before another workload may get them")
    }

    private mutating func start(
        _ want: Admission.Want, port: Int, devices: [Int], restarts: Int, failures: Int, now: Moment
    ) {
        let specification = want.specification
        let id = ReplicaID(plane: plane, workload: specification.workload, incarnation: nextIncarnation)
        nextIncarnation += 1
        let order = StartOrder(
            id: id, specification: specification, port: port, devices: devices,
            firstDevice: firstDevice(of: specification.pool))
        replicas.append(
            Replica(order: order, shared: want.shared, drain: want.drain, restarts: restarts, failures: failures, now: now))
        isIdentityChanged = true
        actions.append(.start(order))
        noteLifeChange()
    }

    /// Accelerators of the pools declared before this one; processors are none.
    private func firstDevice(of pool: PoolName) -> Int {
        let before = (assignment?.pools ?? []).prefix { $0.name != pool }
        return before.reduce(0) { sum, declared in
            guard declared.accelerator != "CPU", let pool = nodes[declared.name]?.pool else { return sum }
            return sum + pool.maxNodes * pool.acceleratorsPerNode
        }
    }
}
