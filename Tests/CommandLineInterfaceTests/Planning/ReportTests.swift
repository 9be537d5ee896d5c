import CommandLineInterface
import FleetPlanning
import FleetTransport
import Testing

@Suite("Cost and advice")
struct ReportTests {
    private var report: CostReport {
        var facts = CostComparison.Facts()
        facts.artifactGiB = ["chat": 100]
        facts.storageUSDPerGiBMonth = ["aws": 0.02]
        facts.planesWithoutEgressPrice = ["toronto"]
        facts.priceDates = ["frankfurt/a100": "2026-07-20"]
        // Every provider alone: nothing is planned, so all demand goes unserved.
        let comparison = CostComparison(base: SamplePlan.plan, of: SamplePlan.problem, facts: facts) { problem in
            var plan = Plan(horizonHours: 24)
            plan.unmet = problem.demand.map {
                .init(
                    workload: $0.workload, origin: $0.origin, block: $0.block, requestsPerSecond: $0.requestsPerSecond,
                    reasons: [])
            }
            return plan
        }
        let mixes = MixComparison(
            problem: SamplePlan.problem, plan: SamplePlan.plan, mixes: [.allOnDemand], assumptions: AvailabilityAssumptions())
        return CostReport(planned: SamplePlan.planned, comparison: comparison, mixes: mixes, assumptions: ["an assumption"])
    }

    @Test("is compared by provider, with what nobody knows named and in no sum")
    func providers() {
        let lines = PlanFormat.table.text(page: CostPage.page(report), document: .null).split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        // 2 USD/h of nodes; 100 GiB at 0.02 USD in Frankfurt, and nobody knows what Toronto's storage costs.
        #expect(lines.contains("all together 1,460 2.00 + ? unknown 1,462 + ? 0% 0% 2026-07-20 1%"))
        #expect(lines.contains("aws 0.00 0.00 0.00 0.00 100% 0% declared 0%"))
        #expect(lines.contains("storage price of onprem"))
        #expect(lines.contains("egress price of toronto"))
        #expect(lines.contains("cheapest that serves and protects everything: on all providers together, 1,462 + ? USD/month"))
        #expect(lines.contains("an assumption"))
        #expect(lines.contains("1 pool: list price of 2026-07-20 by a-list, without tax"))
    }

    @Test("is told to programs with the same figures")
    func document() throws {
        let value = try ReportDocument.value(report)
        let all = value["providers"].elements[0]
        #expect(abs((all["computeUSDPerMonth"].double ?? 0) - 1_460) < 1e-6)
        #expect(all["unknown"].elements.count == 2)
        #expect(all["provider"].isNull)
        #expect(value["providers"].elements.map { $0["provider"].text } == [nil, "aws", "onprem"])
        #expect(value["mixes"].elements.map { $0["name"].text } == ["planned", "all on demand"])
    }

    @Test("of each change stands between the bounds the two plans prove")
    func rules() throws {
        let question = try #require(
            Counterfactual.questions(of: SamplePlan.problem, rules: []).first { $0.words == "surviving no loss" })
        // 24 USD in 24 h, proven to within 20 USD: 730 and at least 608.33 USD a month, against 1,460 and at least 1,445.40.
        var cheaper = SamplePlan.plan
        (cheaper.objectiveUSD, cheaper.boundUSD) = (24, 20)
        let cost = CounterfactualCost(question, base: SamplePlan.plan, of: SamplePlan.problem, alternative: cheaper)
        let report = RuleReport(planned: SamplePlan.planned, costs: [cost], estimates: [], assumptions: [])
        let change = try ReportDocument.value(report)["changes"].elements[0]
        let (least, most) = (change["atLeastUSDPerMonth"].double ?? 0, change["atMostUSDPerMonth"].double ?? 0)
        let (lowest, highest): (Double, Double) = ((20 - 48) * 730 / 24, (24 - 47.52) * 730 / 24)
        #expect(change["objectiveUSDPerMonth"].double == -730)
        #expect(abs(least - lowest) < 1e-6)
        #expect(abs(most - highest) < 1e-6)
        let text = CostPage.page(report).text
        #expect(text.contains("surviving no loss: -730.00 USD/month (proven: between -851.67 and -715.40)"))
        #expect(text.contains("1,460 USD a month"))
    }

    @Test("advice needs a fleet")
    func adviceOnProblem() {
        let desk = PlanningDesk(solver: "none", planner: { fatalUse() }, seconds: { 0 })
        let failure = #expect(throws: CommandFailure.self) {
            try desk.advice(on: PosedProblem(problem: SamplePlan.problem), today: "2026-11-21")
        }
        #expect(failure?.exit == .usage)
    }

    /// A planner nobody may ask for.
    private func fatalUse() -> Planner { preconditionFailure("no plan is needed to refuse") }
}
