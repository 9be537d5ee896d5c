import FleetPlanning
import Testing

@Suite("A part of a bought plan is lost")
struct LossAnalysisTests {
    private typealias Make = PlanMaking

    /// Ten single-accelerator nodes in Virginia, four in Ohio, 10 req/s each; New York and Chicago use them.
    private func fleet(ohio: Int = 4) -> (PlanningProblem, Plan) {
        let problem = Make.problem(
            pools: [Make.pool("aws-virginia", usd: 4, nodes: 20), Make.pool("gcp-ohio", usd: 5, nodes: 8)],
            workloads: [Make.workload(budget: 30, failover: 60)], demand: [("chat", "NewYork", [80]), ("chat", "Chicago", [30])],
            rtt: ["NewYork": ["aws-virginia": 10, "gcp-ohio": 25], "Chicago": ["aws-virginia": 28, "gcp-ohio": 12]])
        let plan = Make.plan(
            problem, nodes: ["aws-virginia/h100": [10], "gcp-ohio/h100": [ohio]],
            replicas: [("chat", "aws-virginia/h100", [10]), ("chat", "gcp-ohio/h100", [ohio])],
            flows: [("chat", "NewYork", "aws-virginia", [80]), ("chat", "Chicago", "gcp-ohio", [30])])
        return (problem, plan)
    }

    @Test("thirty percent of a region moves only those who have no place left")
    func thirtyPercent() throws {
        let (problem, plan) = fleet()
        let loss = try Loss("aws/virginia=30%", in: problem)
        let outcome = LossAnalysis(problem: problem, plan: plan).outcome(of: loss)
        // Seven nodes of ten are left: 70 of 80 req/s stay, 10 go to Ohio, which has room for just that.
        #expect(outcome.nodes == [.init(plane: "aws-virginia", pool: "h100", block: "b0", lost: 3, of: 10)])
        #expect(outcome.moves.count == 1)
        let move = try #require(outcome.moves.first)
        #expect(move.origin == "NewYork" && move.from == "aws-virginia" && move.to == "gcp-ohio")
        #expect(abs(move.requestsPerSecond - 10) < 1e-6)
        #expect(move.rttBeforeMilliseconds == 10 && move.rttMilliseconds == 25)
        #expect(outcome.unserved.isEmpty)
        let service = try #require(outcome.services.first)
        #expect(service.servedShare == 1)
        #expect(abs(service.meanRTTBeforeMilliseconds - (80 * 10 + 30 * 12) / 110) < 1e-6)
        #expect(abs(service.meanRTTMilliseconds - (70 * 10 + 10 * 25 + 30 * 12) / 110) < 1e-6)
        #expect(service.worstRTTMilliseconds == 25)
        #expect(outcome.worstBlock == "b0")
    }

    @Test("who finds no place is said with the reason")
    func unserved() throws {
        let (problem, plan) = fleet()
        let outcome = LossAnalysis(problem: problem, plan: plan).outcome(of: try Loss("provider:aws", in: problem))
        // 40 req/s are left for 110: 70 unserved, and Chicago stays where it is.
        #expect(outcome.unserved.map(\.origin) == ["NewYork"])
        #expect(abs((outcome.unserved.first?.requestsPerSecond ?? 0) - 70) < 1e-6)
        #expect(outcome.unserved.first?.because == "what is left within 60 ms is full: 40 req/s in gcp-ohio")
    }

    @Test("nodes that hold several replicas are lost whole, packed as badly as can be")
    func packing() {
        let problem = Make.problem(
            pools: [Make.pool("aws-virginia", perNode: 4, usd: 4, nodes: 20)], workloads: [Make.workload()],
            demand: [("chat", "NewYork", [60])], rtt: ["NewYork": ["aws-virginia": 10]])
        let plan = Make.plan(
            problem, nodes: ["aws-virginia/h100": [2]], replicas: [("chat", "aws-virginia/h100", [6])],
            flows: [("chat", "NewYork", "aws-virginia", [60])])
        let outcome = LossAnalysis(problem: problem, plan: plan).outcome(of: Loss(.plane("aws-virginia"), share: 0.1))
        // One of two nodes; it may hold four of the six replicas.
        #expect(outcome.nodes.first?.lost == 1)
        #expect(abs((outcome.services.first?.servedShare ?? 0) - 20.0 / 60) < 1e-9)
    }

    @Test("the repair buys only what is missing, keeps what is bought, and reserves nothing")
    func repair() throws {
        var (problem, plan) = fleet()
        problem.pools.append(Make.pool("gcp-ohio", "committed", tier: .reserved, usd: 1, nodes: 50))
        let analysis = LossAnalysis(problem: problem, plan: plan)
        let outcome = analysis.outcome(of: try Loss("aws/virginia", in: problem))
        var asked: [PlanningProblem] = []
        let repair = analysis.repair(of: outcome) { (problem: PlanningProblem) -> Plan in
            asked.append(problem)
            var answer = Plan(horizonHours: 1)
            answer.nodes = [
                .init(plane: "gcp-ohio", pool: "h100 (bought)", block: "b0", count: 4),
                .init(plane: "gcp-ohio", pool: "h100", block: "b0", count: 4),
            ]
            answer.cost.computeUSD = 20
            answer.cost.penaltyUSD = 30 * 3_600
            answer.objectiveUSD = 20 + 30 * 3_600
            answer.boundUSD = answer.objectiveUSD
            answer.unmet = [.init(workload: "chat", origin: "NewYork", block: "b0", requestsPerSecond: 30, reasons: [])]
            return answer
        }
        let question = try #require(asked.first)
        #expect(question.pools.map(\.name) == ["h100 (bought)", "h100"])
        #expect(question.pools.map(\.maxNodes) == [4, 4])
        #expect(question.pools.map(\.usdPerNodeHour) == [0, 5])
        #expect(question.demand.map(\.requestsPerSecond) == [80, 30])
        #expect(question.demand.map(\.latencyBudgetMilliseconds) == [60, 60])
        #expect(question.problems().isEmpty)
        #expect(repair.blocks.map(\.addedUSDPerHour) == [20])
        #expect(repair.blocks.map(\.atLeastUSDPerHour) == [20])
        #expect(repair.blocks.first?.nodes.map(\.count) == [4])
        #expect(!repair.servesAll)
        #expect(repair.addedUSD == 20)
    }

    @Test("only blocks in which somebody is unserved are repaired")
    func nothingToRepair() throws {
        let (problem, plan) = fleet()
        let analysis = LossAnalysis(problem: problem, plan: plan)
        let repair = analysis.repair(of: analysis.outcome(of: try Loss("aws/virginia=30%", in: problem))) { _ in
            Plan(horizonHours: 1)
        }
        #expect(repair == LossRepair(blocks: []))
    }

    @Test(
        "what is to be lost is read as it is written in plans",
        arguments: [
            ("aws/virginia", "region:aws/virginia"), ("region:aws/virginia=30%", "region:aws/virginia=30%"),
            ("provider:gcp", "provider:gcp"), ("plane:gcp-ohio=12.5%", "plane:gcp-ohio=12.5%"),
        ])
    func reading(text: String, written: String) throws {
        #expect(try Loss(text, in: fleet().0).description == written)
    }

    @Test(
        "what cannot be lost is refused with what can",
        arguments: [
            ("aws/virgina", "the plan has no region \"aws/virgina\"; aws/virginia or gcp/ohio"),
            ("provider:azure", "the plan has no provider \"azure\"; aws or gcp"),
            ("spot:aws", "the plan has no provider with spot \"aws\"; none"), ("aws", "say what of it: provider:aws, spot:aws"),
            ("aws/virginia=0%", "is no share that can be lost; more than 0%, at most 100%"),
            ("aws/virginia=30", "is no share that can be lost"), ("zone:a", "names no kind of loss"),
        ])
    func refusing(text: String, teaching: String) throws {
        let problem = fleet().0
        let error = try #require(throws: UnknownLoss.self) { try Loss(text, in: problem) }
        #expect(error.description.contains(teaching))
    }
}
