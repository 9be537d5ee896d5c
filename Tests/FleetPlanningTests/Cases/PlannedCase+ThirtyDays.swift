import FleetPlanning

extension PlannedCase {
    /// Thirty days of 200 req/s at peak and 80 on average (40 for 360 h, 80 for 240 h, 200 for 120 h: 57,600 / 720), one GPU for
    /// 1 req/s, two clouds; in GPU-hours on demand, reserved costs 0.4, spot 0.3, and 5 % an hour reclaimed for half an hour
    /// makes it 0.3 · 1.025 = 0.3075 for what is there. All of it must go on without either cloud, at most half on spot.
    ///
    /// Each cloud alone must take the demand d, so both together 2d, and not on spot N ≥ d of them. With R reserved, N = max(R,
    /// d), and spot gives 2d − N. One more reserved GPU costs 288 over 720 h. Up to 80 it saves 1 in each hour of d ≥ 80 and
    /// 0.3075 in the 360 h at 40 (above 40; below it 1): 360 + 110.7; beyond 80 it saves 0.3075 · 240 + 120 = 193.8. So R = 80:
    /// - reserved 0.4 · 80 · 720 = 23,040;
    /// - at 40: 80 reserved are 2d;
    /// - at 80: 80 from spot, 82 nodes · 0.3 · 240 = 5,904;
    /// - at 200: 120 on demand · 120 = 14,400 and 200 from spot, 205 nodes · 0.3 · 120 = 7,380. Whole nodes do it: one cloud has
    ///   120 not on spot and 82 spot nodes (80), the other 80 and 123 (120).
    ///
    /// Together 50,724, at 2.50 USD 126,810 USD. All on demand: 2 · 57,600 · 2.50 = 288,000 USD.
    static let thirtyDays: [PlannedCase] = [
        PlannedCase("thirty days, the cheapest mix", thirtyDays(tiers: [.reserved, .onDemand, .spot]), optimumUSD: 126_810),
        PlannedCase("thirty days, all on demand", thirtyDays(tiers: [.onDemand]), optimumUSD: 288_000),
    ]

    private static func thirtyDays(tiers: [PlanningProblem.Pool.Tier]) -> PlanningProblem {
        PlanningProblem(
            blocks: [
                .init(name: "night", hours: 360), .init(name: "day", hours: 240), .init(name: "peak", hours: 120),
            ],
            planes: ["x", "y"].map { .init(name: $0, provider: $0, region: "one") },
            pools: ["x", "y"].flatMap { plane in
                tiers.map { tier in
                    var pool = pool(plane, tier, tier == .reserved ? 1 : tier == .spot ? 0.75 : 2.5, limit: 300)
                    if tier == .spot { (pool.interruptionsPerNodeHour, pool.replacementHours) = (0.05, 0.5) }
                    return pool
                }
            },
            workloads: [
                .init(name: "chat", profile: profile(1, 1), maxSpotShare: 0.5, latencyBudgetMilliseconds: 100, survive: .provider)
            ],
            demand: demand("chat", ["users": 40], in: "night") + demand("chat", ["users": 80], in: "day")
                + demand("chat", ["users": 200], in: "peak"),
            rtt: rtt("users", ["x": 20, "y": 30]))
    }

    /// A region loses part of its nodes; what was bought cannot be undone (its price is 0), and for two hours only more can be
    /// bought.
    ///
    /// East and west have 10 nodes of 1 req/s each, New York asks 9 of east (10 ms), San Francisco 8 of west. New York may go 80
    /// ms: west is at 70. With 3 of east's 10 lost, 7 stay and 2 go west: nothing is unserved, at no cost. With 6 lost, 4 stay, 2
    /// go west, 3 are unserved: 3 · 7,200 · 1 USD = 21,600 USD of penalty; or 3 nodes in central for 3 USD an hour repair it: 18
    /// USD.
    static let regionHalfGone: [PlannedCase] = [
        PlannedCase("a region loses three of ten nodes", regionHalfGone(lost: 3, repair: false), optimumUSD: 0),
        PlannedCase("a region loses six of ten nodes", regionHalfGone(lost: 6, repair: false), optimumUSD: 21_600),
        PlannedCase("a region loses six of ten nodes, repaired", regionHalfGone(lost: 6, repair: true), optimumUSD: 18),
    ]

    static func regionHalfGone(lost: Int, repair: Bool) -> PlanningProblem {
        PlanningProblem(
            blocks: [.init(name: "now", hours: 2)],
            planes: ["east", "central", "west"].map { .init(name: $0, provider: "aws", region: $0) },
            pools: [pool("east", .reserved, 0, limit: 10 - lost), pool("west", .reserved, 0, limit: 10)]
                + (repair ? [pool("central", .onDemand, 3, limit: 5)] : []),
            workloads: [.init(name: "chat", profile: profile(1, 1), latencyBudgetMilliseconds: 80)],
            demand: demand("chat", ["new-york": 9, "san-francisco": 8], in: "now"),
            rtt: rtt("new-york", ["east": 10, "central": 40, "west": 70])
                + rtt("san-francisco", ["east": 70, "central": 45, "west": 10]))
    }
}
