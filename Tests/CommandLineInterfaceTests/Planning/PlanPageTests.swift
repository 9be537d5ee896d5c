import CommandLineInterface
import FleetModel
import FleetPlanning
import Testing

@Suite("A plan on a page")
struct PlanPageTests {
    private func lines(_ planned: PlannedFleet) throws -> [String] {
        try PlanOutput(planned: planned).text(.table).split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
    }

    @Test("tells cost per hour and month, the proof, the solver and the date of every price")
    func summary() throws {
        let lines = try lines(SamplePlan.planned)
        #expect(lines.contains("Plan for 1 workload on 2 planes, users in 1 place, 24 h in 2 blocks"))
        #expect(lines.contains("cost: 2.00 USD/h, 1,460 USD a month of 730 h (nodes 2.00 USD/h, egress 0.00 USD/h)"))
        let proof = lines.first { $0.hasPrefix("proof: ") }
        #expect(proof?.contains("no plan for the whole problem costs less than 1.98 USD/h, penalties included") == true)
        #expect(proof?.hasSuffix("this one is at most 1% of its cost above the cheapest") == true)
        #expect(lines.contains("solver: Solver 1.0, 0.3 s"))
        #expect(lines.contains("prices: 1 pool: list price of 2026-07-20 by a-list, without tax"))
    }

    @Test("shows nodes by tier with their course over the day, how full they are and what they cost")
    func nodes() throws {
        let lines = try lines(SamplePlan.planned)
        // Owned: 3 and 1 of 4 accelerators for 8 and 16 h, (24 + 16) / 96. Bought: 3 of 4 accelerators.
        #expect(
            lines.contains("toronto h100 owned 4 x H100-80GB 1 of 1 ████████████████████████ 41.7% 0.00 (owned) 0.00 0.00"))
        #expect(
            lines.contains(
                "frankfurt a100 on-demand 2 x A100-80GB 0–2 of 4 ········████████········ 75% 3.00 (2026-07-20) 2.00 1,460"))
        let order = lines.filter { $0.hasPrefix("toronto h100 owned") || $0.hasPrefix("frankfurt a100 on-demand") }
        #expect(order.first?.hasPrefix("toronto") == true, "owned nodes come first")
    }

    @Test("shows replicas, who is served where, and the worst loss of each workload")
    func service() throws {
        let lines = try lines(SamplePlan.planned)
        #expect(lines.contains("chat toronto h100 1–3 ▃▃▃▃▃▃▃▃████████▃▃▃▃▃▃▃▃"))
        // Frankfurt serves 10 · 8 of 40 · 8 + 10 · 16 = 480 requests per second and hour.
        #expect(lines.contains("chat Toronto 10–40 toronto 83.3%, frankfurt 16.7% 92 ms 100 ms"))
        #expect(lines.contains("chat provider 50% 37.5% provider:onprem 92 ms 200 ms 2"))
    }

    @Test("says why in a few lines, planes with one reason together, and all of it on request")
    func reasons() throws {
        let short = try PlanOutput(planned: SamplePlan.planned).text(.table)
        #expect(short.contains("    + toronto/h100, 3 replicas: owned machines cost nothing more\n"))
        #expect(short.contains("    - virginia and ohio, rule: virginia, for one: policy gdpr allows EU\n"))
        #expect(short.contains("    - oregon, latency: 140 ms is beyond 100 ms\n"))
        #expect(short.contains("    next best oregon/h100, +1.50 USD/h: it is farther\n"))
        #expect(short.contains("    binds: quota of toronto/h100: 1 node\n"))
        let whole = try PlanOutput(planned: SamplePlan.planned, explained: "chat").text(.table)
        #expect(whole.hasPrefix("Workload chat\n"))
        #expect(whole.contains("ohio       rule      policy gdpr allows EU"))
        #expect(!whole.contains("Solver 1.0"))
    }

    @Test("an explanation of a workload that is not there names the nearest")
    func unknownWorkload() {
        for format in PlanFormat.allCases {
            let failure = #expect(throws: CommandFailure.self) {
                try PlanOutput(planned: SamplePlan.planned, explained: "chta").text(format)
            }
            #expect(failure?.exit == .notFound)
            #expect(failure?.message.contains("did you mean chat?") == true)
        }
    }

    @Test("what is not served or not protected is said with its reasons, once for all its blocks")
    func shortfalls() throws {
        var planned = SamplePlan.planned
        planned.plan.unmet = ["08-16", "00-08_16-24"].map {
            .init(workload: "chat", origin: "Toronto", block: $0, requestsPerSecond: 2, reasons: ["quota of toronto/h100"])
        }
        planned.plan.unprotected = [
            .init(
                workload: "chat", origin: "Toronto", block: "08-16", requestsPerSecond: 1.5, lost: ["provider:onprem"],
                reasons: ["no room elsewhere"])
        ]
        planned.plan.violations = [.init(workload: "chat", block: "08-16", missingReplicas: 1, reasons: ["budget b"])]
        let text = try PlanOutput(planned: planned).text(.table)
        #expect(
            text.contains(
                """
                Not served, not protected:
                  chat from Toronto: up to 2 req/s not served in every block
                    quota of toronto/h100
                  chat from Toronto: up to 1.5 req/s served, but not after losing provider:onprem, in block 08-16
                    no room elsewhere
                  chat: up to 1 replica short of the minimum in block 08-16
                    budget b

                """))
    }

    @Test("prices without a date are told as such")
    func undated() throws {
        var planned = SamplePlan.planned
        planned.posed.origin = nil
        let lines = try lines(planned)
        #expect(lines.contains("prices: as the problem gives them, without dates"))
        #expect(lines.contains { $0.contains("3.00 (as given)") })
        // Without hours the course is by block.
        #expect(lines.contains { $0.contains("0–2 of 4 █· 75%") })
    }

    @Test("an empty plan is a page too")
    func empty() throws {
        let problem = PlanningProblem(blocks: [], planes: [], pools: [], workloads: [], demand: [], rtt: [])
        let planned = PlannedFleet(posed: PosedProblem(problem: problem), plan: Plan(horizonHours: 0), solver: "Solver 1.0")
        for format in PlanFormat.allCases {
            let text = try PlanOutput(planned: planned).text(format)
            #expect(text.contains("no time is planned"))
            #expect(!text.contains("nan"))
        }
    }

    @Test("a table of very many rows is cut, and says so")
    func long() throws {
        var planned = SamplePlan.planned
        planned.posed.problem.demand = (0..<100).map {
            .init(workload: "chat", origin: "place-\($0)", block: "08-16", requestsPerSecond: 1)
        }
        let text = try PlanOutput(planned: planned).text(.table)
        #expect(text.contains("place-39 "))
        #expect(!text.contains("place-40 "))
        #expect(text.contains("and 60 more; -o json has all"))
    }
}
