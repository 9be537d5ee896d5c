import EngineTiming
import FleetControl
import FleetModel

/// The drivers of planes: what becomes of their reconcilers' actions.
extension FleetWorld {
    /// From asking a driver to end something until it has.
    private static let exitDelay: Int64 = 100_000_000

    /// Hands an event to a plane's reconciler and does what it says. Checks and readings are answered at once.
    func tell(_ plane: Int, _ event: PlaneEvent) {
        var pending = [event]
        var changed = false
        while !pending.isEmpty {
            let event = pending.removeFirst()
            let actions = planes[plane].reconciler.handle(event, now: moment)
            if !event.isRoutine { planes[plane].isUnchanged = false }
            for action in actions {
                if !action.isQuestion { planes[plane].isUnchanged = false }
                switch action {
                case .persist: break
                case .start(let order): start(order, plane: plane)
                case .stop(let id, let grace): stop(id, grace: grace, plane: plane)
                case .kill(let id):
                    if let replica = replica(id, plane: plane) { endReplica(replica, reason: "killed") }
                case .probe(let id): pending.append(probe(id, plane: plane))
                case .measure(let id): pending.append(.loadMeasured(id, load(of: id, plane: plane)))
                case .forget(let id): forget(id, plane: plane)
                // What a batch of work would save is not part of this world: it takes no time.
                case .checkpoint(let id, _, _): pending.append(.checkpointed(id, problem: nil))
                case .launchNode(let order): launch(order, plane: plane)
                case .stopNode(let pool, let node):
                    if let index = self.pool(pool, of: plane) { pools[index].stop(node, now: now) }
                    pending.append(.nodeStopped(pool: pool, node: node))
                case .releaseNode(let pool, let node):
                    if let index = self.pool(pool, of: plane) { pools[index].release(node, now: now) }
                    pending.append(.nodeReleased(pool: pool, node: node))
                case .publish(let change): if change == .life { changed = true }
                }
            }
        }
        schedule(plane)
        if changed { publish(plane) }
    }

    func schedule(_ plane: Int) {
        guard !planes[plane].isDown, let due = planes[plane].reconciler.nextDeadline?.nanoseconds else { return }
        let at = max(due, now)
        guard at < planes[plane].scheduled else { return }
        planes[plane].scheduled = at
        queue.add(WorldEvent(.planeDeadline, plane), at: at)
    }

    func planeDue(_ plane: Int) {
        guard planes[plane].scheduled <= now else { return }
        planes[plane].scheduled = .max
        guard !planes[plane].isDown else { return }
        guard let due = planes[plane].reconciler.nextDeadline, due <= moment else { return schedule(plane) }
        tell(plane, .deadlinePassed)
    }

    // MARK: Starting and ending

    private func pool(_ name: PoolName, of plane: Int) -> Int? {
        planes[plane].pools.first { pools[$0].declared.name == name }
    }

    private func launch(_ order: NodeOrder, plane: Int) {
        let name = order.pool.name
        guard let pool = pool(name, of: plane),
            let readyAt = pools[pool].launch(order.index, takes: order.expectedTime, now: now)
        else {
            let reason = "no node of pool \(name) is to be had"
            return answer(plane, .nodeRefused(pool: name, node: order.index, reason: reason), at: now)
        }
        scheduleReclaim(pool: pool, node: order.index)
        answer(plane, .nodeLaunched(pool: name, node: order.index), at: readyAt)
    }

    private func start(_ order: StartOrder, plane: Int) {
        guard let pool = pool(order.specification.pool, of: plane),
            let workload = workloads.firstIndex(of: order.specification.workload)
        else { return answer(plane, .startRefused(order.id, reason: "there is no such pool"), at: now) }
        let perNode = max(1, pools[pool].declared.acceleratorsPerNode)
        let node = (order.devices.first ?? 0) / perNode
        guard let (readyAt, isNew) = pools[pool].take(node, now: now) else {
            let reason = "no node of pool \(order.specification.pool) is to be had"
            return answer(plane, .startRefused(order.id, reason: reason), at: now)
        }
        let slot = freeReplicas.popLast() ?? replicas.count
        if slot == replicas.count { replicas.append(SimulatedReplica()) }
        let birth = replicas[slot].birth + 1
        replicas[slot] = SimulatedReplica()
        replicas[slot].birth = birth
        replicas[slot].state = .awaitingNode
        replicas[slot].id = order.id
        replicas[slot].plane = plane
        replicas[slot].workload = workload
        replicas[slot].pool = pool
        replicas[slot].node = node
        planes[plane].replicas[order.id.incarnation] = slot
        if isNew { scheduleReclaim(pool: pool, node: node) }
        answer(plane, .started(order.id, pid: Int32(truncatingIfNeeded: slot)), at: readyAt, replica: slot, birth: birth)
    }

    private func answer(_ plane: Int, _ event: PlaneEvent, at time: Int64, replica: Int = -1, birth: UInt32 = 0) {
        let entry = DriverAnswer(plane: plane, start: planes[plane].start, event: event, replica: replica, birth: birth)
        let slot = freeAnswers.popLast() ?? answers.count
        if slot == answers.count { answers.append(entry) } else { answers[slot] = entry }
        queue.add(WorldEvent(.driver, slot), at: max(time, now))
    }

    func driverAnswered(_ slot: Int) {
        guard let entry = answers[slot] else { return }
        answers[slot] = nil
        freeAnswers.append(slot)
        guard !planes[entry.plane].isDown, planes[entry.plane].start == entry.start else { return }
        switch entry.event {
        case .started:
            guard replicas[entry.replica].birth == entry.birth, replicas[entry.replica].state == .awaitingNode else { return }
            bringUp(entry.replica)
            tell(entry.plane, entry.event)
        case .exited where entry.replica >= 0:
            guard replicas[entry.replica].birth == entry.birth, replicas[entry.replica].state != .ended else { return }
            endReplica(entry.replica, reason: "ended")
        case .nodeLaunched(let name, let node):
            // One that was lost or given back while it came up is not there.
            guard let pool = pool(name, of: entry.plane), pools[pool].nodes[node].state == .launching,
                pools[pool].nodes[node].readyAt <= now
            else { return }
            pools[pool].nodes[node].state = .ready
            tell(entry.plane, entry.event)
        default:
            tell(entry.plane, entry.event)
        }
    }

    private func bringUp(_ slot: Int) {
        let accelerator = pools[replicas[slot].pool].declared.accelerator
        let workload = replicas[slot].workload
        let parameters = engines.parameters(workload: workload, on: accelerator)
        replicas[slot].state = .running
        replicas[slot].readyToAnswerAt = now + parameters.loadNanoseconds
        if isFluid {
            replicas[slot].flow.curve = engines.curve(workload: workload, on: accelerator)
        } else {
            // Calibrated parameters are within what an engine takes; one that is not runs nothing and is never ready.
            replicas[slot].engine = try? EngineTiming(parameters: parameters, startedAt: now)
            let slowdown = planes[replicas[slot].plane].slowdown
            if slowdown != 1 { _ = replicas[slot].engine?.handle(.slowed(factor: slowdown), now: now) }
        }
    }

    func replica(_ id: ReplicaID, plane: Int) -> Int? {
        guard let slot = planes[plane].replicas[id.incarnation], replicas[slot].id == id, replicas[slot].state != .ended
        else { return nil }
        return slot
    }

    /// It ends once nothing runs in it, or after the grace.
    private func stop(_ id: ReplicaID, grace: Duration, plane: Int) {
        guard let slot = replica(id, plane: plane) else { return answer(plane, .exited(id, reason: "not running"), at: now) }
        replicas[slot].state = .stopping
        let delay = max(Self.exitDelay, min(grace.nanoseconds, needsToFinish(slot)))
        answer(plane, .exited(id, reason: "told to end"), at: now + delay, replica: slot, birth: replicas[slot].birth)
    }

    /// Nanoseconds for what it has to be answered; without bound where its engine will tell.
    private func needsToFinish(_ slot: Int) -> Int64 {
        if let engine = replicas[slot].engine { return engine.runningCount + engine.waitingCount == 0 ? 0 : .max }
        guard isFluid else { return 0 }
        leave(slot)
        return replicas[slot].flow.leaving.map { max(0, $0.at + $0.needs - now) } ?? 0
    }

    /// Of a fluid: from now on it is sent nothing, and works off what it has.
    private func leave(_ slot: Int) {
        let flow = replicas[slot].flow
        guard isFluid, flow.leaving == nil, replicas[slot].serves else { return }
        let queued =
            flow.curve.greatestRate > 0 ? flow.backlog / flow.curve.greatestRate * planes[replicas[slot].plane].slowdown : 0
        let seconds = flow.running > 0 || flow.backlog > 0 ? min(flow.answerSeconds + queued, 1e6) : 0
        replicas[slot].flow.leaving = (at: now, needs: Int64((seconds * 1e9).rounded(.up)))
    }

    /// The engine emptied while it was told to end.
    func exitIfIdle(_ slot: Int) {
        guard replicas[slot].state == .stopping, let engine = replicas[slot].engine, let id = replicas[slot].id,
            engine.runningCount + engine.waitingCount == 0
        else { return }
        answer(replicas[slot].plane, .exited(id, reason: "done"), at: now, replica: slot, birth: replicas[slot].birth)
    }

    /// The end of a replica, whyever: its requests lose it, its node may be given back, its plane hears.
    func endReplica(_ slot: Int, reason: String, leavesNode: Bool = true, isTold: Bool = true) {
        guard replicas[slot].state != .ended, replicas[slot].state != .none, let id = replicas[slot].id else { return }
        let plane = replicas[slot].plane
        replicas[slot].state = .ended
        loseRequests(of: slot)
        if leavesNode { pools[replicas[slot].pool].leave(replicas[slot].node, now: now) }
        replicas[slot].engine = nil
        replicas[slot].scheduled = .max
        if isTold { tell(plane, .exited(id, reason: reason)) }
    }

    private func forget(_ id: ReplicaID, plane: Int) {
        guard let slot = planes[plane].replicas.removeValue(forKey: id.incarnation), replicas[slot].id == id else { return }
        if replicas[slot].state != .ended { endReplica(slot, reason: "forgotten", isTold: false) }
        replicas[slot].state = .none
        replicas[slot].id = nil
        replicas[slot].birth += 1
        freeReplicas.append(slot)
    }

    // MARK: What drivers see

    private func probe(_ id: ReplicaID, plane: Int) -> PlaneEvent {
        guard let slot = replica(id, plane: plane), replicas[slot].serves else {
            return .probeFailed(id, reason: "nobody answers")
        }
        if now < replicas[slot].readyToAnswerAt { return .probeFailed(id, reason: "loading") }
        return .probePassed(id, onward: .zero)
    }

    private func load(of id: ReplicaID, plane: Int) -> ReplicaLoad? {
        guard let slot = replica(id, plane: plane), let load = load(ofReplica: slot) else { return nil }
        return ReplicaLoad(running: load.running, waiting: load.waiting, kvCacheUse: load.kvCacheUse)
    }

    // MARK: Reports

    /// How long gateways of a fluid go without a report that says nothing new: well within what they trust one for.
    private static let silence: Int64 = 300_000_000_000

    func reportPlane(_ plane: Int) {
        guard !planes[plane].isDown else { return }
        publish(plane, isRegular: true)
    }

    /// Tells gateways and the control plane what runs.
    func publish(_ plane: Int, isRegular: Bool = false) {
        if isRegular, isFluid, confirm(plane) { return }
        let world = self
        let report = planes[plane].report(
            loads: { world.load(ofReplica: $0) }, nodes: nodeReports(plane), history: histories(plane), now: moment)
        planes[plane].isUnchanged = true
        planes[plane].nextNode = planes[plane].pools.reduce(.max) { next, pool in
            guard pools[pool].declared.isStanding else { return next }
            return pools[pool].nodes.reduce(next) { $1.state != .absent && $1.readyAt > now ? min($0, $1.readyAt) : $0 }
        }
        for replica in report.replicas where replica.state == .draining {
            planes[plane].replicas[replica.id.incarnation].map(leave)
        }
        let loads = report.replicas.flatMap { [$0.running ?? 0, $0.waiting ?? 0] }
        let isNews = !isFluid || !isRegular || loads != planes[plane].toldLoads || now - planes[plane].toldAt >= Self.silence
        if isNews {
            planes[plane].toldLoads = loads
            planes[plane].toldAt = now
            for gateway in gateways.indices where !gateways[gateway].isDown {
                post(.planeToGateway(report, gateway: gateway), after: isFluid ? 0 : network.inside[gateway][plane] / 2)
            }
        }
        post(.planeToControl(report), after: pace.controlDelay.nanoseconds)
    }

    /// In a step in which nothing but ages changed the control plane is told just that. False where more is to be told.
    private func confirm(_ plane: Int) -> Bool {
        guard planes[plane].isUnchanged, planes[plane].nextNode > now, !control.isDown, now - planes[plane].toldAt < Self.silence,
            planes[plane].toldReplicas.allSatisfy({ load(ofReplica: $0.replica) == $0.load }),
            control.confirm(
                planes[plane].name, start: planes[plane].start, sequence: planes[plane].sequence + 1, now: moment)
        else { return false }
        planes[plane].sequence += 1
        return true
    }

    /// What a replica has to do now; nil where it does not run.
    private func load(ofReplica slot: Int) -> PlayedLoad? {
        guard replicas[slot].serves else { return nil }
        if let engine = replicas[slot].engine {
            return PlayedLoad(running: engine.runningCount, waiting: engine.waitingCount, kvCacheUse: engine.kvUse)
        }
        guard isFluid else { return nil }
        let flow = replicas[slot].flow
        return PlayedLoad(
            running: Int(flow.running.rounded()), waiting: Int(flow.backlog.rounded()),
            kvCacheUse: min(1, flow.running / flow.curve.slots))
    }

    /// Of a pool whose nodes its plane launches, what the plane says; of another, who holds what there.
    private func nodeReports(_ plane: Int) -> [NodeReport] {
        let told = planes[plane].reconciler.nodeReports(now: moment) ?? []
        return planes[plane].pools.flatMap { pool -> [NodeReport] in
            let name = pools[pool].declared.name
            guard pools[pool].declared.isStanding else { return told.filter { $0.pool == name } }
            return pools[pool].nodes.enumerated().compactMap { index, node in
                guard node.state != .absent else { return nil }
                let isReady = node.readyAt <= now
                return NodeReport(
                    pool: pools[pool].declared.name, index: index, state: isReady ? .ready : .launching,
                    stateAgeMilliseconds: Double(now - (isReady ? node.readyAt : node.grantedAt)) / 1e6)
            }
        }
    }

    private func histories(_ plane: Int) -> [PoolHistory] {
        let told = planes[plane].reconciler.poolHistory(now: moment) ?? []
        return planes[plane].pools.map { pool in
            let name = pools[pool].declared.name
            if !pools[pool].declared.isStanding, let own = told.first(where: { $0.pool == name }) { return own }
            return PoolHistory(
                pool: pools[pool].declared.name, launched: pools[pool].launched, refused: pools[pool].refused,
                reclaimed: pools[pool].reclaimed)
        }
    }
}

extension PlaneEvent {
    /// An answer to a check or reading, or time: whether it changes what a plane reports is told by the actions it leads to.
    fileprivate var isRoutine: Bool {
        switch self {
        case .probePassed, .probeFailed, .loadMeasured, .deadlinePassed: true
        default: false
        }
    }
}

extension PlaneAction {
    fileprivate var isQuestion: Bool {
        switch self {
        case .probe, .measure: true
        default: false
        }
    }
}
