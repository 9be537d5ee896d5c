// The problem's JSON is a contract with other solvers: its keys are stable. Reading is strict about keys; whether the values can be
// meant is `problems()`'s to say. What may be left out is always written.

extension PlanningProblem {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case blocks, planes, pools, workloads, demand, rtt, forbidden, budgets, unmetUSDPerRequest
    }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            blocks: try field(.blocks), planes: try field(.planes), pools: try field(.pools), workloads: try field(.workloads),
            demand: try field(.demand), rtt: try field(.rtt), forbidden: try field(.forbidden, default: []),
            budgets: try field(.budgets, default: []), unmetUSDPerRequest: try field(.unmetUSDPerRequest, default: 1))
    }
}

extension PlanningProblem.Block {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, hours }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(name: try field(.name), hours: try field(.hours))
    }
}

extension PlanningProblem.Plane {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, provider, region, egressUSDPerGiB }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            name: try field(.name), provider: try field(.provider), region: try field(.region),
            egressUSDPerGiB: try field(.egressUSDPerGiB))
    }
}

extension PlanningProblem.Pool {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case plane, name, accelerator, acceleratorsPerNode, tier, usdPerNodeHour, maxNodes, interruptionsPerNodeHour
        case replacementHours
    }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            plane: try field(.plane), name: try field(.name), accelerator: try field(.accelerator),
            acceleratorsPerNode: try field(.acceleratorsPerNode), tier: try field.word(.tier),
            usdPerNodeHour: try field(.usdPerNodeHour), maxNodes: try field(.maxNodes),
            interruptionsPerNodeHour: try field(.interruptionsPerNodeHour, default: 0),
            replacementHours: try field(.replacementHours, default: 0))
    }
}

extension PlanningProblem.Profile {
    enum CodingKeys: String, CodingKey, CaseIterable { case acceleratorsPerReplica, requestsPerSecond }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            acceleratorsPerReplica: try field(.acceleratorsPerReplica), requestsPerSecond: try field(.requestsPerSecond))
    }
}

extension PlanningProblem.Workload {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, profile, targetUtilization, maxSpotShare, latencyBudgetMilliseconds, failoverLatencyBudgetMilliseconds, survive
        case keptShare, minReplicas, egressGiBPerRequest
    }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            name: try field(.name), profile: try field(.profile), targetUtilization: try field(.targetUtilization),
            maxSpotShare: try field(.maxSpotShare), latencyBudgetMilliseconds: try field(.latencyBudgetMilliseconds),
            failoverLatencyBudgetMilliseconds: try field(.failoverLatencyBudgetMilliseconds),
            survive: try field.word(.survive), keptShare: try field(.keptShare), minReplicas: try field(.minReplicas),
            egressGiBPerRequest: try field(.egressGiBPerRequest))
    }
}

extension PlanningProblem.Demand {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case workload, origin, block, requestsPerSecond, latencyBudgetMilliseconds
    }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            workload: try field(.workload), origin: try field(.origin), block: try field(.block),
            requestsPerSecond: try field(.requestsPerSecond),
            latencyBudgetMilliseconds: try field(.latencyBudgetMilliseconds, default: nil))
    }
}

extension PlanningProblem.RoundTrip {
    enum CodingKeys: String, CodingKey, CaseIterable { case origin, plane, milliseconds }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(origin: try field(.origin), plane: try field(.plane), milliseconds: try field(.milliseconds))
    }
}

extension PlanningProblem.Forbidden {
    enum CodingKeys: String, CodingKey, CaseIterable { case workload, origin, plane, because }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(
            workload: try field(.workload), origin: try field(.origin), plane: try field(.plane), because: try field(.because))
    }
}

extension PlanningProblem.Budget {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, workloads, usdPerHour }

    package init(from decoder: any Decoder) throws {
        let field = try StrictContainer<CodingKeys>(decoder)
        self.init(name: try field(.name), workloads: try field(.workloads), usdPerHour: try field(.usdPerHour))
    }
}
