import CommandLineInterface
import FleetModel
import FleetPlanning

/// A plan small enough to recompute by hand: two blocks of 8 and 16 hours, an owned pool of 4-accelerator nodes in Toronto,
/// on-demand nodes of 2 accelerators at 3 USD/h in Frankfurt, and chat with replicas of one accelerator.
enum SamplePlan {
    static let problem = PlanningProblem(
        blocks: [.init(name: "08-16", hours: 8), .init(name: "00-08_16-24", hours: 16)],
        planes: [
            .init(name: "frankfurt", provider: "aws", region: "eu-central-1", egressUSDPerGiB: 0.09),
            .init(name: "toronto", provider: "onprem", region: "yyz"),
        ],
        pools: [
            .init(
                plane: "frankfurt", name: "a100", accelerator: "A100-80GB", acceleratorsPerNode: 2, tier: .onDemand,
                usdPerNodeHour: 3, maxNodes: 4),
            .init(
                plane: "toronto", name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: 4, tier: .reserved,
                usdPerNodeHour: 0, maxNodes: 1),
        ],
        workloads: [
            .init(
                name: "chat",
                profile: [
                    "A100-80GB": .init(acceleratorsPerReplica: 1, requestsPerSecond: 5),
                    "H100-80GB": .init(acceleratorsPerReplica: 1, requestsPerSecond: 10),
                ], latencyBudgetMilliseconds: 100, failoverLatencyBudgetMilliseconds: 200, survive: .provider, keptShare: 0.5)
        ],
        demand: [
            .init(workload: "chat", origin: "Toronto", block: "08-16", requestsPerSecond: 40),
            .init(workload: "chat", origin: "Toronto", block: "00-08_16-24", requestsPerSecond: 10),
        ],
        rtt: [
            .init(origin: "Toronto", plane: "frankfurt", milliseconds: 92),
            .init(origin: "Toronto", plane: "toronto", milliseconds: 1),
        ])

    /// 3 A100 replicas by day (two nodes), none by night; 8 h · 2 · 3 USD = 48 USD in 24 h: 2 USD/h, 1460 USD in 730 h.
    static var plan: Plan {
        var plan = Plan(horizonHours: 24)
        (plan.objectiveUSD, plan.boundUSD, plan.gap, plan.solveSeconds) = (48, 47.52, 0.01, 0.25)
        plan.cost.computeUSD = 48
        plan.cost.byTier = ["on-demand": 48]
        plan.cost.byProvider = ["aws": 48]
        plan.nodes = [
            .init(plane: "frankfurt", pool: "a100", block: "08-16", count: 2),
            .init(plane: "toronto", pool: "h100", block: "08-16", count: 1),
            .init(plane: "toronto", pool: "h100", block: "00-08_16-24", count: 1),
        ]
        plan.replicas = [
            .init(workload: "chat", plane: "frankfurt", pool: "a100", block: "08-16", count: 3),
            .init(workload: "chat", plane: "toronto", pool: "h100", block: "08-16", count: 3),
            .init(workload: "chat", plane: "toronto", pool: "h100", block: "00-08_16-24", count: 1),
        ]
        plan.flows = [
            .init(
                workload: "chat", origin: "Toronto", plane: "frankfurt", block: "08-16", requestsPerSecond: 10,
                rttMilliseconds: 92),
            .init(
                workload: "chat", origin: "Toronto", plane: "toronto", block: "08-16", requestsPerSecond: 30, rttMilliseconds: 1),
            .init(
                workload: "chat", origin: "Toronto", plane: "toronto", block: "00-08_16-24", requestsPerSecond: 10,
                rttMilliseconds: 1),
        ]
        plan.scenarios = [
            .init(workload: "chat", lost: "provider:aws", block: "08-16", servedShare: 0.75, worstRTTMilliseconds: 1),
            .init(workload: "chat", lost: "provider:onprem", block: "08-16", servedShare: 0.375, worstRTTMilliseconds: 92),
        ]
        plan.report = [
            .init(
                workload: "chat",
                chosen: [.init(plane: "toronto", pool: "h100", replicas: 3, because: "owned machines cost nothing more")],
                rejected: [
                    .init(plane: "oregon", because: "latency", detail: "140 ms is beyond 100 ms"),
                    .init(plane: "virginia", because: "rule", detail: "policy gdpr allows EU"),
                    .init(plane: "ohio", because: "rule", detail: "policy gdpr allows EU"),
                ],
                nextBest: .init(plane: "oregon", pool: "h100", addedUSDPerHour: 1.5, detail: "it is farther"),
                binding: ["quota of toronto/h100: 1 node"])
        ]
        return plan
    }

    static var origin: ProblemOrigin {
        var origin = ProblemOrigin()
        origin.hours = (0..<24).map { (8..<16).contains($0) ? 0 : 1 }
        origin.prices = [
            .init(
                plane: "frankfurt", pool: "a100", usdPerNodeHour: 3,
                source: .quoted(Quote(usdPerHour: 3, asOf: "2026-07-20", source: "a-list"))),
            .init(plane: "toronto", pool: "h100", usdPerNodeHour: 0, source: .owned),
        ]
        return origin
    }

    static var planned: PlannedFleet {
        PlannedFleet(posed: PosedProblem(problem: problem, origin: origin), plan: plan, solver: "Solver 1.0")
    }
}
