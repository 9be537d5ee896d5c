import FleetModel

/// What happens to one replica: by what its driver reports, and as time passes.
extension PlaneReconciler {
    // MARK: What the driver reports

    mutating func started(_ id: ReplicaID, pid: Int32?, now: Moment) {
        guard let index = index(of: id), !replicas[index].isStarted, replicas[index].state != .backingOff else { return }
        replicas[index].isStarted = true
        replicas[index].pid = pid
        if replicas[index].state == .starting { replicas[index].nextProbe = now }
        noteLifeChange()
    }

    mutating func startRefused(_ id: ReplicaID, reason: String, now: Moment) {
        guard let index = index(of: id), replicas[index].state != .backingOff else { return }
        let specification = replicas[index].specification
        refused.removeAll { $0.specification == specification }
        refused.append((specification, now.advanced(by: policy.refusalRetry), reason))
        if let port = replicas[index].port { release(port, now: now) }
        replicas[index].port = nil
        bury(index, reason: reason, now: now)
    }

    mutating func exited(_ id: ReplicaID, reason: String, now: Moment) {
        guard let index = index(of: id), replicas[index].state != .backingOff else { return }
        if let port = replicas[index].port { release(port, now: now) }
        if replicas[index].ending == .leave {
            replicas[index].port = nil
            bury(index, reason: replicas[index].reason, now: now)
            return
        }
        var replica = replicas[index]
        let wasToldTo = replica.ending == .restart
        replica.port = nil
        replica.pid = nil
        replica.load = nil
        replica.ending = nil
        replica.isStopping = false
        (replica.nextProbe, replica.nextMeasure, replica.killAt) = (nil, nil, nil)
        (replica.noticeUntil, replica.drainDeadline) = (nil, nil)
        if let ready = replica.firstReadyAt, now.since(ready) >= policy.stableAfter { replica.failures = 0 }
        replica.failures += 1
        let delay = backoffDelay(failures: replica.failures, jitter: nextJitter(), policy: policy)
        replica.retryAt = now.advanced(by: delay)
        replica.enter(.backingOff, reason: wasToldTo ? replica.reason : reason, now: now)
        replicas[index] = replica
        actions.append(.forget(id))
        noteLifeChange()
    }

    mutating func probePassed(_ id: ReplicaID, onward: Duration, now: Moment) {
        guard let index = index(of: id), isProbed(replicas[index]) else { return }
        replicas[index].passedProbes = min(replicas[index].passedProbes + 1, policy.upThreshold)
        replicas[index].failedProbes = 0
        if replicas[index].onward != onward {
            replicas[index].onward = onward
            change = change ?? .load
        }
        if replicas[index].state != .ready, replicas[index].passedProbes >= policy.upThreshold {
            replicas[index].enter(.ready, reason: "", now: now)
            replicas[index].firstReadyAt = replicas[index].firstReadyAt ?? now
            if replicas[index].nextMeasure == nil { replicas[index].nextMeasure = now }
            noteLifeChange()
        }
        replicas[index].nextProbe = now.advanced(by: probeInterval(of: replicas[index], now: now))
    }

    mutating func probeFailed(_ id: ReplicaID, reason: String, now: Moment) {
        guard let index = index(of: id), isProbed(replicas[index]) else { return }
        replicas[index].failedProbes = min(replicas[index].failedProbes + 1, policy.downThreshold)
        replicas[index].passedProbes = 0
        switch replicas[index].state {
        case .ready where replicas[index].failedProbes >= policy.downThreshold:
            replicas[index].enter(.unready, reason: reason, now: now)
            noteLifeChange()
        case .starting, .unready:
            if replicas[index].reason != reason {
                replicas[index].reason = reason
                change = change ?? .load
            }
        default: break
        }
        replicas[index].nextProbe = now.advanced(by: probeInterval(of: replicas[index], now: now))
    }

    mutating func measured(_ id: ReplicaID, load: ReplicaLoad?, now: Moment) {
        guard let index = index(of: id) else { return }
        guard [.ready, .unready, .draining].contains(replicas[index].state) else { return }
        if replicas[index].load != load {
            replicas[index].load = load
            change = change ?? .load
        }
        let interval = load?.isIdle == false ? policy.busyMeasureInterval : policy.idleMeasureInterval
        replicas[index].nextMeasure = now.advanced(by: interval)
    }

    private func isProbed(_ replica: Replica) -> Bool {
        replica.isStarted && [.starting, .ready, .unready].contains(replica.state)
    }

    private func probeInterval(of replica: Replica, now: Moment) -> Duration {
        switch replica.state {
        case .ready where replica.failedProbes == 0:
            replica.specification.isEndpoint ? policy.endpointProbeInterval : policy.readyProbeInterval
        case .starting where now.since(replica.startedAt) < policy.eagerPeriod: policy.startingProbeInterval
        default: policy.doubtProbeInterval
        }
    }

    // MARK: Endings

    /// Gives a replica's place up: it finishes its requests, then ends.
    mutating func leave(_ id: ReplicaID, reason: String, now: Moment, within: Duration) {
        guard let index = index(of: id), replicas[index].isActive else { return }
        if replicas[index].state == .backingOff {
            bury(index, reason: reason, now: now)
            return
        }
        let wasServing = replicas[index].firstReadyAt != nil
        replicas[index].ending = .leave
        replicas[index].nextProbe = nil
        guard replicas[index].state != .draining else {
            replicas[index].reason = reason
            return
        }
        replicas[index].enter(.draining, reason: reason, now: now)
        replicas[index].drainDeadline = now.advanced(by: within)
        noteLifeChange()
        if wasServing {
            replicas[index].noticeUntil = now.advanced(by: min(policy.drainNotice, within))
            askForCheckpoint(index, within: within)
        } else {
            stop(index, grace: policy.stopGrace, now: now)
        }
    }

    /// Work that no gateway waits for is lost with its replica unless it is saved.
    private mutating func askForCheckpoint(_ index: Int, within: Duration) {
        guard let call = replicas[index].specification.checkpoint, within > .zero else { return }
        replicas[index].checkpoint = .asked
        let limit = min(.milliseconds(max(1, call.timeoutMilliseconds)), within)
        actions.append(.checkpoint(replicas[index].id, within: limit, reason: replicas[index].reason))
    }

    mutating func checkpointed(_ id: ReplicaID, problem: String?) {
        guard let index = index(of: id), replicas[index].checkpoint == .asked else { return }
        replicas[index].checkpoint = problem == nil ? .saved : .failed
        replicas[index].reason += problem.map { "; its work could not be saved: \($0)" } ?? "; its work is saved"
        noteLifeChange()
    }

    /// Ends a replica that does not get well, to start it again.
    private mutating func restart(_ index: Int, reason: String, now: Moment) {
        replicas[index].ending = .restart
        replicas[index].nextProbe = nil
        replicas[index].enter(.draining, reason: reason, now: now)
        stop(index, grace: policy.stopGrace, now: now)
        noteLifeChange()
    }

    mutating func stop(_ index: Int, grace: Duration, now: Moment) {
        replicas[index].isStopping = true
        replicas[index].noticeUntil = nil
        replicas[index].killAt = now.advanced(by: grace + .seconds(1))
        actions.append(.stop(replicas[index].id, grace: grace))
    }

    /// The end: no process, no place. It stays listed for a while.
    mutating func bury(_ index: Int, reason: String, now: Moment) {
        var replica = replicas.remove(at: index)
        replica.enter(.gone, reason: reason, now: now)
        replica.pid = nil
        replica.load = nil
        gone.append((report(replica, host: "", now: now), now))
        if gone.count > policy.goneListed { gone.removeFirst(gone.count - policy.goneListed) }
        actions.append(.forget(replica.id))
        noteLifeChange()
    }

    mutating func release(_ port: Int, now: Moment) {
        addresses.release(port, now: now)
        isIdentityChanged = true
    }

    // MARK: Time

    /// Does what has become due.
    mutating func advance(now: Moment) {
        while let first = gone.first, first.at.advanced(by: policy.goneListing) <= now {
            gone.removeFirst()
            change = change ?? .load
        }
        if refused.contains(where: { $0.until <= now }) { refused.removeAll { $0.until <= now } }
        for index in replicas.indices { advance(index, now: now) }
        loseExpiredNodes(now: now)
    }

    /// Checks and reads whom it is time to.
    mutating func askDue(now: Moment) {
        for index in replicas.indices { ask(index, now: now) }
    }

    private mutating func advance(_ index: Int, now: Moment) {
        if replicas[index].state == .starting, let due = startDeadline(of: replicas[index]), due <= now {
            let last = replicas[index].reason.isEmpty ? "" : "; last check: \(replicas[index].reason)"
            restart(index, reason: "not ready within its start timeout\(last)", now: now)
        } else if replicas[index].state == .unready, let due = unreadyDeadline(of: replicas[index]), due <= now {
            restart(index, reason: "deep health stayed bad: \(replicas[index].reason)", now: now)
        }
        advanceDrain(index, now: now)
        if let due = replicas[index].killAt, due <= now {
            replicas[index].killAt = now.advanced(by: policy.killRepeat)
            actions.append(.kill(replicas[index].id))
        }
        ask(index, now: now)
    }

    private mutating func ask(_ index: Int, now: Moment) {
        if let due = replicas[index].nextProbe, due <= now {
            replicas[index].nextProbe = nil
            actions.append(.probe(replicas[index].id))
        }
        if let due = replicas[index].nextMeasure, due <= now {
            replicas[index].nextMeasure = nil
            actions.append(.measure(replicas[index].id))
        }
    }

    /// Stops a draining replica once gateways had notice and it is idle or has saved its work, or its time is up. An engine that does not say what
    /// it is doing is told to stop after the notice and has the rest of the time to finish by itself.
    private mutating func advanceDrain(_ index: Int, now: Moment) {
        guard replicas[index].state == .draining else { return }
        let replica = replicas[index]
        guard !replica.isStopping, let deadline = replica.drainDeadline else { return }
        if deadline <= now {
            stop(index, grace: policy.stopGrace, now: now)
            return
        }
        if let notice = replica.noticeUntil {
            guard notice <= now else { return }
            replicas[index].noticeUntil = nil
        }
        guard replica.checkpoint != .asked else { return }
        if replica.checkpoint == .saved || replica.load?.isIdle ?? true {
            stop(index, grace: max(policy.stopGrace, deadline.since(now)), now: now)
        }
    }
}
