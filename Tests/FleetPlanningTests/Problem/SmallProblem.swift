import FleetPlanning

extension PlanningProblem {
    /// Two planes of two providers, an owned and a spot pool, one workload asked for in Toronto by day and by night.
    static var small: PlanningProblem {
        PlanningProblem(
            blocks: [Block(name: "day", hours: 365), Block(name: "night", hours: 365)],
            planes: [
                Plane(name: "toronto", provider: "onprem", region: "yyz"),
                Plane(name: "montreal", provider: "aws", region: "ca-central-1", egressUSDPerGiB: 0.09),
            ],
            pools: [
                Pool(
                    plane: "toronto", name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: 4, tier: .reserved,
                    usdPerNodeHour: 0, maxNodes: 1),
                Pool(
                    plane: "montreal", name: "a100-spot", accelerator: "A100-80GB", acceleratorsPerNode: 8, tier: .spot,
                    usdPerNodeHour: 12.5, maxNodes: 3, interruptionsPerNodeHour: 0.05, replacementHours: 0.5),
            ],
            workloads: [
                Workload(
                    name: "chat",
                    profile: [
                        "H100-80GB": Profile(acceleratorsPerReplica: 1, requestsPerSecond: 12),
                        "A100-80GB": Profile(acceleratorsPerReplica: 2, requestsPerSecond: 8),
                    ],
                    targetUtilization: 0.8, maxSpotShare: 0.5, latencyBudgetMilliseconds: 80,
                    failoverLatencyBudgetMilliseconds: 250, survive: .provider, keptShare: 0.4, minReplicas: 2,
                    egressGiBPerRequest: 0.001)
            ],
            demand: [
                Demand(workload: "chat", origin: "Toronto", block: "day", requestsPerSecond: 26, latencyBudgetMilliseconds: 40),
                Demand(workload: "chat", origin: "Toronto", block: "night", requestsPerSecond: 2.5),
            ],
            rtt: [
                RoundTrip(origin: "Toronto", plane: "toronto", milliseconds: 1),
                RoundTrip(origin: "Toronto", plane: "montreal", milliseconds: 10.25),
            ],
            forbidden: [Forbidden(workload: "chat", origin: "Toronto", plane: "montreal", because: "policy phi")],
            budgets: [Budget(name: "monthly", workloads: ["chat"], usdPerHour: 20)], unmetUSDPerRequest: 2)
    }
}
