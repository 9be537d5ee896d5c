package import FleetModel

extension Router {
    /// Where this request goes. It changes nothing but whose turn it is: tell ``RouterEvent/requestStarted(_:)`` and
    /// ``remember(_:on:)`` when the request is dispatched.
    package mutating func decide(_ request: RequestFacts, attempts: AttemptHistory, now: Moment) -> RoutingDecision {
        compared = Compared()
        if let refusal = admissionRefusal(request.workload, now: now) { return .refuse(refusal) }
        let policy = workloads[request.workload.value]
        var isAnyFull = false
        let chance = random.next()
        var priority = DrawnPriority()
        let generation = policy.revisions.isEmpty ? 0 : drawRevision(request, policy, chance)
        if request.session != nil || request.planes != nil {
            let first = Pass(
                policy: policy, request: request, attempts: attempts, availability: .healthyUntried, now: now, chance: chance)
            if let decision = sessionReplica(first) { return decision }
            if let shares = request.planes { priority = drawPriority(shares, first) }
        }
        for availability in Availability.allCases {
            if attempts.isEmpty, availability == .healthyTried { break }
            var pass = Pass(
                policy: policy, request: request, attempts: attempts, availability: availability, now: now, chance: chance,
                priority: priority, generation: generation)
            if let decision = decide(pass, isAnyFull: &isAnyFull) { return decision }
            guard generation != 0 else { continue }
            pass.generation = 0
            if let decision = decide(pass, isAnyFull: &isAnyFull) { return decision }
        }
        if isOutside(request, policy) { return .refuse(.fenced) }
        return .refuse(isAnyFull ? .overloaded : .noReplica)
    }

    private mutating func decide(_ pass: Pass, isAnyFull: inout Bool) -> RoutingDecision? {
        compared.choices = pass.policy.choices
        compared.availability = pass.availability
        guard var group = scorePlanes(pass, isAnyFull: &isAnyFull) else { return nil }
        if let shares = pass.request.planes { group = drawPlane(shares, group, pass) }
        compared.rank = group.rank
        return choose(in: group, pass)
    }

    /// Whether a plane is inside the fence of this request's client. Asked by everything that looks at a choice.
    @inline(__always)
    func isInside(_ choice: Int, _ pass: Pass) -> Bool {
        !pass.policy.distinguishesPlaces || pass.request.places.isServed(by: admitted[choice])
    }

    /// No plane at all is inside it.
    private func isOutside(_ request: RequestFacts, _ policy: WorkloadPolicy) -> Bool {
        policy.distinguishesPlaces && !policy.choices.contains { request.places.isServed(by: admitted[$0]) }
    }

    struct Pass {
        let policy: WorkloadPolicy
        let request: RequestFacts
        let attempts: AttemptHistory
        let availability: Availability
        let now: Moment
        /// What is left to chance in this decision.
        let chance: UInt64
        var priority = DrawnPriority()
        /// The version that is asked; 0: any.
        var generation: UInt64 = 0
        /// Set for the first pass over the replicas of a priority in panic.
        var ignoresEjection: Bool { priority.isPanicking && availability.rawValue == Availability.healthyUntried.rawValue }

        /// How a plane's or replica's late-known load is seen by this decision: 1 to 1 + ``RoutingLimits/loadJitter``.
        func jitter(_ index: Int32) -> Double {
            1 + RoutingLimits.loadJitter * Router.share(ByteHash.combine(chance, UInt64(bitPattern: Int64(index))))
        }
    }

    /// The priority that serves a request, and whether it is in panic: counts only where planes have shares.
    struct DrawnPriority {
        var level = 0
        var isPanicking = false
    }

    /// The planes that compete: those of the best rank.
    struct Group {
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
        guard isInside(index, pass) else { return score }
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
            let index = Int(members[position])
            guard isAvailable(members[position], pass, isAnyFull: &isAnyFull) else { continue }
            score.available += 1
            let queue = replicas[index].queueMilliseconds(at: pass.now)
            let onward = replicas[index].onwardMilliseconds
            if queue + onward < best {
                best = queue + onward
                (bestQueue, bestOnward) = (queue, onward)
            }
            if case .leastRequest = pass.request.balancing {
                score.pressure = min(score.pressure, replicas[index].pressure(at: pass.now))
            }
        }
        guard score.available > 0 else { return score }
        score.roundTrip += bestOnward
        score.predicted = score.roundTrip + (bestQueue > 0 ? bestQueue * pass.jitter(choice.plane) : 0)
        let standing = plane.isDrained ? 2 : isSuspect ? 1 : 0
        if let shares = pass.request.planes {
            let level = shares.level(of: Int(choice.plane))
            score.rank = standing * (PlaneShares.maximumLevels + 1) + (level == pass.priority.level ? 0 : level + 1)
        } else {
            score.rank = standing * 3 + band(score.roundTrip, queue: bestQueue, pass.policy)
        }
        return score
    }

    /// 0 inside the latency budget, 1 inside the failover budget, 2 beyond either or with a queue beyond patience.
    private func band(_ roundTrip: Double, queue: Double, _ policy: WorkloadPolicy) -> Int {
        if queue > RoutingLimits.patienceMilliseconds { return 2 }
        if roundTrip <= policy.budgetMilliseconds { return 0 }
        return roundTrip <= policy.failoverBudgetMilliseconds ? 1 : 2
    }

    /// Whether this pass may choose a replica; its state is read in place, for copies of it are what a decision would spend most
    /// on.
    @inline(__always)
    func isAvailable(_ slot: Int32, _ pass: Pass, isAnyFull: inout Bool) -> Bool {
        let index = Int(slot)
        guard !replicas[index].isVacant else { return false }
        if pass.generation != 0, replicas[index].generation != pass.generation { return false }
        let isTried =
            !pass.attempts.isEmpty && pass.attempts.contains(ReplicaHandle(slot: slot, birth: replicas[index].birth))
        let isEjected = replicas[index].health.isEjected(at: pass.now) && !pass.ignoresEjection
        guard Availability(isEjected: isEjected, isTried: isTried).rawValue == pass.availability.rawValue else { return false }
        guard replicas[index].inFlight < RoutingLimits.inFlightPerReplica else {
            isAnyFull = true
            return false
        }
        return true
    }

    private mutating func choose(in group: Group, _ pass: Pass) -> RoutingDecision {
        rotation &+= 1
        if let session = pass.request.session { return chooseByRendezvous(session.key, of: nearest(group, pass), pass) }
        switch pass.request.balancing {
        case .roundRobin: return preferringPrefix(nth(Int(rotation % UInt64(group.available)), in: group, pass), pass)
        case .weightedRoundRobin:
            // Apart: taking the turn inside the call would copy the turns' array.
            let next = nextByWeight(group, pass)
            return preferringPrefix(next, pass)
        case .powerOfTwoChoices: return preferringPrefix(betterOfTwo(group, pass), pass)
        case .leastResponseTime: return preferringPrefix(soonestToAnswer(group, pass), pass)
        case .ringHash, .maglev: return chooseByHash(group, pass)
        case .leastRequest: return chooseReplica(of: leastPressed(group, pass), pass)
        case .engineLoad: return chooseByEngine(of: soonest(group, pass), pass)
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

    /// The plane with the shortest fibre, whatever the load: the same for equal keys.
    func nearest(_ group: Group, _ pass: Pass) -> PlaneScore {
        best(of: group, pass) { planes[Int(choices[$0.choice].plane)].fibreMilliseconds }
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

    private func chooseReplica(of score: PlaneScore, _ pass: Pass) -> RoutingDecision {
        if let slot = favourite(score, pass) { return decision(slot, score, pass, isFavourite: true) }
        var isExact = false
        if case .leastRequest = pass.request.balancing { isExact = true }
        let choice = choices[score.choice]
        let start = Int(rotation % UInt64(choice.count))
        var least = Double.infinity
        var chosen: Int32 = -1
        var isAnyFull = false
        for offset in 0..<Int(choice.count) {
            let slot = members[Int(choice.first) + (start + offset) % Int(choice.count)]
            guard isAvailable(slot, pass, isAnyFull: &isAnyFull) else { continue }
            let isShared = !isExact && (replicas[Int(slot)].running >= 0 || replicas[Int(slot)].waiting >= 0)
            let pressure = replicas[Int(slot)].pressure(at: pass.now) * (isShared ? pass.jitter(slot) : 1)
            if chosen < 0 || pressure < least { (least, chosen) = (pressure, slot) }
        }
        return decision(chosen, score, pass)
    }

    /// The n-th available replica of the competing planes.
    func nth(_ n: Int, in group: Group, _ pass: Pass) -> (slot: Int32, score: PlaneScore) {
        var turn = n
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            if turn < scores[position].available { return (nth(turn, of: scores[position], pass), scores[position]) }
            turn -= scores[position].available
        }
        preconditionFailure("the turn is less than the number of available replicas")
    }

    /// The slot of the n-th available replica of a plane.
    private func nth(_ n: Int, of score: PlaneScore, _ pass: Pass) -> Int32 {
        let choice = choices[score.choice]
        var remaining = n
        var isAnyFull = false
        for position in Int(choice.first)..<Int(choice.first + choice.count)
        where isAvailable(members[position], pass, isAnyFull: &isAnyFull) {
            if remaining == 0 { return members[position] }
            remaining -= 1
        }
        preconditionFailure("n is less than the number of available replicas")
    }

    // MARK: Reasons

    func decision(_ slot: Int32, _ score: PlaneScore, _ pass: Pass, isFavourite: Bool = false) -> RoutingDecision {
        let isPanic = pass.availability.isEjected || replicas[Int(slot)].health.isEjected(at: pass.now)
        return .send(
            to: ReplicaHandle(slot: slot, birth: replicas[Int(slot)].birth), plane: PlaneIndex(Int(choices[score.choice].plane)),
            reason: isPanic ? .panic : pass.attempts.isEmpty ? reason(score, pass, isFavourite: isFavourite) : .retry)
    }

    private func reason(_ chosen: PlaneScore, _ pass: Pass, isFavourite: Bool) -> RoutingReason {
        if let shares = pass.request.planes, isBehind(chosen, shares, pass) { return .failover }
        if pass.request.session != nil { return .session }
        switch pass.request.balancing {
        case .leastRequest: return isFavourite ? .affinity : .leastRequest
        case .roundRobin: return isFavourite ? .affinity : .roundRobin
        case .weightedRoundRobin: return isFavourite ? .affinity : .weightedRoundRobin
        case .powerOfTwoChoices: return isFavourite ? .affinity : .powerOfTwoChoices
        case .leastResponseTime: return isFavourite ? .affinity : .leastResponseTime
        case .engineLoad: return isFavourite ? .affinity : .engineLoad
        case .ringHash, .maglev: return .hash
        case .predictedTimeToFirstToken: break
        }
        if pass.request.planes != nil { return isFavourite ? .affinity : .planeWeight }
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
            guard choices[score.choice].count > 0 || choices[score.choice].isPlaced, isInside(score.choice, pass) else {
                continue
            }
            guard score.roundTrip + tolerance < chosen.roundTrip, score.roundTrip < nearest?.roundTrip ?? .infinity else {
                continue
            }
            nearest = score
        }
        return nearest
    }
}
