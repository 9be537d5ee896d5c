import FleetPlanning

/// A problem and a plan for it, worked out by hand, with every part of the plan in use.
///
/// Day, 10 h, chat (2 accelerators, 10 req/s, planned at half): on a1 5 replicas = 50 req/s, on g1 4 on demand = 40 and 4 on
/// spot, there half of the time, = 20. Half of that is 25 + 30: `us` sends 20 to a1, `eu` 30 to g1 and 5 to a1 (its own budget of
/// 110 ms allows the 100 ms), and 2 of its 37 are unmet. Batch (3 accelerators, 4 req/s): 2 replicas on a1 serve 8. a1 has 2
/// nodes of 8: 5 · 2 + 2 · 3 = 16, as 3 + 3 + 2 and 2 + 2 + 2 + 2. Night, 20 h: `us` sends 10 to 2 chat replicas on a1.
///
/// Losses for chat, half kept: without aws/us at day g1's 60 serve all 55, at night nothing is left of 10, so 5 are unprotected;
/// without gcp/us a1's 50 serve 50 of 55; without gcp's spot 90 serve all, and nobody needs the 100 ms.
///
/// Compute: 2 · 8 · 30 + 16 · 10 + 4 · 10 = 680. Egress, 0.001 GiB a request: a1 25 · 36,000 · 0.001 · 0.1 = 90 and
/// at night 10 · 72,000 · 0.001 · 0.1 = 72, g1 30 · 36,000 · 0.001 · 0.2 = 216: 378. Penalties at 0.01 USD: 2 · 36,000 · 0.01 =
/// 720 and 0.1 · 5 · 72,000 · 0.01 = 360. Together 2,138. Chat's budget: 5 · 2 · 8/8 + 4 · 2 · 16/8 + 4 · 2 · 4/8 = 30 USD/h.
struct HandPlan {
    var problem: PlanningProblem
    var plan: Plan

    init() {
        problem = PlanningProblem(
            blocks: [.init(name: "day", hours: 10), .init(name: "night", hours: 20)],
            planes: [
                .init(name: "a1", provider: "aws", region: "us", egressUSDPerGiB: 0.1),
                .init(name: "a2", provider: "aws", region: "eu", egressUSDPerGiB: 0.1),
                .init(name: "g1", provider: "gcp", region: "us", egressUSDPerGiB: 0.2),
            ],
            pools: [
                Self.pool("a1", "kept", .reserved, 8, 4), Self.pool("g1", "hourly", .onDemand, 16, 1),
                Self.pool("g1", "spot", .spot, 4, 1),
                .init(
                    plane: "a2", name: "small", accelerator: "L4-24GB", acceleratorsPerNode: 1, tier: .onDemand,
                    usdPerNodeHour: 1, maxNodes: 9),
            ],
            workloads: [
                .init(
                    name: "chat", profile: ["H100-80GB": .init(acceleratorsPerReplica: 2, requestsPerSecond: 10)],
                    targetUtilization: 0.5, maxSpotShare: 0.25, latencyBudgetMilliseconds: 50,
                    failoverLatencyBudgetMilliseconds: 120, survive: .region, keptShare: 0.5, minReplicas: 2,
                    egressGiBPerRequest: 0.001),
                .init(
                    name: "batch", profile: ["H100-80GB": .init(acceleratorsPerReplica: 3, requestsPerSecond: 4)],
                    latencyBudgetMilliseconds: 300),
            ],
            demand: [
                .init(workload: "chat", origin: "us", block: "day", requestsPerSecond: 20),
                .init(workload: "chat", origin: "eu", block: "day", requestsPerSecond: 37, latencyBudgetMilliseconds: 110),
                .init(workload: "chat", origin: "us", block: "night", requestsPerSecond: 10),
                .init(workload: "chat", origin: "eu", block: "night", requestsPerSecond: 0),
                .init(workload: "batch", origin: "lab", block: "day", requestsPerSecond: 8),
                .init(workload: "batch", origin: "lab", block: "night", requestsPerSecond: 0),
            ],
            rtt: [
                .init(origin: "us", plane: "a1", milliseconds: 20), .init(origin: "us", plane: "g1", milliseconds: 30),
                .init(origin: "eu", plane: "a1", milliseconds: 100), .init(origin: "eu", plane: "g1", milliseconds: 45),
                .init(origin: "lab", plane: "a1", milliseconds: 25), .init(origin: "lab", plane: "g1", milliseconds: 200),
            ],
            forbidden: [.init(workload: "batch", origin: "lab", plane: "g1", because: "residency")],
            budgets: [.init(name: "chat-team", workloads: ["chat"], usdPerHour: 30)], unmetUSDPerRequest: 0.01)
        plan = Plan(horizonHours: 30)
        plan.nodes = [
            .init(plane: "a1", pool: "kept", block: "day", count: 2), .init(plane: "a1", pool: "kept", block: "night", count: 2),
            .init(plane: "g1", pool: "hourly", block: "day", count: 1), .init(plane: "g1", pool: "spot", block: "day", count: 1),
        ]
        plan.replicas = [
            .init(workload: "chat", plane: "a1", pool: "kept", block: "day", count: 5),
            .init(workload: "batch", plane: "a1", pool: "kept", block: "day", count: 2),
            .init(workload: "chat", plane: "g1", pool: "hourly", block: "day", count: 4),
            .init(workload: "chat", plane: "g1", pool: "spot", block: "day", count: 4),
            .init(workload: "chat", plane: "a1", pool: "kept", block: "night", count: 2),
        ]
        plan.flows = [
            Self.flow("chat", "us", "a1", "day", 20, 20), Self.flow("chat", "eu", "g1", "day", 30, 45),
            Self.flow("chat", "eu", "a1", "day", 5, 100), Self.flow("chat", "us", "a1", "night", 10, 20),
            Self.flow("batch", "lab", "a1", "day", 8, 25),
        ]
        plan.scenarios = [
            Self.scenario("region:aws/us", "day", 1, 45), Self.scenario("region:gcp/us", "day", 50.0 / 55, 100),
            Self.scenario("spot:gcp", "day", 1, 45), Self.scenario("region:aws/us", "night", 0, 0),
        ]
        plan.unmet = [
            .init(workload: "chat", origin: "eu", block: "day", requestsPerSecond: 2, reasons: ["quota of g1/hourly: 1 node"])
        ]
        plan.unprotected = [
            .init(
                workload: "chat", origin: "us", block: "night", requestsPerSecond: 5, lost: ["region:aws/us"],
                reasons: ["all replicas are in aws/us"])
        ]
        plan.cost.computeUSD = 680
        plan.cost.egressUSD = 378
        plan.cost.penaltyUSD = 1_080
        plan.cost.byTier = ["reserved": 480, "on-demand": 160, "spot": 40]
        plan.cost.byProvider = ["aws": 642, "gcp": 416]
        plan.objectiveUSD = 2_138
        plan.boundUSD = 1_069
        plan.gap = 0.5
        plan.report = Self.report
    }

    private static func pool(
        _ plane: String, _ name: String, _ tier: PlanningProblem.Pool.Tier, _ price: Double, _ limit: Int
    ) -> PlanningProblem.Pool {
        // 0.5 reclaims an hour, 2 h to replace: there 1 / (1 + 1) of the time.
        .init(
            plane: plane, name: name, accelerator: "H100-80GB", acceleratorsPerNode: 8, tier: tier, usdPerNodeHour: price,
            maxNodes: limit, interruptionsPerNodeHour: tier == .spot ? 0.5 : 0, replacementHours: tier == .spot ? 2 : 0)
    }

    static func flow(
        _ workload: String, _ origin: String, _ plane: String, _ block: String, _ rate: Double, _ rtt: Double
    ) -> Plan.Flow {
        .init(workload: workload, origin: origin, plane: plane, block: block, requestsPerSecond: rate, rttMilliseconds: rtt)
    }

    static func scenario(_ lost: String, _ block: String, _ share: Double, _ worst: Double) -> Plan.Scenario {
        .init(workload: "chat", lost: lost, block: block, servedShare: share, worstRTTMilliseconds: worst)
    }

    private static let report: [Plan.WorkloadReport] = [
        .init(
            workload: "chat",
            chosen: [
                .init(plane: "a1", pool: "kept", replicas: 5, because: "cheapest"),
                .init(plane: "g1", pool: "hourly", replicas: 4, because: "nearest to eu"),
                .init(plane: "g1", pool: "spot", replicas: 4, because: "cheapest"),
            ],
            rejected: [.init(plane: "a2", because: "hardware", detail: "no H100-80GB")],
            nextBest: .init(plane: "g1", pool: "hourly", addedUSDPerHour: 16, detail: "another node"), binding: ["quota"]),
        .init(
            workload: "batch", chosen: [.init(plane: "a1", pool: "kept", replicas: 2, because: "only one allowed")],
            rejected: [
                .init(plane: "a2", because: "hardware", detail: "no H100-80GB"),
                .init(plane: "g1", because: "rule", detail: "residency"),
            ]),
    ]
}
