import FleetModel

/// What keeps requests together: sessions, hash keys, prefixes.
extension Router {
    /// The replica a session is with, while it takes requests and its plane is in good standing; wherever inside the fence it is.
    func sessionReplica(_ pass: Pass) -> RoutingDecision? {
        guard case .replica(let identity) = pass.request.session else { return nil }
        for index in pass.policy.choices where isInside(index, pass) {
            let choice = choices[index]
            for position in Int(choice.first)..<Int(choice.first + choice.count)
            where replicas[Int(members[position])].identityHash == identity {
                let plane = planes[Int(choice.plane)]
                let isSound = !plane.isDrained && plane.isTrusted(at: pass.now) && !plane.isSuspect(at: pass.now)
                let isFull = pass.policy.isLimited && accounts[pass.request.workload.value].isFull(PlaneIndex(Int(choice.plane)))
                guard isSound, !isFull, !isRetired(members[position], pass), isAvailable(members[position], pass) else {
                    return nil
                }
                return .send(
                    to: ReplicaHandle(slot: members[position], birth: replicas[Int(members[position])].birth),
                    plane: PlaneIndex(Int(choice.plane)), reason: pass.attempts.isEmpty ? .session : .retry)
            }
        }
        return nil
    }

    /// The replica of the hash table; where it is not to be had, the one the key falls to among the others.
    func chooseByHash(_ group: Group, _ pass: Pass) -> RoutingDecision {
        guard let key = pass.request.key else {
            let drawn = nth(Int(pass.chance % UInt64(group.available)), in: group, pass)
            return decision(drawn.slot, drawn.score, pass)
        }
        let score = nearest(group, pass)
        if let slot = hashing[score.choice]?.slot(of: key, by: pass.request.balancing), isAvailable(slot, pass) {
            return decision(slot, score, pass)
        }
        return chooseByRendezvous(key, of: score, pass)
    }

    /// Rendezvous hashing (Thaler, Ravishankar, 1998): the available replica that ranks highest for the key. Who goes hands over
    /// its own keys alone, evenly, and everybody agrees on to whom.
    func chooseByRendezvous(_ key: UInt64, of score: PlaneScore, _ pass: Pass) -> RoutingDecision {
        guard let slot = highestRanked(key, score, pass, below: .infinity) else {
            preconditionFailure("a competing plane has an available replica")
        }
        return decision(slot, score, pass)
    }

    // MARK: Prefixes

    /// Notes where a request was dispatched: requests that begin alike find it.
    package mutating func remember(_ request: RequestFacts, on replica: ReplicaHandle) {
        guard let prefix = request.prefix, !prefix.blocks.isEmpty else { return }
        prefixes.remember(prefix, on: replica)
    }

    /// The policy's choice, or the favourite on the same plane.
    func preferringPrefix(_ candidate: Candidate, _ pass: Pass) -> RoutingDecision {
        if let slot = favourite(candidate.score, pass) { return decision(slot, candidate.score, pass, isFavourite: true) }
        return decision(candidate.slot, candidate.score, pass)
    }

    /// The least loaded of the replicas that were sent most of this prompt, within the load bound. Where none was, or all of them
    /// are beyond it, the one that ranks highest for the first block nobody was sent: so gateways that never met agree, and a hot
    /// prefix spreads to one replica after the other.
    func favourite(_ score: PlaneScore, _ pass: Pass) -> Int32? {
        guard let prefix = pass.request.prefix, let last = prefix.blocks.last else { return nil }
        let bound = loadBound(score, pass)
        let match = prefixes.longestMatch(prefix)
        if Double(match.depth) >= RoutingLimits.affinityMatchShare * Double(prefix.blocks.count), match.depth > 0 {
            var least = Double.infinity
            var chosen: Int32?
            for member in slots(of: score) {
                let slot = members[member]
                guard match.holders.contains(ReplicaHandle(slot: slot, birth: replicas[Int(slot)].birth)),
                    isAvailable(slot, pass), load(slot, pass) < bound
                else { continue }
                let pressure = replicas[Int(slot)].pressure(at: pass.now)
                if pressure < least { (least, chosen) = (pressure, slot) }
            }
            if let chosen { return chosen }
        }
        let key = match.depth < prefix.blocks.count ? prefix.blocks[match.depth] : last
        return highestRanked(key, score, pass, below: bound)
    }

    /// Bounded loads: a multiple of the mean plus one.
    private func loadBound(_ score: PlaneScore, _ pass: Pass) -> Double {
        var total = 0.0
        for member in slots(of: score) {
            guard isAvailable(members[member], pass) else { continue }
            total += Double(replicas[Int(members[member])].load(at: pass.now))
        }
        return RoutingLimits.affinityLoadFactor * total / Double(score.available) + 1
    }

    private func load(_ slot: Int32, _ pass: Pass) -> Double {
        Double(replicas[Int(slot)].load(at: pass.now)) / replicas[Int(slot)].health.weight(at: pass.now)
    }

    private func highestRanked(_ key: UInt64, _ score: PlaneScore, _ pass: Pass, below bound: Double) -> Int32? {
        var highest: UInt64 = 0
        var chosen: Int32?
        for member in slots(of: score) {
            let slot = members[member]
            guard isAvailable(slot, pass), load(slot, pass) < bound else { continue }
            let hash = ByteHash.combine(replicas[Int(slot)].identityHash, key)
            if chosen == nil || hash > highest { (highest, chosen) = (hash, slot) }
        }
        return chosen
    }
}
