import FleetPlanning
import Testing

@Suite("Why each plane was chosen or rejected")
struct PlanExplanationTests {
    private typealias Make = PlanMaking

    /// Frankfurt asks for 25 req/s of `chat`, 10 req/s a replica, one accelerator each.
    private func explain(
        pools: [PlanningProblem.Pool], workload: PlanningProblem.Workload = PlanMaking.workload(),
        rtt: [String: Double], forbidden: [PlanningProblem.Forbidden] = [], nodes: [String: [Int]],
        flows: [(String, Double)], origin: ProblemOrigin = ProblemOrigin()
    ) -> Plan.WorkloadReport {
        let rate = flows.reduce(0) { $0 + $1.1 }
        let problem = Make.problem(
            pools: pools, workloads: [workload], demand: [("chat", "Frankfurt", [rate])], rtt: ["Frankfurt": rtt],
            forbidden: forbidden)
        let plan = Make.plan(
            problem, nodes: nodes, replicas: nodes.sorted { $0.key < $1.key }.map { ("chat", $0.key, $0.value) },
            flows: flows.map { ("chat", "Frankfurt", $0.0, [$0.1]) })
        return PlanExplanation(problem: problem, origin: origin).explaining(plan).report[0]
    }

    @Test("owned nodes come first, the cheapest in reach next; both say what they cost")
    func chosen() {
        let report = explain(
            pools: [
                Make.pool("onprem-berlin", tier: .reserved, usd: 0, nodes: 1), Make.pool("aws-frankfurt", usd: 3.6, nodes: 4),
                Make.pool("gcp-london", usd: 7.2, nodes: 4),
            ],
            rtt: ["onprem-berlin": 20, "aws-frankfurt": 5, "gcp-london": 30],
            nodes: ["onprem-berlin/h100": [1], "aws-frankfurt/h100": [2]],
            flows: [("onprem-berlin", 10), ("aws-frankfurt", 15)])
        #expect(report.chosen.map(\.plane) == ["aws-frankfurt", "onprem-berlin"])
        #expect(report.chosen.map(\.replicas) == [2, 1])
        // 3.6 USD/h for 36,000 requests an hour.
        #expect(
            report.chosen[0].because
                == "the next cheapest within 120 ms of Frankfurt, at 0.10 USD per 1,000 requests: the quota of onprem-berlin/h100 is used up"
        )
        #expect(report.chosen[1].because == "owned: paid for already, filled first, and full when it runs most")
        #expect(
            report.rejected == [
                .init(
                    plane: "gcp-london", because: "price",
                    detail: "0.20 USD per 1,000 requests; the dearest it uses for the same users, aws-frankfurt/h100, costs 0.10")
            ])
    }

    @Test("the next best adds the difference of prices for the rate that would move")
    func nextBest() throws {
        let report = explain(
            pools: [
                Make.pool("aws-frankfurt", usd: 3.6, nodes: 4), Make.pool("gcp-london", usd: 7.2, nodes: 4),
                Make.pool("azure-paris", usd: 5.4, nodes: 1), Make.pool("oci-paris", usd: 1, nodes: 0),
            ],
            rtt: ["aws-frankfurt": 5, "gcp-london": 30, "azure-paris": 9, "oci-paris": 9], nodes: ["aws-frankfurt/h100": [3]],
            flows: [("aws-frankfurt", 25)])
        let next = try #require(report.nextBest)
        #expect(next.plane == "azure-paris")
        // Its one node takes 10 req/s, each dearer by (5.4 - 3.6) / 10 USD/h.
        #expect(abs(next.addedUSDPerHour - 1.8) < 1e-9)
        #expect(
            next.detail
                == "0.15 USD per 1,000 requests against 0.10 in aws-frankfurt/h100, for the 10 req/s of Frankfurt that would move "
                + "(mean of the horizon): +1.80 USD/h before rounding to whole nodes")
    }

    @Test("egress counts in every price compared")
    func egress() throws {
        var problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 3.6, nodes: 4), Make.pool("gcp-london", usd: 1.8, nodes: 4)],
            workloads: [Make.workload(egress: 0.001)], demand: [("chat", "Frankfurt", [10])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "gcp-london": 9]])
        problem.planes[1].egressUSDPerGiB = 0.1
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [1]], replicas: [("chat", "aws-frankfurt/h100", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [10])])
        let report = PlanExplanation(problem: problem).explaining(plan).report[0]
        // Compute 1.8 USD/h for 36,000 requests is 0.05 per thousand; egress 1,000 · 0.001 GiB · 0.1 is 0.10 per thousand.
        #expect(report.rejected[0].detail.hasPrefix("0.15 USD per 1,000 requests; the dearest it uses"))
        let next = try #require(report.nextBest)
        // 0.05 USD per thousand more on 36 thousand requests an hour.
        #expect(abs(next.addedUSDPerHour - 1.8) < 1e-9)
    }

    @Test("hardware: no profile, too few accelerators in a node, no pool at all")
    func hardware() {
        var origin = ProblemOrigin()
        origin.leftOut = [
            LeftOutPool(
                plane: "oci-paris", pool: "h100", accelerator: "H100", acceleratorsPerNode: 8, because: .priceUnknown,
                detail: "add price: … USD/h")
        ]
        let report = explain(
            pools: [
                Make.pool("aws-frankfurt", perNode: 8, usd: 28.8, nodes: 4),
                Make.pool("gcp-london", accelerator: "A10G", usd: 1, nodes: 4),
                Make.pool("azure-paris", usd: 1, nodes: 4), Make.pool("oci-paris", accelerator: "T4", usd: 1, nodes: 4),
            ],
            workload: Make.workload(profile: ["H100": .init(acceleratorsPerReplica: 2, requestsPerSecond: 10)]),
            rtt: ["aws-frankfurt": 5], nodes: ["aws-frankfurt/h100": [1]], flows: [("aws-frankfurt", 10)], origin: origin)
        #expect(report.rejected.map(\.plane) == ["gcp-london", "azure-paris", "oci-paris"])
        #expect(report.rejected.map(\.because) == ["hardware", "hardware", "price-unknown"])
        #expect(
            report.rejected[0].detail
                == "no pool has an accelerator with a profile: it has A10G; the profile knows H100")
        #expect(report.rejected[1].detail == "a replica needs 2 H100 accelerators in one node; a node of pool h100 has 1")
        #expect(report.rejected[2].detail == "pool h100 could run it, but its price is unknown: add price: … USD/h")
    }

    @Test("a rule is told before distance only where it holds for every user")
    func rulesAndDistance() {
        let problem = Make.problem(
            pools: [
                Make.pool("aws-frankfurt", usd: 3.6, nodes: 4), Make.pool("gcp-singapore", usd: 1, nodes: 4),
                Make.pool("onprem-toronto", usd: 1, nodes: 4),
            ],
            workloads: [Make.workload()], demand: [("chat", "Frankfurt", [10]), ("chat", "Toronto", [5])],
            rtt: [
                "Frankfurt": ["aws-frankfurt": 5, "gcp-singapore": 217, "onprem-toronto": 90],
                "Toronto": ["aws-frankfurt": 95, "gcp-singapore": 260, "onprem-toronto": 3],
            ],
            forbidden: [
                .init(
                    workload: "chat", origin: "Frankfurt", plane: "onprem-toronto",
                    because: "policy gdpr allows EU; it stands in CA"),
                .init(
                    workload: "chat", origin: "Toronto", plane: "onprem-toronto",
                    because: "policy gdpr allows EU; it stands in CA"),
                .init(
                    workload: "chat", origin: "Toronto", plane: "gcp-singapore", because: "policy phi allows CA; it stands in SG"),
            ])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [2]], replicas: [("chat", "aws-frankfurt/h100", [2])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [10]), ("chat", "Toronto", "aws-frankfurt", [5])])
        let report = PlanExplanation(problem: problem).explaining(plan).report[0]
        #expect(
            report.rejected == [
                .init(
                    plane: "gcp-singapore", because: "latency",
                    detail:
                        "217 ms from Frankfurt, budget 120 ms (failover 250 ms: near enough only after a loss); no other users are "
                        + "nearer to their budget; and a rule: policy phi allows CA; it stands in SG (users in Toronto)"),
                .init(
                    plane: "onprem-toronto", because: "rule",
                    detail: "policy gdpr allows EU; it stands in CA (users in Frankfurt and Toronto)"),
            ])
        // Toronto's 5 req/s cost 0.36 USD/h each in Frankfurt and would cost 0.1 in Toronto; Frankfurt's 10 likewise: 15 · 0.26.
        #expect(
            report.binding[0] == "rule: onprem-toronto would serve Frankfurt and Toronto for up to 3.90 USD/h less, but "
                + "policy gdpr allows EU; it stands in CA")
        // Singapore is barred to Frankfurt by distance: 10 · 0.26.
        #expect(
            report.binding[1]
                == "latency budget: gcp-singapore would serve Frankfurt for up to 2.60 USD/h less, but Frankfurt is 217 ms "
                + "away and its budget is 120 ms")
    }

    @Test("a quota and a spot share that are used up are told, with what more would save")
    func quotaAndSpotShare() {
        let report = explain(
            pools: [
                Make.pool("aws-frankfurt", "spot", tier: .spot, usd: 1.2, nodes: 9),
                Make.pool("aws-frankfurt", usd: 3.6, nodes: 9),
                Make.pool("gcp-london", "spot", tier: .spot, usd: 1.0, nodes: 9), Make.pool("azure-paris", usd: 2.4, nodes: 0),
            ],
            workload: Make.workload(spotShare: 0.5), rtt: ["aws-frankfurt": 5, "gcp-london": 30, "azure-paris": 9],
            nodes: ["aws-frankfurt/spot": [2], "aws-frankfurt/h100": [2]], flows: [("aws-frankfurt", 40)])
        #expect(
            report.rejected == [
                .init(
                    plane: "gcp-london", because: "spot-share",
                    detail: "only spot is to be had there; 50% of its throughput is on spot already and 50% is the most it allows"
                ),
                .init(
                    plane: "azure-paris", because: "quota", detail: "pool h100 has a quota of 0 nodes"),
            ])
        // Ten points more of 40 req/s, each 0.36 - 0.10 USD/h cheaper in London.
        #expect(
            report.binding.first
                == "spot share: the 50% it allows is reached in 1 of 1 block; 10% more of it on gcp-london/spot would save up to 1.04 USD/h "
                + "against aws-frankfurt/h100")
        #expect(
            report.chosen.first { $0.pool == "h100" }?.because
                == "the cheapest within 120 ms of Frankfurt that is not spot, at 0.10 USD per 1,000 requests: the spot share of 50% is reached"
        )
    }

    @Test("a node that costs more than all it could take over is no bargain, however cheap when full")
    func wholeNodes() {
        let report = explain(
            pools: [Make.pool("aws-frankfurt", usd: 3.6, nodes: 4), Make.pool("gcp-london", perNode: 8, usd: 16, nodes: 4)],
            rtt: ["aws-frankfurt": 5, "gcp-london": 9], nodes: ["aws-frankfurt/h100": [3]], flows: [("aws-frankfurt", 25)])
        #expect(
            report.rejected == [
                .init(
                    plane: "gcp-london", because: "price",
                    detail:
                        "nodes are bought whole: one costs 16.00 USD/h, and the 25 req/s it could take over cost 9.00 USD/h now "
                        + "(block b0, the best)")
            ])
    }

    @Test("a second provider is named with the loss it stands for")
    func standby() {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 3.6, nodes: 4), Make.pool("gcp-london", usd: 7.2, nodes: 4)],
            workloads: [Make.workload(survive: .provider, kept: 0.8)], demand: [("chat", "Frankfurt", [25])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "gcp-london": 30]])
        let plan = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [3], "gcp-london/h100": [2]],
            replicas: [("chat", "aws-frankfurt/h100", [3]), ("chat", "gcp-london/h100", [2])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [25])])
        let report = PlanExplanation(problem: problem).explaining(plan).report[0]
        #expect(
            report.chosen[1].because
                == "stands by, so that losing provider aws still leaves 80% served; 0.20 USD per 1,000 requests when it serves")
        // Two replicas in London beyond the load, and half a replica in Frankfurt: 25 of the 50 req/s bought, dearest first:
        // 20 · 0.72 + 5 · 0.36.
        #expect(
            report.binding[0]
                == "survive provider: losing provider aws leaves 80% served in block b0, one replica less would leave less than the 80% wanted; "
                + "capacity beyond what planned load takes costs 16.20 USD/h")
    }

    @Test("the same numbers give the same words")
    func deterministic() {
        let make = {
            explain(
                pools: [Make.pool("aws-frankfurt", usd: 3.6, nodes: 4), Make.pool("gcp-london", usd: 3.6, nodes: 4)],
                rtt: ["aws-frankfurt": 5, "gcp-london": 30], nodes: ["aws-frankfurt/h100": [3]], flows: [("aws-frankfurt", 25)])
        }
        #expect(make() == make())
        #expect(
            make().rejected[0].detail
                == "0.10 USD per 1,000 requests, the same as aws-frankfurt/h100 for the same users; between equal prices the shorter "
                + "round trip and fewer planes decide")
    }

    @Test("a problem without anything is explained without anything")
    func empty() {
        let problem = PlanningProblem(blocks: [], planes: [], pools: [], workloads: [], demand: [], rtt: [])
        let plan = Plan(horizonHours: 0)
        #expect(PlanExplanation(problem: problem).explaining(plan) == plan)
    }
}
