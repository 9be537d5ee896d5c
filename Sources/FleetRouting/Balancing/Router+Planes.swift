import FleetModel

/// The choice of a plane where the rules give planes weights and priorities, in Envoy's terms: the priority by ``PriorityLoads``,
/// and in it a plane by its weight times its availability (documentation: Locality weighted load balancing).
extension Router {
    /// Draws the priority that serves this request.
    mutating func drawPriority(_ shares: PlaneShares, _ pass: Pass) -> DrawnPriority {
        priorities.reset(count: shares.levelCount)
        for index in pass.policy.choices where isInside(index, pass) {
            let choice = choices[index]
            let (healthy, capacity) = health(of: choice, pass)
            priorities.add(
                level: shares.level(of: Int(choice.plane)), healthy: healthy, capacity: capacity,
                total: Int(choice.count + choice.unready))
        }
        priorities.settle(overprovisioningFactor: shares.overprovisioningFactor, panicThreshold: shares.panicThreshold)
        let level = priorities.level(at: Self.share(ByteHash.combine(drawing(pass), 1)))
        return DrawnPriority(level: level, isPanicking: priorities.isPanicking(level))
    }

    /// Leaves one plane in the group.
    mutating func drawPlane(_ shares: PlaneShares, _ group: Group, _ pass: Pass) -> Group {
        let pace = pace(shares, group, pass)
        var total = 0.0
        forEachPlane(of: group, pass) { total += weight($0, shares, pace, pass) }
        var left = Self.share(ByteHash.combine(drawing(pass), 2)) * total
        var drawn: Int?
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            drawn = position
            left -= weight(scores[position], shares, pace, pass)
            if left < 0 { break }
        }
        guard let drawn else { preconditionFailure("a group holds at least one plane with a replica") }
        scores[drawn].rank = -1
        return Group(rank: -1, bestPredicted: scores[drawn].predicted, available: scores[drawn].available)
    }

    /// Whether a plane of an earlier priority that has, or should have, replicas was passed over.
    func isBehind(_ chosen: PlaneScore, _ shares: PlaneShares, _ pass: Pass) -> Bool {
        let level = shares.level(of: Int(choices[chosen.choice].plane))
        return pass.policy.choices.contains { index in
            let choice = choices[index]
            return (choice.count > 0 || choice.isPlaced) && isInside(index, pass) && shares.level(of: Int(choice.plane)) < level
        }
    }

    /// Equal keys draw alike; a request without a key is left to chance.
    private func drawing(_ pass: Pass) -> UInt64 { key(of: pass) ?? pass.chance }

    private func key(of pass: Pass) -> UInt64? {
        pass.request.session?.key ?? (pass.request.balancing.isHash ? pass.request.key : nil)
    }

    private func weight(_ score: PlaneScore, _ shares: PlaneShares, _ pace: Double?, _ pass: Pass) -> Double {
        let choice = choices[score.choice]
        let availability = Double(score.available) / Double(choice.count + choice.unready)
        let weight = shares.weight(of: Int(choice.plane)) * min(1, shares.overprovisioningFactor * availability)
        guard let pace else { return weight }
        let own = responseMilliseconds(of: choice, at: pass.now)
        guard own > 0 else { return weight }
        return weight * min(max(pace / own, 1 - shares.adaptiveWeights), 1 + shares.adaptiveWeights)
    }

    /// What a first token takes over the planes of a group, by their declared weights, milliseconds: a plane twice as fast gets twice
    /// its weight, within the bound declared. Nil where weights hold as they are declared; they do for requests with a
    /// key, which would change planes with every new measurement.
    private func pace(_ shares: PlaneShares, _ group: Group, _ pass: Pass) -> Double? {
        guard shares.adaptiveWeights > 0, key(of: pass) == nil else { return nil }
        var sum = 0.0
        var weights = 0.0
        forEachPlane(of: group, pass) { score in
            let choice = choices[score.choice]
            let time = responseMilliseconds(of: choice, at: pass.now)
            guard time > 0 else { return }
            sum += time * shares.weight(of: Int(choice.plane))
            weights += shares.weight(of: Int(choice.plane))
        }
        return weights > 0 ? sum / weights : nil
    }

    /// The mean over the plane's replicas of their times to the first token (``PeakResponseTime``); 0 while none was seen.
    private func responseMilliseconds(of choice: RoutingTable.Choice, at now: Moment) -> Double {
        var sum = 0.0
        var count = 0.0
        for position in Int(choice.first)..<Int(choice.first + choice.count) {
            let time = balance[Int(members[position])].response.milliseconds(at: now)
            guard time > 0 else { continue }
            sum += time
            count += 1
        }
        return count > 0 ? sum / count : 0
    }

    private func health(of choice: RoutingTable.Choice, _ pass: Pass) -> (replicas: Int, capacity: Double) {
        let plane = planes[Int(choice.plane)]
        guard !plane.isDrained, plane.isTrusted(at: pass.now), !plane.isSuspect(at: pass.now) else { return (0, 0) }
        var healthy = 0
        var capacity = 0.0
        for position in Int(choice.first)..<Int(choice.first + choice.count)
        where !replicas[Int(members[position])].health.isEjected(at: pass.now) {
            healthy += 1
            capacity += replicas[Int(members[position])].health.weight(at: pass.now)
        }
        return (healthy, capacity)
    }

    func forEachPlane(of group: Group, _ pass: Pass, _ body: (PlaneScore) -> Void) {
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            body(scores[position])
        }
    }

    /// 64 bits as 0 up to but not including 1.
    static func share(_ bits: UInt64) -> Double { Double(bits >> 11) * 0x1p-53 }
}
