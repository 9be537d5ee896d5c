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
        var total = 0.0
        forEachPlane(of: group, pass) { total += weight($0, shares) }
        var left = Self.share(ByteHash.combine(drawing(pass), 2)) * total
        var drawn: Int?
        for position in 0..<pass.policy.choices.count where scores[position].available > 0 && scores[position].rank == group.rank
        {
            drawn = position
            left -= weight(scores[position], shares)
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
    private func drawing(_ pass: Pass) -> UInt64 {
        pass.request.session?.key ?? (pass.request.balancing.isHash ? pass.request.key : nil) ?? pass.chance
    }

    private func weight(_ score: PlaneScore, _ shares: PlaneShares) -> Double {
        let choice = choices[score.choice]
        let availability = Double(score.available) / Double(choice.count + choice.unready)
        return shares.weight(of: Int(choice.plane)) * min(1, shares.overprovisioningFactor * availability)
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
