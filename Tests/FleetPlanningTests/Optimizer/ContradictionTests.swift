import FleetPlanning
import PlanningProofs
import Testing

/// What cannot be: the answer is a plan that says what is missing and why, never an error.
@Suite("Planner: contradictions")
struct ContradictionTests {
    struct Contradiction: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Requests per second that the plan must leave unmet, over all demand; nil where it depends.
        let unmet: Double?
        let apply: @Sendable (inout PlanningProblem) -> Void

        init(_ description: String, unmet: Double?, apply: @escaping @Sendable (inout PlanningProblem) -> Void) {
            (testDescription, self.unmet, self.apply) = (description, unmet, apply)
        }
    }

    /// Two planes of two providers, two workloads of 10 and 6 req/s over two blocks, enough of everything.
    static var problem: PlanningProblem {
        let profile = ["H100-80GB": PlanningProblem.Profile(acceleratorsPerReplica: 1, requestsPerSecond: 2)]
        return PlanningProblem(
            blocks: [.init(name: "day", hours: 10), .init(name: "night", hours: 14)],
            planes: [.init(name: "a", provider: "aws", region: "us"), .init(name: "g", provider: "gcp", region: "us")],
            pools: ["a", "g"].flatMap { plane in
                PlanningProblem.Pool.Tier.allCases.map { tier in
                    .init(
                        plane: plane, name: tier.rawValue, accelerator: "H100-80GB", acceleratorsPerNode: 8, tier: tier,
                        usdPerNodeHour: 8, maxNodes: 4)
                }
            },
            workloads: [
                .init(name: "chat", profile: profile, latencyBudgetMilliseconds: 100, survive: .provider),
                .init(name: "batch", profile: profile, latencyBudgetMilliseconds: 100),
            ],
            demand: ["day", "night"].flatMap { block in
                [
                    .init(workload: "chat", origin: "us", block: block, requestsPerSecond: 10),
                    .init(workload: "batch", origin: "us", block: block, requestsPerSecond: 6),
                ]
            },
            rtt: [
                .init(origin: "us", plane: "a", milliseconds: 20), .init(origin: "us", plane: "g", milliseconds: 30),
            ])
    }

    @Test("is answered with a sound plan", arguments: contradictions, TestedSolver.all)
    func answered(contradiction: Contradiction, solver: TestedSolver) throws {
        var problem = Self.problem
        contradiction.apply(&problem)
        #expect(problem.problems() == [])
        let plan = try solver.plan(problem)
        #expect(PlanChecker.findings(problem, plan) == [])
        if let unmet = contradiction.unmet {
            #expect(abs(plan.unmet.reduce(0) { $0 + $1.requestsPerSecond } - unmet) < 1e-6 * max(1, unmet))
        }
    }

    static let contradictions: [Contradiction] = [
        .init("nothing wrong", unmet: 0) { _ in },
        .init("no block", unmet: 0) { ($0.blocks, $0.demand) = ([], []) },
        .init("no plane", unmet: 32) { ($0.planes, $0.pools, $0.rtt) = ([], [], []) },
        .init("no pool", unmet: 32) { $0.pools = [] },
        .init("no workload", unmet: 0) { ($0.workloads, $0.demand) = ([], []) },
        .init("no demand", unmet: 0) { $0.demand = [] },
        .init("no round trip", unmet: 32) { $0.rtt = [] },
        .init("nothing at all", unmet: 0) {
            $0 = PlanningProblem(blocks: [], planes: [], pools: [], workloads: [], demand: [], rtt: [])
        },
        .init("every plane too far", unmet: 20) {
            ($0.workloads[0].latencyBudgetMilliseconds, $0.workloads[0].failoverLatencyBudgetMilliseconds) = (10, 10)
        },
        .init("every plane near enough only after a loss", unmet: 20) {
            ($0.workloads[0].latencyBudgetMilliseconds, $0.workloads[0].failoverLatencyBudgetMilliseconds) = (10, 100)
        },
        .init("every plane forbidden", unmet: 12) { problem in
            problem.forbidden = ["a", "g"].map { .init(workload: "batch", origin: "us", plane: $0, because: "residency") }
        },
        .init("no quota", unmet: 32) { problem in for at in problem.pools.indices { problem.pools[at].maxNodes = 0 } },
        .init("no hardware", unmet: 12) { $0.workloads[1].profile = [:] },
        .init("hardware nobody has", unmet: 12) {
            $0.workloads[1].profile = ["B300": .init(acceleratorsPerReplica: 1, requestsPerSecond: 1)]
        },
        .init("replicas larger than any node", unmet: 12) {
            $0.workloads[1].profile["H100-80GB"]?.acceleratorsPerReplica = 9
        },
        .init("a budget of nothing", unmet: 12) { $0.budgets = [.init(name: "team", workloads: ["batch"], usdPerHour: 0)] },
        .init("a budget for half", unmet: 8) {
            // 1 USD a GPU-hour, 2 req/s each: 1 USD buys 2 of the 6 req/s, in each of two blocks.
            $0.budgets = [.init(name: "team", workloads: ["batch"], usdPerHour: 1)]
        },
        .init("more replicas than nodes hold", unmet: nil) { $0.workloads[1].minReplicas = 1_000 },
        .init("more replicas than the budget pays", unmet: nil) {
            ($0.workloads[1].minReplicas, $0.budgets) = (7, [.init(name: "team", workloads: ["batch"], usdPerHour: 6)])
        },
        .init("replicas for nobody", unmet: 0) { ($0.workloads[1].minReplicas, $0.demand) = (3, []) },
        .init("spot only, and no spot wanted", unmet: 32) { problem in
            problem.pools.removeAll { $0.tier != .spot }
            for at in problem.workloads.indices { problem.workloads[at].maxSpotShare = 0 }
        },
        .init("a loss that cannot be survived", unmet: 0) { problem in problem.pools.removeAll { $0.plane == "g" } },
        .init("all of it must survive without spare nodes", unmet: 0) { problem in
            for at in problem.pools.indices { problem.pools[at].maxNodes = problem.pools[at].tier == .spot ? 1 : 0 }
        },
        .init("nothing need be kept", unmet: 0) { $0.workloads[0].keptShare = 0 },
        .init("demand beyond all hardware", unmet: 2e9 - 6 * 8 * 4 * 2 * 2 + 12) {
            // 48 nodes of 8 GPUs of 2 req/s in each of two blocks, which batch's 12 come out of too.
            ($0.demand[0].requestsPerSecond, $0.demand[2].requestsPerSecond) = (1e9, 1e9)
            $0.workloads[0].survive = .none
        },
        .init("demand beyond counting, of the slowest replicas", unmet: nil) {
            $0.workloads[0].profile["H100-80GB"]?.requestsPerSecond = 1e-6
            for at in $0.pools.indices { $0.pools[at].maxNodes = 1_000_000 }
        },
        .init("unserved requests cost nothing", unmet: 32) { $0.unmetUSDPerRequest = 0 },
        .init("everything is free", unmet: 0) { problem in
            for at in problem.pools.indices { problem.pools[at].usdPerNodeHour = 0 }
        },
        .init("everything costs as much as can be", unmet: nil) { problem in
            for at in problem.pools.indices { problem.pools[at].usdPerNodeHour = 1e6 }
        },
        .init("a block of no length to speak of", unmet: 0) { $0.blocks[0].hours = 1e-6 },
        .init("spot that is hardly ever there", unmet: 0) { problem in
            problem.pools.removeAll { $0.tier == .reserved }
            for at in problem.pools.indices where problem.pools[at].tier == .spot {
                (problem.pools[at].interruptionsPerNodeHour, problem.pools[at].replacementHours) = (60, 744)
            }
        },
        .init("planes with one name for their region and provider", unmet: 0) { problem in
            for at in problem.planes.indices { (problem.planes[at].provider, problem.planes[at].region) = ("x", "x") }
        },
        .init("planned load of a thousandth", unmet: nil) { $0.workloads[0].targetUtilization = 0.001 },
    ]
}
