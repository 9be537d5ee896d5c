/// Keys are stable. A reader passes over keys it does not know, so that plans of later versions can still be read.
extension Plan: Codable {
    enum CodingKeys: String, CodingKey {
        case generation, horizonHours, objectiveUSD, boundUSD, gap, deadlineHit, solveSeconds, cost, nodes, replicas, flows
        case scenarios, unmet, unprotected, violations, report
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(horizonHours: try fields.decode(Double.self, forKey: .horizonHours))
        generation = try fields.decode(UInt64.self, forKey: .generation)
        objectiveUSD = try fields.decode(Double.self, forKey: .objectiveUSD)
        boundUSD = try fields.decode(Double.self, forKey: .boundUSD)
        gap = try fields.decode(Double.self, forKey: .gap)
        deadlineHit = try fields.decode(Bool.self, forKey: .deadlineHit)
        solveSeconds = try fields.decode(Double.self, forKey: .solveSeconds)
        cost = try fields.decode(Cost.self, forKey: .cost)
        nodes = try fields.decode([Nodes].self, forKey: .nodes)
        replicas = try fields.decode([Replicas].self, forKey: .replicas)
        flows = try fields.decode([Flow].self, forKey: .flows)
        scenarios = try fields.decode([Scenario].self, forKey: .scenarios)
        unmet = try fields.decode([Unmet].self, forKey: .unmet)
        unprotected = try fields.decode([Unprotected].self, forKey: .unprotected)
        violations = try fields.decodeIfPresent([Violation].self, forKey: .violations) ?? []
        report = try fields.decodeIfPresent([WorkloadReport].self, forKey: .report) ?? []
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(generation, forKey: .generation)
        try fields.encode(horizonHours, forKey: .horizonHours)
        try fields.encode(objectiveUSD, forKey: .objectiveUSD)
        try fields.encode(boundUSD, forKey: .boundUSD)
        try fields.encode(gap, forKey: .gap)
        try fields.encode(deadlineHit, forKey: .deadlineHit)
        try fields.encode(solveSeconds, forKey: .solveSeconds)
        try fields.encode(cost, forKey: .cost)
        try fields.encode(nodes, forKey: .nodes)
        try fields.encode(replicas, forKey: .replicas)
        try fields.encode(flows, forKey: .flows)
        try fields.encode(scenarios, forKey: .scenarios)
        try fields.encode(unmet, forKey: .unmet)
        try fields.encode(unprotected, forKey: .unprotected)
        try fields.encode(violations, forKey: .violations)
        try fields.encode(report, forKey: .report)
    }
}
