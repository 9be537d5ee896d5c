/// A plan beside purchases without a planner: what each costs and how available each would have been.
package struct MixComparison: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        package var name: String
        package var totals: PlanTotals
        package var estimates: [AvailabilityEstimate]
    }

    package var rows: [Row]

    package init(
        problem: PlanningProblem, plan: Plan, mixes: [StaticMix] = [.classic, .allOnDemand],
        assumptions: AvailabilityAssumptions
    ) {
        let plans = [("planned", plan)] + mixes.map { ($0.name, $0.plan(for: problem)) }
        rows = plans.map { name, plan in
            Row(
                name: name, totals: PlanTotals(plan, of: problem),
                estimates: AvailabilityArithmetic(problem: problem, plan: plan, assumptions: assumptions).estimates())
        }
    }
}
