/// What the replicas of a budget's workloads cost in an hour: Σ (c / a) · g · y.
enum BudgetSpending {
    static func usdPerHour(
        _ budget: PlanningProblem.Budget, block: Int, tables: ProblemTables, plan: PlanTables
    ) -> Double {
        Set(budget.workloads).sorted().compactMap { tables.workloadIndex[$0] }.reduce(0) { sum, workload in
            plan.runs[workload].reduce(sum) { sum, run in
                guard run.counts[block] > 0, let profile = profile(workload, run.pool, tables) else { return sum }
                let pool = tables.problem.pools[run.pool]
                let share = Double(profile.acceleratorsPerReplica) / Double(max(1, pool.acceleratorsPerNode))
                return sum + pool.usdPerNodeHour * share * Double(run.counts[block])
            }
        }
    }

    private static func profile(_ workload: Int, _ pool: Int, _ tables: ProblemTables) -> PlanningProblem.Profile? {
        tables.problem.workloads[workload].profile[tables.problem.pools[pool].accelerator]
    }
}
