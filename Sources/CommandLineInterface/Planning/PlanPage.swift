import FleetModel
import FleetPlanning

/// What people are shown of a plan.
package enum PlanPage {
    /// Rows of one table; the rest is counted. `-o json` has them all.
    static let rowLimit = 40

    package static func page(_ shown: PlannedFleet) -> Page {
        let figures = PlanFigures(shown)
        let sections: [Page.Section?] = [
            summary(shown), nodes(figures), replicas(figures), service(figures), losses(figures), shortfalls(figures),
            reasons(figures), remarks(shown),
        ]
        return Page(title(shown.problem, shown.plan), sections.compactMap { $0 })
    }

    /// The table, and where it was cut what was left out.
    static func limited(_ headings: [String], _ rows: [[String]]) -> [Page.Block] {
        let table = Page.Block.table(Table(headings: headings, rows: Array(rows.prefix(rowLimit))))
        guard rows.count > rowLimit else { return [table] }
        return [table, .list([Page.Item("and \(rows.count - rowLimit) more; -o json has all")])]
    }

    private static func title(_ problem: PlanningProblem, _ plan: Plan) -> String {
        let places = Set(problem.demand.map(\.origin)).count
        let time = "\(Figure.decimal(plan.horizonHours, places: 1)) h in \(Figure.count(problem.blocks.count, "block"))"
        return "Plan for \(Figure.count(problem.workloads.count, "workload")) on \(Figure.count(problem.planes.count, "plane")), "
            + "users in \(Figure.count(places, "place")), \(time)"
    }

    // MARK: Summary

    private static func summary(_ shown: PlannedFleet) -> Page.Section {
        let plan = shown.plan
        var facts = [Page.Fact("cost", cost(plan))]
        if plan.cost.computeUSD > 0 { facts.append(Page.Fact("by tier", shares(plan.cost.byTier, plan))) }
        if plan.cost.byProvider.count > 1 { facts.append(Page.Fact("by provider", shares(plan.cost.byProvider, plan))) }
        if plan.cost.penaltyUSD > 0 {
            facts.append(
                Page.Fact(
                    "not served",
                    "\(perHour(plan.cost.penaltyUSD, plan)) is counted for requests without service or protection; nobody pays it"
                ))
        }
        facts.append(Page.Fact("proof", proof(plan)))
        facts.append(Page.Fact("solver", "\(shown.solver), \(Figure.decimal(plan.solveSeconds, places: 1)) s"))
        facts += PriceText.sources(shown.posed).enumerated().map { Page.Fact($0.offset == 0 ? "prices" : "", $0.element) }
        return Page.Section("Summary", [.facts(facts)])
    }

    private static func cost(_ plan: Plan) -> String {
        let paid = plan.paidUSD
        let parts = "nodes \(perHour(plan.cost.computeUSD, plan)), egress \(perHour(plan.cost.egressUSD, plan))"
        return "\(perHour(paid, plan)), \(perMonth(paid, plan)) of 730 h (\(parts))"
    }

    private static func shares(_ amounts: [String: Double], _ plan: Plan) -> String {
        amounts.filter { $0.value > 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            "\($0.key) \(perHour($0.value, plan))"
        }.joined(separator: ", ")
    }

    static func proof(_ plan: Plan) -> String {
        let bound = "no plan for the whole problem costs less than \(perHour(plan.boundUSD, plan))"
        let found =
            plan.gap <= 1e-6
            ? "this one is the cheapest" : "this one is at most \(Figure.percent(plan.gap)) of its cost above the cheapest"
        let ended = plan.deadlineHit ? "; the deadline ended the search, a longer one may find a cheaper plan" : ""
        return "\(bound), penalties included: \(found)\(ended)"
    }

    static func perHour(_ usd: Double, _ plan: Plan) -> String {
        "\(Figure.usd(plan.horizonHours > 0 ? usd / plan.horizonHours : 0)) USD/h"
    }

    static func perMonth(_ usd: Double, _ plan: Plan) -> String {
        "\(Figure.usd(plan.horizonHours > 0 ? usd / plan.horizonHours * hoursPerMonth : 0)) USD a month"
    }

    private static func remarks(_ shown: PlannedFleet) -> Page.Section? {
        guard !shown.posed.remarks.isEmpty else { return nil }
        var items = shown.posed.remarks.prefix(rowLimit).map { Page.Item($0) }
        if shown.posed.remarks.count > rowLimit { items.append(Page.Item("and \(shown.posed.remarks.count - rowLimit) more")) }
        return Page.Section("Remarks", [.list(items)])
    }

    // MARK: Capacity

    private static func nodes(_ figures: PlanFigures) -> Page.Section {
        let pools = figures.poolsInUse
        guard !pools.isEmpty else { return Page.Section("Nodes", [.list([Page.Item("none")])]) }
        let rows = pools.map { pool in
            let counts = figures.counts(of: pool)
            let cost = figures.usdPerHour(pool)
            return [
                pool.plane, pool.name, PlanFigures.tier(pool), "\(pool.acceleratorsPerNode) x \(pool.accelerator)",
                "\(figures.range(counts)) of \(pool.maxNodes)", figures.course(counts), Figure.percent(figures.occupancy(pool)),
                figures.price(of: pool), Figure.usd(cost), Figure.usd(cost * hoursPerMonth),
            ]
        }
        return Page.Section(
            "Nodes",
            limited(
                [
                    "PLANE", "POOL", "TIER", "EACH", "NODES", figures.courseHeading, "IN USE", "USD/NODE-H", "USD/H",
                    "USD/MONTH",
                ], rows))
    }

    private static func replicas(_ figures: PlanFigures) -> Page.Section? {
        let runs = figures.replicas.sorted {
            ($0.key.workload, $0.key.place.plane, $0.key.place.pool) < ($1.key.workload, $1.key.place.plane, $1.key.place.pool)
        }
        guard !runs.isEmpty else { return nil }
        let rows = runs.map { key, counts in
            [key.workload, key.place.plane, key.place.pool, figures.range(counts), figures.course(counts)]
        }
        return Page.Section("Replicas", limited(["WORKLOAD", "PLANE", "POOL", "REPLICAS", figures.courseHeading], rows))
    }
}

extension Plan {
    /// What is paid over the horizon: nodes and egress, without what unserved requests count for.
    var paidUSD: Double { cost.computeUSD + cost.egressUSD }
}
