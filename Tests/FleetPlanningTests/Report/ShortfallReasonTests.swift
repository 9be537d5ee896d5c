import FleetPlanning
import Testing

@Suite("Why demand is not served, and what would serve it")
struct ShortfallReasonTests {
    private typealias Make = PlanMaking

    private func unmetReasons(_ problem: PlanningProblem, _ plan: Plan) -> [[String]] {
        PlanExplanation(problem: problem).explaining(plan).unmet.map(\.reasons)
    }

    @Test("a used-up quota is named and the node that would serve it priced")
    func quota() {
        // 8 accelerators a node, 1 req/s each; 2 nodes serve 16 of 20 req/s.
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", "a100", perNode: 8, usd: 34.29, nodes: 2)],
            workloads: [Make.workload(profile: ["H100": .init(acceleratorsPerReplica: 1, requestsPerSecond: 1)])],
            demand: [("chat", "Frankfurt", [20])], rtt: ["Frankfurt": ["aws-frankfurt": 5]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/a100": [2]], replicas: [("chat", "aws-frankfurt/a100", [16])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [16])], unmet: [("chat", "Frankfurt", [4])])
        #expect(
            unmetReasons(problem, plan) == [
                [
                    "quota: aws-frankfurt/a100 runs all 2 nodes it may have",
                    "cheapest single relaxation: raising the quota of aws-frankfurt/a100 from 2 to 3 nodes would serve it for +34.29 USD/h",
                ]
            ])
    }

    @Test("a longer latency budget is offered where it is cheaper than more quota")
    func latency() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 9, nodes: 1), Make.pool("onprem-toronto", usd: 4, nodes: 5)],
            workloads: [Make.workload()], demand: [("chat", "Frankfurt", [20])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "onprem-toronto": 139.2]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [1]], replicas: [("chat", "aws-frankfurt/h100", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [10])], unmet: [("chat", "Frankfurt", [10])])
        #expect(
            unmetReasons(problem, plan)[0].last
                == "cheapest single relaxation: a latency budget of 140 ms would let onprem-toronto/h100 serve it for +4.00 USD/h"
        )
    }

    @Test("rules and distance that leave no plane are both told, and no rule is offered for relaxing")
    func barred() {
        let problem = Make.problem(
            pools: [Make.pool("aws-virginia", usd: 4, nodes: 5), Make.pool("gcp-tokyo", usd: 4, nodes: 0)],
            workloads: [Make.workload()], demand: [("chat", "Frankfurt", [20])],
            rtt: ["Frankfurt": ["aws-virginia": 90, "gcp-tokyo": 240]],
            forbidden: [
                .init(
                    workload: "chat", origin: "Frankfurt", plane: "aws-virginia",
                    because: "policy gdpr allows EU; it stands in US")
            ])
        let plan = Make.plan(problem, nodes: [:], replicas: [], flows: [], unmet: [("chat", "Frankfurt", [20])])
        #expect(
            unmetReasons(problem, plan) == [
                [
                    "no plane that may serve Frankfurt is near enough: the nearest, gcp-tokyo, is 240 ms away, the budget is 120 ms",
                    "rules keep its users in Frankfurt from 1 plane that could run it; aws-virginia: policy gdpr allows EU; it stands in US",
                    "no single relaxation would serve it: where a longer latency budget would reach, nothing more can run (quota: gcp-tokyo/h100 "
                        + "may have no node)",
                ]
            ])
    }

    @Test("a fleet without a fitting accelerator says which profile is missing")
    func profile() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", accelerator: "A10G", usd: 4, nodes: 5)], workloads: [Make.workload()],
            demand: [("chat", "Frankfurt", [20])], rtt: ["Frankfurt": ["aws-frankfurt": 5]])
        let plan = Make.plan(problem, nodes: [:], replicas: [], flows: [], unmet: [("chat", "Frankfurt", [20])])
        #expect(
            unmetReasons(problem, plan) == [
                [
                    "no profile for any accelerator of the fleet: it has A10G, the workload's profile knows H100; measure it on one of them "
                        + "and add the profile"
                ]
            ])
    }

    @Test("a budget that is spent is named, with the ceiling that would do")
    func budget() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 4, nodes: 9)], workloads: [Make.workload()],
            demand: [("chat", "Frankfurt", [30])], rtt: ["Frankfurt": ["aws-frankfurt": 5]],
            budgets: [.init(name: "team", workloads: ["chat"], usdPerHour: 10)])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [2]], replicas: [("chat", "aws-frankfurt/h100", [2])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [20])], unmet: [("chat", "Frankfurt", [10])])
        #expect(
            unmetReasons(problem, plan) == [
                [
                    "budget team: 8.00 of 10.00 USD/h are spent, and a replica in aws-frankfurt/h100 costs 4.00",
                    "cheapest single relaxation: raising budget team from 10.00 to 12.00 USD/h would serve it in aws-frankfurt/h100 for "
                        + "+4.00 USD/h",
                ]
            ])
    }

    @Test("a spot share that is reached is named, with the share that would do")
    func spotShare() {
        let problem = Make.problem(
            pools: [
                Make.pool("aws-frankfurt", "spot", tier: .spot, usd: 1, nodes: 9),
                Make.pool("aws-frankfurt", "od", usd: 4, nodes: 1),
            ],
            workloads: [Make.workload(spotShare: 0.5)], demand: [("chat", "Frankfurt", [40])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/spot": [1], "aws-frankfurt/od": [1]],
            replicas: [("chat", "aws-frankfurt/spot", [1]), ("chat", "aws-frankfurt/od", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [20])], unmet: [("chat", "Frankfurt", [20])])
        // Two more spot replicas: 30 of 40 req/s.
        #expect(
            unmetReasons(problem, plan)[0].last
                == "cheapest single relaxation: a spot share of 75% instead of 50% would let aws-frankfurt/spot take it, which would serve it "
                + "for +2.00 USD/h")
    }

    @Test("demand that is dearer to serve than to refuse says both prices")
    func tooDear() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 36, nodes: 9)], workloads: [Make.workload()],
            demand: [("chat", "Frankfurt", [1])], rtt: ["Frankfurt": ["aws-frankfurt": 5]], unmetUSD: 0.0005)
        var plan = Make.plan(problem, nodes: [:], replicas: [], flows: [], unmet: [("chat", "Frankfurt", [1])])
        #expect(
            unmetReasons(problem, plan) == [
                [
                    "price: the cheapest that may serve it, aws-frankfurt/h100, costs 1.00 USD per 1,000 requests; unserved, 1,000 count for "
                        + "0.50 USD"
                ]
            ])
        // At 2 USD per thousand a full node would pay, but 1 req/s counts for 7.20 USD/h, a node costs 36.
        var dearer = problem
        dearer.unmetUSDPerRequest = 0.002
        plan.gap = 0.01
        #expect(
            unmetReasons(dearer, plan) == [
                [
                    "price: a further node of aws-frankfurt/h100 costs 36.00 USD/h; the 1 req/s it could serve count for 7.20 USD/h when "
                        + "unserved (the plan is proven within 1% of the best)"
                ]
            ])
    }

    @Test("unprotected demand says what a loss leaves, what would keep it, and what is kept as bought")
    func unprotected() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 4, nodes: 9), Make.pool("gcp-london", usd: 5, nodes: 1)],
            workloads: [Make.workload(survive: .provider, kept: 0.8)], demand: [("chat", "Frankfurt", [30])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "gcp-london": 30]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [3], "gcp-london/h100": [1]],
            replicas: [("chat", "aws-frankfurt/h100", [3]), ("chat", "gcp-london/h100", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [30])],
            unprotected: [("chat", "Frankfurt", [14], ["provider:aws"])])
        // 10 of the 24 req/s wanted survive; 14 more take two replicas.
        #expect(
            PlanExplanation(problem: problem).explaining(plan).unprotected.map(\.reasons) == [
                [
                    "losing provider aws leaves 10 of 30 req/s served, 80% are wanted",
                    "nothing more may be bought for it: gcp-london/h100 has no node left of 1",
                    "cheapest single relaxation: raising the quota of gcp-london/h100 from 1 to 3 nodes would protect it for +10.00 USD/h",
                    "as bought, a kept share of 33% holds in this block",
                ]
            ])
    }

    @Test("unprotected demand out of reach of what is left says how far that is")
    func outOfReach() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 4, nodes: 9), Make.pool("gcp-tokyo", usd: 5, nodes: 4)],
            workloads: [Make.workload(survive: .region, kept: 1)], demand: [("chat", "Frankfurt", [10])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "gcp-tokyo": 260.5]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [1]], replicas: [("chat", "aws-frankfurt/h100", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [10])],
            unprotected: [("chat", "Frankfurt", [10], ["region:aws/frankfurt"])])
        #expect(
            PlanExplanation(problem: problem).explaining(plan).unprotected.map(\.reasons) == [
                [
                    "after losing region aws/frankfurt, no plane within the failover budget of 250 ms may serve Frankfurt: the nearest, "
                        + "gcp-tokyo, is 261 ms away",
                    "cheapest single relaxation: a failover latency budget of 261 ms would let gcp-tokyo/h100 protect it for +5.00 USD/h",
                ]
            ])
    }

    @Test("a minimum beyond the quotas says what they hold")
    func minimum() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", perNode: 2, usd: 4, nodes: 1)], workloads: [Make.workload(minReplicas: 3)],
            demand: [("chat", "Frankfurt", [20])], rtt: ["Frankfurt": ["aws-frankfurt": 5]])
        var plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [1]], replicas: [("chat", "aws-frankfurt/h100", [2])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [20])])
        plan.violations = [.init(workload: "chat", block: "b0", missingReplicas: 1, reasons: [])]
        #expect(
            PlanExplanation(problem: problem).explaining(plan).violations.map(\.reasons) == [
                [
                    "the quotas of the pools that can run it hold at most 2 replicas; the minimum is 3",
                    "cheapest single relaxation: raising the quota of aws-frankfurt/h100 from 1 to 2 nodes would run them for +4.00 USD/h",
                    "a minimum of 2 would be met as it is",
                ]
            ])
    }
}
