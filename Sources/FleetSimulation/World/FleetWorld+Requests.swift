import EngineTiming
import FleetControl
import FleetModel
import FleetRouting

/// Requests one by one: at their gateway, on the way, and in an engine. What routers learn of an answer they learn when the engine
/// ends it, half a round trip early; connections are there already.
extension FleetWorld {
    /// How long a gateway waits for a connection that nobody takes.
    private static let connectTimeout: Int64 = 2_000_000_000
    /// How long a gateway tries for a request of a workload it served lately, as `ProxyLimits.retryWindow`.
    private static let retryWindow: Int64 = 10_000_000_000

    func scheduleArrival(_ stream: Int) {
        guard let arrival = streams[stream].next(after: max(0, elapsed), end: end - beginning) else { return }
        if let tokens = arrival.tokens { pendingTokens[stream] = tokens }
        queue.add(WorldEvent(.arrival, stream), at: max(now, beginning + arrival.time))
    }

    func arrive(_ stream: Int) {
        let workload = streams[stream].workload
        let tokens = pendingTokens[stream]
        let prompt = tokens?.prompt ?? streams[stream].draw(from: engines.prompts[workload])
        let output = tokens?.output ?? streams[stream].draw(from: engines.outputs[workload])
        scheduleArrival(stream)
        tallies[workload].arrived += 1
        window.arrived += 1
        guard let gateway = streams[stream].gateways.first(where: { !gateways[$0].isDown }) else {
            tallies[workload][.gatewayLost] += 1
            window.lost += 1
            return
        }
        let index = Int(freeRequests.popLast() ?? Int32(requests.count))
        if index == requests.count { requests.append(SimulatedRequest()) }
        let birth = requests[index].birth + 1
        requests[index] = SimulatedRequest()
        requests[index].birth = birth
        requests[index].workload = Int32(workload)
        requests[index].gateway = Int32(gateway)
        requests[index].promptTokens = prompt
        requests[index].outputTokens = output
        requests[index].arrived = now
        requests[index].outside = streams[stream].outside[gateway]
        inFlight += 1
        gateways[gateway].desks[workload].demand.arrived += 1
        attempt(index)
    }

    // MARK: At the gateway

    /// Asks the router, and does what it says.
    private func attempt(_ index: Int) {
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        guard var facts = gateways[gateway].desks[workload].facts else {
            // Before its first snapshot a gateway knows no workload; afterwards one that is not there does not exist.
            if gateways[gateway].table == nil { return wait(index, for: .noReplica) }
            return lose(index, .unknownModel)
        }
        if facts.balancing.isHash { facts.key = UInt64(index) }
        let decision = gateways[gateway].router.decide(facts, attempts: requests[index].history, now: moment)
        switch decision {
        case .send(let handle, let plane, _): dispatch(index, to: handle, plane: plane)
        case .refuse(let refusal): refused(index, refusal)
        }
    }

    private func dispatch(_ index: Int, to handle: ReplicaHandle, plane: PlaneIndex) {
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        let place = gateways[gateway].planeOf[plane.value]
        if !isInsideFence[gateway][workload][place] { fenceCrossings += 1 }
        gateways[gateway].router.handle(.requestStarted(handle), now: moment)
        gateways[gateway].desks[workload].demand.inFlight += 1
        let replica = gateways[gateway].replicaOfSlot[Int(handle.slot)]
        requests[index].state = .underWay
        requests[index].handle = handle
        requests[index].plane = Int32(plane.value)
        requests[index].replica = replica
        requests[index].dispatched = now
        requests[index].inside = network.inside[gateway][place]
        requests[index].attempts = min(.max - 1, requests[index].attempts) + 1
        let birth = requests[index].birth
        if planes[place].isDown {
            return queue.add(WorldEvent(.attemptFailed, index, Int(birth)), at: now + Self.connectTimeout)
        }
        guard replica >= 0, replicas[Int(replica)].serves else {
            return queue.add(WorldEvent(.attemptFailed, index, Int(birth)), at: now + requests[index].inside)
        }
        requests[index].replicaBirth = replicas[Int(replica)].birth
        gateways[gateway].desks[workload].sent.append(
            RequestLine.Entry(request: Int32(index), birth: birth, time: now))
        queue.add(WorldEvent(.reached, index, Int(birth)), at: now + requests[index].inside / 2)
    }

    private func refused(_ index: Int, _ refusal: RoutingRefusal) {
        switch refusal {
        case .unknownModel: lose(index, .unknownModel)
        case .fenced: lose(index, .fenced)
        case .snapshotTooOld: lose(index, .snapshotTooOld)
        case .noReplica: wait(index, for: .noReplica)
        case .overloaded: wait(index, for: .overloaded)
        }
    }

    /// Until when a request may wait, as gateways reckon: its workload's queue, and the retry window where it was served lately.
    private func deadline(of index: Int) -> Int64 {
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        let admission = fleet.workloads[workload].admission
        let served = gateways[gateway].desks[workload].lastServed
        let mayComeBack = requests[index].attempts > 0 || (served != .min && now - served < Self.retryWindow)
        return requests[index].arrived
            + max(Int64(admission.queueTimeoutMilliseconds) * 1_000_000, mayComeBack ? Self.retryWindow : 0)
    }

    private func wait(_ index: Int, for loss: RequestLoss) {
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        guard deadline(of: index) > now else { return lose(index, loss) }
        guard gateways[gateway].desks[workload].waiting.count < fleet.workloads[workload].admission.queuedRequests else {
            return lose(index, .overloaded)
        }
        requests[index].state = .waiting
        gateways[gateway].desks[workload].waiting.append(
            RequestLine.Entry(request: Int32(index), birth: requests[index].birth, time: requests[index].arrived))
    }

    /// Something changed at a gateway: whoever waits there tries again.
    func wake(_ gateway: Int) {
        for workload in gateways[gateway].desks.indices where gateways[gateway].desks[workload].waiting.count > 0 {
            for entry in gateways[gateway].desks[workload].waiting.removeAll() {
                let index = Int(entry.request)
                guard requests[index].birth == entry.birth, requests[index].state == .waiting else { continue }
                requests[index].history = AttemptHistory()
                attempt(index)
            }
        }
    }

    /// Once a second: who waited too long for a replica, or for a first byte.
    func sweep(_ gateway: Int) {
        for workload in gateways[gateway].desks.indices {
            while let entry = gateways[gateway].desks[workload].waiting.first {
                let index = Int(entry.request)
                guard requests[index].birth == entry.birth, requests[index].state == .waiting else {
                    gateways[gateway].desks[workload].waiting.removeFirst()
                    continue
                }
                guard deadline(of: index) <= now else { break }
                gateways[gateway].desks[workload].waiting.removeFirst()
                lose(index, requests[index].attempts > 0 ? .upstreamFailed : .noReplica)
            }
            sweepSent(gateway, workload)
        }
        wake(gateway)
        queue.add(WorldEvent(.sweep, gateway), at: now + 1_000_000_000)
    }

    private func sweepSent(_ gateway: Int, _ workload: Int) {
        while let entry = gateways[gateway].desks[workload].sent.first, entry.time + firstByteTimeout[workload] <= now {
            gateways[gateway].desks[workload].sent.removeFirst()
            let index = Int(entry.request)
            guard requests[index].birth == entry.birth, requests[index].dispatched == entry.time, !requests[index].hasFirstByte,
                requests[index].state == .atReplica || requests[index].state == .underWay
            else { continue }
            let (replica, handle) = (Int(requests[index].replica), requests[index].handle)
            gateways[gateway].router.handle(.responseFailed(handle, .timeout), now: moment)
            endAttempt(index)
            lose(index, .timedOut)
            guard replicas[replica].birth == requests[index].replicaBirth else { continue }
            let id = engineID(index, birth: entry.birth)
            notifications.list.removeAll(keepingCapacity: true)
            replicas[replica].engine?.handle(.cancelled(id: id), now: now, into: &notifications.list)
            takeNotifications(of: replica)
        }
    }

    // MARK: On the way

    func reach(_ index: Int, birth: UInt32) {
        guard requests[index].birth == birth, requests[index].state == .underWay else { return }
        let replica = Int(requests[index].replica)
        guard replicas[replica].birth == requests[index].replicaBirth, replicas[replica].serves,
            replicas[replica].engine != nil, !planes[replicas[replica].plane].isDown
        else { return fail(index, isConnection: true) }
        requests[index].state = .atReplica
        let request = EngineRequest(
            id: engineID(index, birth: birth), promptTokens: Int(requests[index].promptTokens),
            outputTokens: Int(requests[index].outputTokens), isWatched: false)
        notifications.list.removeAll(keepingCapacity: true)
        replicas[replica].engine?.handle(.submitted(request), now: now, into: &notifications.list)
        takeNotifications(of: replica)
    }

    func attemptFailed(_ index: Int, birth: UInt32) {
        guard requests[index].birth == birth, requests[index].state == .underWay else { return }
        fail(index, isConnection: true)
    }

    private func engineID(_ index: Int, birth: UInt32) -> UInt64 { UInt64(birth) << 32 | UInt64(UInt32(index)) }

    // MARK: In engines

    func runEngine(_ replica: Int, birth: UInt32) {
        guard replicas[replica].birth == birth, replicas[replica].scheduled <= now else { return }
        replicas[replica].scheduled = .max
        notifications.list.removeAll(keepingCapacity: true)
        replicas[replica].engine?.handle(.advanced, now: now, into: &notifications.list)
        takeNotifications(of: replica)
    }

    private func takeNotifications(of replica: Int) {
        events += UInt64(notifications.list.count)
        for position in notifications.list.indices {
            let notice = notifications.list[position]
            let index = Int(notice.id & 0xFFFF_FFFF)
            guard requests[index].birth == UInt32(notice.id >> 32), requests[index].state == .atReplica else { continue }
            switch notice.kind {
            case .admitted, .cancelled: break
            case .tokenReady: if !requests[index].hasFirstByte { firstToken(index, at: notice.time) }
            case .finished: finish(index, at: notice.time)
            case .refused: fail(index, isConnection: false)
            }
        }
        scheduleEngine(replica)
        exitIfIdle(replica)
    }

    private func scheduleEngine(_ replica: Int) {
        guard let due = replicas[replica].engine?.nextEventTime else { return }
        let at = max(due, now)
        guard at < replicas[replica].scheduled else { return }
        replicas[replica].scheduled = at
        queue.add(WorldEvent(.engine, replica, Int(replicas[replica].birth)), at: at)
    }

    private func firstToken(_ index: Int, at time: Int64) {
        requests[index].hasFirstByte = true
        let gateway = Int(requests[index].gateway)
        let since = time + requests[index].inside / 2 - requests[index].dispatched
        gateways[gateway].router.handle(.firstByte(requests[index].handle, after: .nanoseconds(since)), now: moment)
        let workload = Int(requests[index].workload)
        let atGateway = time + requests[index].inside / 2 - requests[index].arrived
        gateways[gateway].desks[workload].demand.firstBytes += 1
        gateways[gateway].desks[workload].demand.firstByteMillisecondsSum += Double(atGateway) / 1e6
        tallies[workload].firstToken.add(nanoseconds: atGateway + requests[index].outside)
        window.firstToken.add(nanoseconds: atGateway + requests[index].outside)
    }

    private func finish(_ index: Int, at time: Int64) {
        if !requests[index].hasFirstByte { firstToken(index, at: time) }
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        let atGateway = time + requests[index].inside / 2 - requests[index].arrived
        tallies[workload].total.add(nanoseconds: atGateway + requests[index].outside)
        tallies[workload].answered += 1
        window.answered += 1
        gateways[gateway].desks[workload].demand.succeeded += 1
        gateways[gateway].desks[workload].demand.promptTokens += UInt64(requests[index].promptTokens)
        gateways[gateway].desks[workload].demand.completionTokens += UInt64(requests[index].outputTokens)
        gateways[gateway].desks[workload].lastServed = now
        endAttempt(index)
        release(index)
    }

    // MARK: Endings

    private func endAttempt(_ index: Int) {
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        gateways[gateway].router.handle(.finished(requests[index].handle), now: moment)
        gateways[gateway].desks[workload].demand.inFlight -= 1
    }

    /// An attempt came to nothing: another, where no byte of an answer was seen and attempts are left.
    private func fail(_ index: Int, isConnection: Bool) {
        let gateway = Int(requests[index].gateway)
        let handle = requests[index].handle
        if isConnection {
            gateways[gateway].router.handle(.connectFailed(handle), now: moment)
        } else {
            gateways[gateway].router.handle(.responseFailed(handle, .gatewayError), now: moment)
        }
        endAttempt(index)
        requests[index].history.record(
            handle, plane: PlaneIndex(Int(requests[index].plane)), isConnection ? .connection : .response)
        guard Int(requests[index].attempts) < maxAttempts[Int(requests[index].workload)] else {
            return wait(index, for: .upstreamFailed)
        }
        attempt(index)
    }

    private func lose(_ index: Int, _ loss: RequestLoss) {
        let (gateway, workload) = (Int(requests[index].gateway), Int(requests[index].workload))
        tallies[workload][loss] += 1
        window.lost += 1
        if loss.isRefusal {
            gateways[gateway].desks[workload].demand.refused += 1
        } else {
            gateways[gateway].desks[workload].demand.failed += 1
        }
        release(index)
    }

    private func release(_ index: Int) {
        requests[index].state = .none
        requests[index].birth += 1
        freeRequests.append(Int32(index))
        inFlight -= 1
    }

    /// A replica ended: what it answered breaks off, what waited in it goes elsewhere.
    func loseRequests(of replica: Int) {
        guard !isFluid else { return loseFlow(of: replica) }
        let birth = replicas[replica].birth
        for index in requests.indices
        where requests[index].state == .atReplica && Int(requests[index].replica) == replica
            && requests[index].replicaBirth == birth
        {
            breakOff(index)
        }
    }

    private func breakOff(_ index: Int) {
        guard requests[index].hasFirstByte else { return fail(index, isConnection: false) }
        let gateway = Int(requests[index].gateway)
        gateways[gateway].router.handle(.responseFailed(requests[index].handle, .broken), now: moment)
        endAttempt(index)
        lose(index, .brokenOff)
    }

    /// A gateway's connections to a replica that left its table: busy ones are closed.
    func cut(_ handle: ReplicaHandle, at gateway: Int) {
        guard !isFluid else { return }
        for index in requests.indices
        where Int(requests[index].gateway) == gateway && requests[index].handle == handle
            && (requests[index].state == .atReplica || requests[index].state == .underWay)
        {
            abandon(index)
            breakOff(index)
        }
    }

    /// Its connection closes: an engine that has it stops its work.
    private func abandon(_ index: Int) {
        let replica = Int(requests[index].replica)
        guard requests[index].state == .atReplica, replica >= 0 else { return }
        notifications.list.removeAll(keepingCapacity: true)
        let id = engineID(index, birth: requests[index].birth)
        replicas[replica].engine?.handle(.cancelled(id: id), now: now, into: &notifications.list)
        scheduleEngine(replica)
        exitIfIdle(replica)
    }

    /// A gateway is gone, and everything it had at hand.
    func loseRequests(atGateway gateway: Int) {
        for index in requests.indices where Int(requests[index].gateway) == gateway && requests[index].state != .none {
            tallies[Int(requests[index].workload)][.gatewayLost] += 1
            window.lost += 1
            abandon(index)
            release(index)
        }
        for workload in gateways[gateway].desks.indices {
            _ = gateways[gateway].desks[workload].waiting.removeAll()
            _ = gateways[gateway].desks[workload].sent.removeAll()
        }
    }
}
