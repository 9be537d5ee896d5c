import FleetModel

/// The policies that compare replicas over all competing planes, and those that go by what engines report.
extension Router {
    typealias Candidate = (slot: Int32, score: PlaneScore)

    /// Smooth weighted round robin; the weight is the rate of the replica's hardware, less while it comes in slowly.
    mutating func nextByWeight(_ group: Group, _ pass: Pass) -> Candidate {
        var turn = SmoothWeightedTurn()
        var home = 0
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            let before = turn.chosen
            for member in slots(of: scores[position]) {
                let slot = members[member]
                guard isAvailable(slot, pass) else { continue }
                let weight = replicas[Int(slot)].rate * replicas[Int(slot)].health.weight(at: pass.now)
                turn.consider(slot, weight: weight, current: &balance[Int(slot)].currentWeight)
            }
            if turn.chosen != before { home = position }
        }
        guard let slot = turn.chosen else { preconditionFailure("a group holds at least one replica") }
        turn.finish(current: &balance[Int(slot)].currentWeight)
        return (slot, scores[home])
    }

    /// The power of two random choices (Mitzenmacher, 2001), as Envoy's least request with `choice_count` 2: of two different
    /// replicas drawn at random, the one with less to do for its hardware.
    func betterOfTwo(_ group: Group, _ pass: Pass) -> Candidate {
        let first = Int(pass.chance % UInt64(group.available))
        let one = nth(first, in: group, pass)
        guard group.available > 1 else { return one }
        let step = 1 + Int((pass.chance >> 32) % UInt64(group.available - 1))
        let other = nth((first + step) % group.available, in: group, pass)
        let isOtherBetter =
            replicas[Int(other.slot)].pressure(at: pass.now) < replicas[Int(one.slot)].pressure(at: pass.now)
        return isOtherBetter ? other : one
    }

    /// The least expected time to the first token (``PeakResponseTime``).
    func soonestToAnswer(_ group: Group, _ pass: Pass) -> Candidate {
        var best: Candidate?
        var least = Double.infinity
        forEachPlane(of: group, pass) { score in
            for member in slots(of: score) {
                let slot = members[member]
                guard isAvailable(slot, pass) else { continue }
                let cost =
                    balance[Int(slot)].response.cost(inFlight: Int(replicas[Int(slot)].inFlight), at: pass.now)
                    / replicas[Int(slot)].health.weight(at: pass.now)
                if best == nil || cost < least { (best, least) = ((slot, score), cost) }
            }
        }
        guard let best else { preconditionFailure("a group holds at least one replica") }
        return best
    }

    /// By the scores of the Gateway API Inference Extension's endpoint picker: free queue, free KV cache, few running requests,
    /// each 0 to 1 among the plane's replicas and weighted 2, 2 and 1. What this loop sent since the report counts as waiting. An
    /// engine whose report is too old or missing is judged by this loop's own requests and a cache used half.
    func chooseByEngine(of score: PlaneScore, _ pass: Pass) -> RoutingDecision {
        if let slot = favourite(score, pass) { return decision(slot, score, pass, isFavourite: true) }
        var queue = Spread()
        var running = Spread()
        for member in slots(of: score) {
            guard isAvailable(members[member], pass) else { continue }
            queue.take(replicas[Int(members[member])].queueMilliseconds(at: pass.now))
            running.take(replicas[Int(members[member])].pressure(at: pass.now))
        }
        var highest = -Double.infinity
        var chosen: Int32 = -1
        for member in slots(of: score) {
            let slot = members[member]
            guard isAvailable(slot, pass) else { continue }
            let cache = balance[Int(slot)].kvCacheUse(at: pass.now) ?? 0.5
            let value =
                2 * queue.freedom(replicas[Int(slot)].queueMilliseconds(at: pass.now)) + 2 * (1 - cache)
                + running.freedom(replicas[Int(slot)].pressure(at: pass.now))
            let seen = value / pass.jitter(slot)
            if chosen < 0 || seen > highest { (highest, chosen) = (seen, slot) }
        }
        return decision(chosen, score, pass)
    }

    /// The least and the most of what was taken.
    private struct Spread {
        private var least = Double.infinity
        private var most = -Double.infinity

        mutating func take(_ value: Double) {
            least = min(least, value)
            most = max(most, value)
        }

        /// 1 for the least, 0 for the most; 1 for all where they are equal.
        func freedom(_ value: Double) -> Double { most > least ? (most - value) / (most - least) : 1 }
    }

    func slots(of score: PlaneScore) -> Range<Int> {
        let choice = choices[score.choice]
        return Int(choice.first)..<Int(choice.first + choice.count)
    }

    @inline(__always)
    func isAvailable(_ slot: Int32, _ pass: Pass) -> Bool {
        var isAnyFull = false
        return isAvailable(slot, pass, isAnyFull: &isAnyFull)
    }

    // MARK: State

    mutating func adoptBalancing() {
        while balance.count < replicas.count { balance.append(BalancingState()) }
        for slot in replicas.indices where balance[slot].birth != replicas[slot].birth {
            balance[slot] = BalancingState()
            balance[slot].birth = replicas[slot].birth
        }
    }

    mutating func takeBalancing(_ load: LoadUpdate.Load, at moment: Moment) {
        guard let slot = balancingSlot(of: load.replica) else { return }
        balance[slot].take(load, at: moment)
    }

    mutating func observe(_ time: Duration, on replica: ReplicaHandle, now: Moment) {
        guard let slot = balancingSlot(of: replica) else { return }
        balance[slot].response.observe(time, at: now)
    }

    private func balancingSlot(of replica: ReplicaHandle) -> Int? {
        let slot = Int(replica.slot)
        return balance.indices.contains(slot) && replica.birth != 0 && balance[slot].birth == replica.birth ? slot : nil
    }
}
