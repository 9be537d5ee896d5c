import FleetPlanning
import PlanningProofs
import Testing

/// One thing is broken at a time; the checker must name it, and nothing else than what follows from it.
@Suite("Plan checker")
struct PlanCheckerTests {
    struct Break: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// First words of the findings that must come; no other may.
        let kinds: Set<String>
        let apply: @Sendable (inout HandPlan) -> Void

        init(_ description: String, _ kinds: String..., apply: @escaping @Sendable (inout HandPlan) -> Void) {
            (testDescription, self.kinds, self.apply) = (description, Set(kinds), apply)
        }
    }

    @Test("finds nothing in a plan worked out by hand")
    func handPlan() {
        let hand = HandPlan()
        #expect(PlanChecker.findings(hand.problem, hand.plan) == [])
    }

    @Test("names what is broken", arguments: flowBreaks + capacityBreaks + failureBreaks + costBreaks + nameBreaks + reportBreaks)
    func names(broken: Break) {
        var hand = HandPlan()
        broken.apply(&hand)
        let findings = PlanChecker.findings(hand.problem, hand.plan)
        let kinds = Set(findings.map { String($0.prefix { $0 != ":" }) })
        #expect(kinds == broken.kinds, "\(findings)")
    }

    @Test("accepts what only looks broken", arguments: harmless)
    func accepts(change: Break) {
        var hand = HandPlan()
        change.apply(&hand)
        #expect(PlanChecker.findings(hand.problem, hand.plan) == [])
    }

    @Test("allows the tolerance and no more")
    func tolerance() {
        var hand = HandPlan()
        hand.plan.flows[4].requestsPerSecond = 8 + 4e-6
        #expect(PlanChecker.findings(hand.problem, hand.plan, tolerance: 1e-6) == [])
        #expect(PlanChecker.findings(hand.problem, hand.plan, tolerance: 1e-7).count == 2)
    }

    static let harmless: [Break] = [
        .init("a demand's own budget stretches the failover budget") {
            $0.problem.workloads[0].failoverLatencyBudgetMilliseconds = 90
        },
        .init("a minimum out of reach that is listed") {
            $0.problem.workloads[0].minReplicas = 3
            $0.plan.violations = [.init(workload: "chat", block: "night", missingReplicas: 1, reasons: ["quota"])]
        },
        .init("a loss that takes nothing, listed") { $0.plan.scenarios.append(HandPlan.scenario("spot:aws", "day", 1, 45)) },
        .init("nodes listed as none") { $0.plan.nodes.append(.init(plane: "g1", pool: "spot", block: "night", count: 0)) },
        .init("another plane in a region, with nothing on it") { $0.problem.planes[1].region = "us" },
    ]
}
