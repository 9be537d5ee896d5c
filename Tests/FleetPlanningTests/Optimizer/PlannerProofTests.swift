import FleetPlanning
import LinearOptimization
import PlanningProofs
import SeededCases
import Testing

/// Plans for fleets from seeds, judged by the independent checker and by the direct formulation.
@Suite("Planner: proofs")
struct PlannerProofTests {
    struct Fleets: Sendable, CustomTestStringConvertible {
        let size: RandomFleets.Size
        /// Of the 10,000 cases.
        let perMille: UInt64
        var testDescription: String { size.rawValue }

        var each: some Sequence<Fleet> { (0..<caseCount(perMille: perMille)).lazy.map { Fleet(seed: $0, size: size) } }
    }

    struct Fleet {
        let seed: UInt64
        let problem: PlanningProblem
        /// The solvers that are here take turns.
        let solver: TestedSolver
        let comment: Comment

        init(seed: UInt64, size: RandomFleets.Size) {
            self.seed = seed
            problem = RandomFleets.problem(seed: seed, size: size)
            solver = TestedSolver.all[Int(seed) % TestedSolver.all.count]
            comment = "\(size) fleet \(seed), \(solver.testDescription)"
        }

        func plan() throws -> Plan { try solver.plan(problem) }
    }

    private static func fleets(_ sizes: (size: RandomFleets.Size, perMille: UInt64)...) -> [Fleets] {
        sizes.map { Fleets(size: $0.size, perMille: $0.perMille) }
    }

    /// 200 fleets by default.
    @Test(
        "no plan breaks a constraint, and its bound is within the gap asked for",
        arguments: fleets((.tiny, 9), (.small, 9), (.medium, 2)))
    func sound(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let plan = try fleet.plan()
            #expect(PlanChecker.findings(fleet.problem, plan) == [], fleet.comment)
            #expect(!plan.deadlineHit, fleet.comment)
            if fleet.solver.solver.provesIntegerOptima, fleets.size != .medium {
                #expect(plan.gap <= 0.01 + 1e-9, fleet.comment)
            }
        }
    }

    @Test("the optimum of the direct formulation is between bound and plan", arguments: fleets((.tiny, 8), (.small, 4)))
    func optimum(of fleets: Fleets) throws {
        var unfinished = 0
        for fleet in fleets.each {
            let direct = try DirectOptimum.of(fleet.problem, solver: fleet.solver.solver, nodes: 5_000, relativeGap: 1e-6)
            guard let direct else {
                unfinished += 1
                continue
            }
            expect(try fleet.plan(), toMatch: direct.plan.objectiveUSD, missing: direct.missingReplicas, fleet.comment)
        }
        #expect(unfinished <= caseCount(perMille: fleets.perMille) / 10, "the solver did not finish the direct formulation")
    }

    @Test("where every purchase can be tried, the plan is the best of them", arguments: fleets((.enumerable, 8)))
    func bruteForce(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let brute = try #require(BruteForce(fleet.problem), fleet.comment)
            expect(try fleet.plan(), toMatch: brute.objectiveUSD, missing: brute.missingReplicas, fleet.comment)
        }
    }

    /// The optimum lies between bound and plan: so the plan is no further from it than the gap it states.
    private func expect(_ plan: Plan, toMatch optimumUSD: Double, missing: Int, _ comment: Comment) {
        #expect(plan.missingReplicas == missing, comment)
        guard plan.missingReplicas == missing else { return }
        let slack = 1e-6 * max(1, optimumUSD)
        #expect(plan.boundUSD <= optimumUSD + slack, comment)
        #expect(plan.objectiveUSD >= optimumUSD - slack, comment)
        #expect(plan.objectiveUSD - optimumUSD <= plan.gap * plan.objectiveUSD + slack, comment)
    }

    @Test("the same problem gives the same plan, to the last digit", arguments: fleets((.tiny, 1), (.small, 2), (.medium, 1)))
    func deterministic(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let (once, again) = (try fleet.plan(), try fleet.plan())
            #expect(once.untimed == again.untimed, fleet.comment)
        }
    }

    /// Of two plans of which the first problem's optimum is at most the second's: the first's bound is no more than the second's
    /// cost.
    private func expectNoMore(_ first: Plan, than second: Plan, _ comment: Comment) {
        guard first.missingReplicas == second.missingReplicas else { return }
        #expect(first.boundUSD <= second.objectiveUSD + 1e-6 * max(1, second.objectiveUSD), comment)
    }

    @Test(
        "the order of blocks, planes, pools and workloads does not matter",
        arguments: fleets((.tiny, 2), (.small, 2), (.medium, 1)))
    func order(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let (plan, other) = (try fleet.plan(), try fleet.solver.plan(RandomFleets.shuffled(fleet.problem, seed: fleet.seed)))
            #expect(plan.missingReplicas == other.missingReplicas, fleet.comment)
            expectNoMore(plan, than: other, fleet.comment)
            expectNoMore(other, than: plan, fleet.comment)
            // A plan for one order is a plan for the other.
            #expect(PlanChecker.findings(fleet.problem, other) == [], fleet.comment)
        }
    }

    @Test("another plane never makes the best plan dearer", arguments: fleets((.tiny, 3), (.small, 2)))
    func anotherPlane(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let larger = RandomFleets.addingPlane(to: fleet.problem, seed: fleet.seed)
            let (plan, with) = (try fleet.plan(), try fleet.solver.plan(larger))
            #expect(with.missingReplicas <= plan.missingReplicas, fleet.comment)
            expectNoMore(with, than: plan, fleet.comment)
        }
    }

    @Test("a tighter rule never makes the best plan cheaper", arguments: fleets((.tiny, 3), (.small, 3)))
    func tighterRule(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let tighter = RandomFleets.tightening(fleet.problem, seed: fleet.seed)
            let (plan, with) = (try fleet.plan(), try fleet.solver.plan(tighter))
            #expect(with.missingReplicas >= plan.missingReplicas, fleet.comment)
            expectNoMore(plan, than: with, fleet.comment)
        }
    }

    @Test(
        "two solvers agree within their gaps", .enabled(if: TestedSolver.all.count > 1, "only one solver is here"),
        arguments: fleets((.small, 3)))
    func agree(of fleets: Fleets) throws {
        for fleet in fleets.each {
            let plans = try TestedSolver.all.map { try $0.plan(fleet.problem) }
            for plan in plans {
                for other in plans { expectNoMore(plan, than: other, fleet.comment) }
            }
        }
    }
}
