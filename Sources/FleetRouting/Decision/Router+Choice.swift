package import FleetModel

extension Router {
    /// Where this request goes. It changes nothing but the rotation between equals: tell
    /// ``RouterEvent/requestStarted(_:)`` when the request is dispatched.
    package mutating func decide(_ request: RequestFacts, attempts: AttemptHistory, now: Moment) -> RoutingDecision {
        if let refusal = admissionRefusal(request.workload, now: now) { return .refuse(refusal) }
        let policy = workloads[request.workload.value]
        var isAnyFull = false
        var pass = Pass(policy: policy, request: request, attempts: attempts, availability: .healthyUntried, now: now)
        for availability in Availability.allCases {
            pass.availability = availability
            if attempts.isEmpty, availability == .healthyTried { break }
            guard let group = scorePlanes(pass, isAnyFull: &isAnyFull) else { continue }
            return choose(in: group, pass)
        }
        return .refuse(isAnyFull ? .overloaded : .noReplica)
    }

    private struct Pass {
        let policy: WorkloadPolicy
        let request: RequestFacts
        let attempts: AttemptHistory
        var availability: Availability
        let now: Moment
    }

    /// The planes that compete: those of the best rank.
    private struct Group {
        var rank = Int.max
        var bestPredicted = Double.infinity
        var available = 0
    }

    // MARK: Planes

    /// Fills `scores`; nil where no replica is available in this pass.
    private mutating func scorePlanes(_ pass: Pass, isAnyFull: inout Bool) -> Group? {
        var group = Group()
        for (position, choice) in pass.policy.choices.enumerated() {
            let score = score(choice, pass, isAnyFull: &isAnyFull)
            scores[position] = score
            guard score.available > 0, score.rank <= group.rank else { continue }
            if score.rank < group.rank { group = Group(rank: score.rank) }
            group.available += score.available
            group.bestPredicted = min(group.bestPredicted, score.predicted)
        }
        return group.available > 0 ? group : nil
    }

    private func score(_ index: Int, _ pass: Pass, isAnyFull: inout Bool) -> PlaneScore {
        let choice = choices[index]
        let plane = planes[Int(choice.plane)]
        var score = PlaneScore()
        score.choice = index
        score.roundTrip = plane.roundTripMilliseconds
        let isSuspect = plane.isSuspect(at: pass.now) || pass.attempts.suspects(PlaneIndex(Int(choice.plane)))
        score.isPreferred = !plane.isDrained && !isSuspect
        guard plane.isTrusted(at: pass.now) else { return score }
        if pass.policy.isLimited, accounts[pass.request.workload.value].isFull(PlaneIndex(Int(choice.plane))) {
            isAnyFull = true
            return score
        }
        var best = Double.infinity
        var bestQueue = 0.0
        var bestOnward = 0.0
        score.pressure = .infinity
        for position in Int(choice.first)..<Int(choice.first + choice.count) {
            guard let replica = available(members[position], pass, isAnyFull: &isAnyFull) else { continue }
            score.available += 1
            let queue = replica.queueMilliseconds(at: pass.now)
            if queue + replica.onwardMilliseconds < best {
                best = queue + replica.onwardMilliseconds
                (bestQueue, bestOnward) = (queue, replica.onwardMilliseconds)
            }
            if pass.request.balancing == .leastRequest { score.pressure = min(score.pressure, replica.pressure(at: pass.now)) }
        }
        guard score.available > 0 else { return score }
        score.roundTrip += bestOnward
        score.predicted = score.roundTrip + bestQueue
        let band = band(score.roundTrip, queue: bestQueue, pass.policy)
        score.rank = (plane.isDrained ? 6 : isSuspect ? 3 : 0) + band
        return score
    }

    /// 0 inside the latency budget, 1 inside the failover budget, 2 beyond either or with a queue beyond patience.
    private func band(_ roundTrip: Double, queue: Double, _ policy: WorkloadPolicy) -> Int {
        if queue > RoutingLimits.patienceMilliseconds { return 2 }
        if roundTrip <= policy.budgetMilliseconds { return 0 }
        return roundTrip <= policy.failoverBudgetMilliseconds ? 1 : 2
    }

    private func available(_ slot: Int32, _ pass: Pass, isAnyFull: inout Bool) -> ReplicaState? {
        let replica = replicas[Int(slot)]
        guard !replica.isVacant else { return nil }
        let isTried = pass.attempts.contains(ReplicaHandle(slot: slot, birth: replica.birth))
        guard Availability(isEjected: replica.health.isEjected(at: pass.now), isTried: isTried) == pass.availability else {
            return nil
        }
        guard replica.inFlight < RoutingLimits.inFlightPerReplica else {
            isAnyFull = true
            return nil
        }
        return replica
    }

    private mutating func choose(in group: Group, _ pass: Pass) -> RoutingDecision {
        rotation &+= 1
        switch pass.request.balancing {
        case .roundRobin: return chooseInTurn(group, pass)
        case .leastRequest: return chooseReplica(of: leastPressed(group, pass), pass)
        case .predictedTimeToFirstToken: return chooseReplica(of: soonest(group, pass), pass)
        }
    }

    /// The plane with the shortest fibre among those predicted about as soon as the soonest.
    private func soonest(_ group: Group, _ pass: Pass) -> PlaneScore {
        let tolerance = max(RoutingLimits.toleranceMilliseconds, group.bestPredicted * RoutingLimits.toleranceShare)
        return best(of: group, pass) { score in
            guard score.predicted <= group.bestPredicted + tolerance else { return .infinity }
            return planes[Int(choices[score.choice].plane)].fibreMilliseconds
        }
    }

    private func leastPressed(_ group: Group, _ pass: Pass) -> PlaneScore { best(of: group, pass) { $0.pressure } }

    /// The competing plane with the least cost; the first of equals.
    private func best(of group: Group, _ pass: Pass, cost: (PlaneScore) -> Double) -> PlaneScore {
        var best: PlaneScore?
        var least = Double.infinity
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            let value = cost(scores[position])
            if best == nil || value < least { (best, least) = (scores[position], value) }
        }
        guard let best else { preconditionFailure("a group holds at least one plane with a replica") }
        return best
    }

    // MARK: Replicas

    private func chooseInTurn(_ group: Group, _ pass: Pass) -> RoutingDecision {
        var turn = Int(rotation % UInt64(group.available))
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            if turn < scores[position].available {
                return decision(nth(turn, of: scores[position], pass), scores[position], pass)
            }
            turn -= scores[position].available
        }
        preconditionFailure("the turn is less than the number of available replicas")
    }

    private func chooseReplica(of score: PlaneScore, _ pass: Pass) -> RoutingDecision {
        if let prefix = pass.request.prefixHash, let slot = favourite(of: prefix, score, pass) {
            return decision(slot, score, pass, isFavourite: true)
        }
        let choice = choices[score.choice]
        let start = Int(rotation % UInt64(choice.count))
        var least = Double.infinity
        var chosen: Int32 = -1
        var isAnyFull = false
        for offset in 0..<Int(choice.count) {
            let slot = members[Int(choice.first) + (start + offset) % Int(choice.count)]
            guard let replica = available(slot, pass, isAnyFull: &isAnyFull) else { continue }
            let pressure = replica.pressure(at: pass.now)
            if chosen < 0 || pressure < least { (least, chosen) = (pressure, slot) }
        }
        return decision(chosen, score, pass)
    }

    /// The available replica that ranks highest for the prefix (rendezvous hashing: when a replica comes or goes only its own
    /// prefixes move) among those within the load bound.
    private func favourite(of prefix: UInt64, _ score: PlaneScore, _ pass: Pass) -> Int32? {
        var total = 0.0
        var isAnyFull = false
        let choice = choices[score.choice]
        let range = Int(choice.first)..<Int(choice.first + choice.count)
        for position in range {
            guard let replica = available(members[position], pass, isAnyFull: &isAnyFull) else { continue }
            total += Double(replica.load(at: pass.now))
        }
        let bound = RoutingLimits.affinityLoadFactor * total / Double(score.available) + 1
        var highest: UInt64 = 0
        var chosen: Int32?
        for position in range {
            guard let replica = available(members[position], pass, isAnyFull: &isAnyFull) else { continue }
            guard Double(replica.load(at: pass.now)) / replica.health.weight(at: pass.now) < bound else { continue }
            let hash = ByteHash.combine(replica.identityHash, prefix)
            if chosen == nil || hash > highest { (highest, chosen) = (hash, members[position]) }
        }
        return chosen
    }

    /// The slot of the n-th available replica of a plane.
    private func nth(_ n: Int, of score: PlaneScore, _ pass: Pass) -> Int32 {
        let choice = choices[score.choice]
        var remaining = n
        var isAnyFull = false
        for position in Int(choice.first)..<Int(choice.first + choice.count)
        where available(members[position], pass, isAnyFull: &isAnyFull) != nil {
            if remaining == 0 { return members[position] }
            remaining -= 1
        }
        preconditionFailure("n is less than the number of available replicas")
    }

    // MARK: Reasons

    private func decision(_ slot: Int32, _ score: PlaneScore, _ pass: Pass, isFavourite: Bool = false) -> RoutingDecision {
        .send(
            to: ReplicaHandle(slot: slot, birth: replicas[Int(slot)].birth), plane: PlaneIndex(Int(choices[score.choice].plane)),
            reason: reason(score, pass, isFavourite: isFavourite))
    }

    private func reason(_ chosen: PlaneScore, _ pass: Pass, isFavourite: Bool) -> RoutingReason {
        if pass.availability.isEjected { return .panic }
        if !pass.attempts.isEmpty { return .retry }
        switch pass.request.balancing {
        case .leastRequest: return .leastRequest
        case .roundRobin: return .roundRobin
        case .predictedTimeToFirstToken: break
        }
        if let nearer = nearest(than: chosen, pass) {
            return nearer.available > 0 && nearer.isPreferred ? .spilled : .failover
        }
        if isFavourite { return .affinity }
        return chosen.roundTrip <= pass.policy.budgetMilliseconds ? .nearestInBudget : .nearestOverBudget
    }

    /// The nearest plane that is nearer than the chosen one by more than the tolerance and has, or should have, replicas.
    private func nearest(than chosen: PlaneScore, _ pass: Pass) -> PlaneScore? {
        let tolerance = max(RoutingLimits.toleranceMilliseconds, chosen.roundTrip * RoutingLimits.toleranceShare)
        var nearest: PlaneScore?
        for position in 0..<pass.policy.choices.count {
            let score = scores[position]
            guard choices[score.choice].count > 0 || choices[score.choice].isPlaced else { continue }
            guard score.roundTrip + tolerance < chosen.roundTrip, score.roundTrip < nearest?.roundTrip ?? .infinity else {
                continue
            }
            nearest = score
        }
        return nearest
    }
}
