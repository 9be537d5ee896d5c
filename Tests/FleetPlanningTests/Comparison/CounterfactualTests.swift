import FleetModel
import FleetPlanning
import Testing

@Suite("What each rule and each nine costs")
struct CounterfactualTests {
    private typealias Make = PlanMaking

    private let problem: PlanningProblem = {
        var problem = PlanMaking.problem(
            pools: [
                PlanMaking.pool("aws-frankfurt", "spot", tier: .spot, usd: 1, nodes: 9),
                PlanMaking.pool("aws-frankfurt", "owned", tier: .reserved, usd: 0, nodes: 1),
                PlanMaking.pool("aws-frankfurt", "reserved", tier: .reserved, usd: 2, nodes: 4),
                PlanMaking.pool("gcp-london", usd: 3, nodes: 9),
            ],
            workloads: [PlanMaking.workload("chat", survive: .region, kept: 0.8), PlanMaking.workload("batch")],
            demand: [("chat", "Frankfurt", [10]), ("batch", "Frankfurt", [10])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "gcp-london": 30]],
            forbidden: [
                .init(
                    workload: "chat", origin: "Frankfurt", plane: "gcp-london",
                    because: "policy phi requires audit full; the plane declares none"),
                .init(
                    workload: "batch", origin: "Frankfurt", plane: "gcp-london", because: "policy phi allows EU; it stands in GB"),
            ], hours: [365])
        problem.demand[0].latencyBudgetMilliseconds = 50
        return problem
    }()

    private func plan(objective: Double, bound: Double, bill: Double? = nil) -> Plan {
        var plan = Plan(horizonHours: 365)
        plan.objectiveUSD = objective
        plan.boundUSD = bound
        plan.cost.computeUSD = bill ?? objective
        plan.cost.penaltyUSD = objective - (bill ?? objective)
        return plan
    }

    @Test("asks every rule, level of survival, budget, provider and tier once, and nothing that changes nothing")
    func questions() {
        let questions = Counterfactual.questions(of: problem)
        #expect(
            questions.map(\.words) == [
                "without policy phi", "surviving no loss", "surviving the loss of any region",
                "surviving the loss of any provider",
                "with 50% kept after a loss", "with 100% kept after a loss", "with latency budgets 1.5 times as long",
                "on aws alone",
                "on gcp alone", "without spot", "without reserved capacity (owned nodes stay)",
            ])
        #expect(
            questions.map(\.direction) == [
                .relaxes, .relaxes, .restricts, .restricts, .relaxes, .restricts, .relaxes, .restricts, .restricts, .restricts,
                .restricts,
            ])
        #expect(questions.allSatisfy { $0.problem.problems().isEmpty })
        #expect(questions[0].problem.forbidden.isEmpty)
        #expect(questions[6].problem.demand[0].latencyBudgetMilliseconds == 75)
        #expect(questions[6].problem.workloads[0].latencyBudgetMilliseconds == 180)
        #expect(questions[7].problem.pools.map(\.name) == ["spot", "owned", "reserved"])
        #expect(questions[10].problem.pools.map(\.name) == ["spot", "owned", "h100"])
    }

    @Test("asks a workload by itself where there are several")
    func perWorkload() {
        let words = Counterfactual.questions(of: problem, perWorkload: true).map(\.words)
        #expect(words.contains("surviving no loss (chat)"))
        #expect(!words.contains("surviving the loss of any region (chat)"))
        #expect(words.contains("surviving the loss of any region (batch)"))
    }

    @Test("the proven interval follows from objectives and bounds, and a rule cannot save money")
    func interval() {
        let question = Counterfactual.questions(of: problem)[0]
        // Half a month's horizon: everything doubles. Δ between 880 - 1000 and 900 - 980.
        let cost = CounterfactualCost(
            question, base: plan(objective: 1_000, bound: 980), of: problem, alternative: plan(objective: 900, bound: 880))
        #expect(cost.objectiveUSDPerMonth == -200)
        #expect(cost.atLeastUSDPerMonth == -240)
        #expect(cost.atMostUSDPerMonth == -160)
        #expect(
            cost.sentence
                == "policy phi costs +200.00 USD/month: without policy phi the plan costs -200.00 USD/month (proven: between -240.00 and -160.00)"
        )
        // A worse plan found for the relaxed problem proves nothing above zero.
        let worse = CounterfactualCost(
            question, base: plan(objective: 1_000, bound: 990), of: problem, alternative: plan(objective: 1_010, bound: 985))
        #expect(worse.objectiveUSDPerMonth == 0)
        #expect(worse.atLeastUSDPerMonth == -30)
        #expect(worse.atMostUSDPerMonth == 0)
        #expect(worse.sentence == "without policy phi: no change of cost found (proven: between -30.00 and +0.00)")
    }

    @Test("where demand goes unserved, the bill and what that counts for are told apart")
    func unserved() {
        let question = Counterfactual.questions(of: problem)[7]
        var alternative = plan(objective: 1_500, bound: 1_500, bill: 800)
        alternative.unmet = [.init(workload: "chat", origin: "Frankfurt", block: "b0", requestsPerSecond: 5, reasons: [])]
        let cost = CounterfactualCost(
            question, base: plan(objective: 1_000, bound: 1_000), of: problem, alternative: alternative)
        #expect(cost.billUSDPerMonth == -400)
        #expect(
            cost.sentence
                == "on aws alone: the bill changes by -400.00 USD/month; unserved 25% instead of 0% of requests, unprotected 0% instead of 0%; "
                + "with what those count for, +1,000 USD/month (proven)")
    }

    @Test("a planner is asked once a question, and its failure is passed on")
    func replanning() throws {
        struct Failed: Error {}
        let questions = Counterfactual.questions(of: problem)
        var asked = 0
        let base = plan(objective: 1_000, bound: 1_000)
        let costs = Counterfactual.costs(questions, base: base, of: problem) { _ in
            asked += 1
            return base
        }
        #expect(asked == questions.count && costs.count == asked)
        #expect(throws: Failed.self) {
            try Counterfactual.costs(questions, base: base, of: problem) { (_: PlanningProblem) throws(Failed) -> Plan in
                throw Failed()
            }
        }
    }
}

@Suite("Cost on every provider alone, and on all")
struct CostComparisonTests {
    private typealias Make = PlanMaking

    @Test("sums what is known and names what is not")
    func rows() throws {
        let problem = Make.problem(
            pools: [Make.pool("aws-frankfurt", usd: 4, nodes: 9), Make.pool("gcp-london", usd: 3, nodes: 1)],
            workloads: [Make.workload("chat", egress: 0.001), Make.workload("code")],
            demand: [("chat", "Frankfurt", [10]), ("code", "Frankfurt", [10])],
            rtt: ["Frankfurt": ["aws-frankfurt": 5, "gcp-london": 30]], hours: [730])
        var base = Make.plan(
            problem, nodes: ["aws-frankfurt/h100": [1], "gcp-london/h100": [1]],
            replicas: [("chat", "aws-frankfurt/h100", [1]), ("code", "gcp-london/h100", [1])],
            flows: [("chat", "Frankfurt", "aws-frankfurt", [10]), ("code", "Frankfurt", "gcp-london", [10])])
        base.cost.egressUSD = 100
        var facts = CostComparison.Facts()
        facts.artifactGiB = ["chat": 100]
        facts.storageUSDPerGiBMonth = ["aws": 0.02]
        facts.planesWithoutEgressPrice = ["gcp-london"]
        facts.priceDates = ["aws-frankfurt/h100": "2026-07-20", "gcp-london/h100": "2025-04"]
        let comparison = CostComparison(base: base, of: problem, facts: facts) { alone -> Plan in
            let plane = alone.pools[0].plane
            let isBoth = plane == "aws-frankfurt"
            return Make.plan(
                alone, nodes: ["\(plane)/h100": [isBoth ? 2 : 1]],
                replicas: [("chat", "\(plane)/h100", [1])] + (isBoth ? [("code", "\(plane)/h100", [1])] : []),
                flows: [("chat", "Frankfurt", plane, [10])] + (isBoth ? [("code", "Frankfurt", plane, [10])] : []),
                unmet: isBoth ? [] : [("code", "Frankfurt", [10])])
        }
        #expect(comparison.rows.map(\.provider) == [nil, "aws", "gcp"])
        let all = comparison.rows[0]
        #expect(all.compute.usdPerMonth == 7 * 730)
        #expect(all.storage == .init(usdPerMonth: 2, unknown: ["size of the model of code"]))
        #expect(all.egress == .init(usdPerMonth: 100, unknown: ["egress price of gcp-london"]))
        #expect(all.total.usdPerMonth == 7 * 730 + 102)
        #expect(all.pricesFrom == "2025-04" && all.pricesTo == "2026-07-20")
        #expect(comparison.rows[1].compute.usdPerMonth == 8 * 730)
        #expect(comparison.rows[2].unmetShare == 0.5)
        #expect(comparison.rows[2].storage.unknown == ["storage price of gcp"])
        #expect(comparison.cheapest?.provider == nil && comparison.cheapest != nil)
        #expect(!comparison.rows[2].meetsAll)
    }
}
