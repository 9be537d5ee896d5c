import FleetPlanning

extension PlannedCase {
    /// Images: 5,000 users at a time at the peak, 20 s each: 250 req/s (Little's law), a hundred times the usual 2.5. A GPU makes
    /// 4 at a time: 0.2 req/s, for 0.80 USD/h on demand or 0.25 on spot, at most half of it there. 720 h as usual, 10 h of spike;
    /// an unserved image counts 0.01 USD, 36 USD an hour for 1 req/s.
    ///
    /// Usual: 2.5 / 0.2 = 12.5, so 13 GPUs, 7 on demand and 6 on spot: 7.10 USD/h, 5,112 USD. (A GPU less would leave 0.1 req/s,
    /// 3.60 USD/h.)
    ///
    /// Spike with 8,000 USD / 730 h = 10.96 USD/h: 10 + 10 GPUs are 10.50 USD/h; 11 on demand leave room for 8 on spot, 19; more
    /// on spot than on demand is not allowed. 4 req/s, 246 unserved: 105 + 246 · 36,000 · 0.01 = 88,665 USD. Together 93,777 USD.
    ///
    /// What the spike needs: 1,250 GPUs, 625 + 625: 656.25 USD/h, 6,562.50 USD, together 11,674.50 USD. One cloud has 500 + 400.
    static let viralService: [PlannedCase] = [
        PlannedCase("a viral service, what the budget buys", viralService(budget: 8_000.0 / 730), optimumUSD: 93_777),
        PlannedCase("a viral service, what the spike needs", viralService(budget: nil), optimumUSD: 11_674.5),
    ]

    private static func viralService(budget: Double?) -> PlanningProblem {
        PlanningProblem(
            blocks: [.init(name: "usual", hours: 720), .init(name: "spike", hours: 10)],
            planes: ["x", "y"].map { .init(name: $0, provider: $0, region: "one") },
            pools: ["x", "y"].flatMap { [pool($0, .onDemand, 0.8, limit: 500), pool($0, .spot, 0.25, limit: 400)] },
            workloads: [.init(name: "images", profile: profile(1, 0.2), maxSpotShare: 0.5, latencyBudgetMilliseconds: 100)],
            demand: demand("images", ["users": 2.5], in: "usual") + demand("images", ["users": 250], in: "spike"),
            rtt: rtt("users", ["x": 20, "y": 30]),
            budgets: budget.map { [.init(name: "month", workloads: ["images"], usdPerHour: $0)] } ?? [], unmetUSDPerRequest: 0.01)
    }

    /// One owned node of 4 GPUs in Toronto; nodes of 4 to buy: Canada 20 USD/h, or 6 on spot, Frankfurt 22, Singapore 24.
    ///
    /// Records (PHI, Canada and EU only, never on spot; 2 req/s a GPU) must serve Europe's 4 req/s without any one provider: 2
    /// GPUs at each of two, or one at each of three. Chat serves Asia's 6 req/s with 2 GPUs, within reach only in Singapore.
    /// Batch takes 10 GPUs anywhere.
    ///
    /// Singapore's node (24) and one in Canada (20) cannot be done without; three providers would need Frankfurt too. With the
    /// owned one they have 12 GPUs of the 4 + 2 + 10 = 16: one more node, on spot (6). 50 USD/h, and every GPU is in use. Over
    /// 730 h 36,500 USD.
    static let onPremisesBurst: [PlannedCase] = [
        PlannedCase("on-premises burst", onPremises, optimumUSD: 36_500)
    ]

    static var onPremises: PlanningProblem {
        PlanningProblem(
            blocks: [.init(name: "month", hours: 730)],
            planes: [
                .init(name: "toronto", provider: "own", region: "toronto"),
                .init(name: "canada", provider: "aws", region: "canada"),
                .init(name: "frankfurt", provider: "azure", region: "frankfurt"),
                .init(name: "singapore", provider: "aws", region: "singapore"),
            ],
            pools: [
                pool("toronto", .reserved, 0, gpus: 4, limit: 1), pool("canada", .onDemand, 20, gpus: 4, limit: 8),
                pool("canada", .spot, 6, gpus: 4, limit: 8), pool("frankfurt", .onDemand, 22, gpus: 4, limit: 8),
                pool("singapore", .onDemand, 24, gpus: 4, limit: 8),
            ],
            workloads: [
                .init(
                    name: "records", profile: profile(1, 2), maxSpotShare: 0, latencyBudgetMilliseconds: 150, survive: .provider),
                .init(name: "chat", profile: profile(1, 3), latencyBudgetMilliseconds: 200),
                .init(name: "batch", profile: profile(1, 1), latencyBudgetMilliseconds: 10_000),
            ],
            demand: demand("records", ["europe": 4], in: "month") + demand("chat", ["asia": 6], in: "month")
                + demand("batch", ["lab": 10], in: "month"),
            rtt: rtt("europe", ["toronto": 95, "canada": 100, "frankfurt": 15, "singapore": 140])
                + rtt("asia", ["toronto": 210, "canada": 220, "frankfurt": 205, "singapore": 10])
                + rtt("lab", ["toronto": 5, "canada": 20, "frankfurt": 100, "singapore": 220]),
            forbidden: [.init(workload: "records", origin: "europe", plane: "singapore", because: "phi stays in CA and EU")])
    }
}
