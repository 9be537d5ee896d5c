/// Explains a plan from its numbers: why every pool was chosen and every plane rejected, what the next best would cost, what
/// binds, and why demand goes unserved or unprotected. The same problem and plan give the same words.
package struct PlanExplanation: Sendable {
    private let tables: ProblemTables
    private let origin: ProblemOrigin

    /// - Parameter origin: where the problem came from, so that pools of the fleet that are no part of it are explained too; empty
    ///   for a problem that was given as such.
    package init(problem: PlanningProblem, origin: ProblemOrigin = ProblemOrigin()) {
        tables = ProblemTables(problem)
        self.origin = origin
    }

    /// The plan with its report and the reasons of every shortfall filled in.
    package func explaining(_ plan: Plan) -> Plan {
        guard !tables.problem.blocks.isEmpty else { return withoutTime(plan) }
        var explained = plan
        let rows = PlanTables(plan, tables: tables)
        let views = tables.problem.workloads.indices.map { WorkloadView(index: $0, tables: tables, plan: rows) }
        explained.report = views.map(report)
        for index in explained.unmet.indices {
            let row = explained.unmet[index]
            guard let place = place(row.workload, row.origin, row.block) else { continue }
            explained.unmet[index].reasons = UnmetReasons(view: views[place.workload])
                .reasons(origin: place.origin, block: place.block)
        }
        for index in explained.unprotected.indices {
            let row = explained.unprotected[index]
            guard let place = place(row.workload, row.origin, row.block) else { continue }
            explained.unprotected[index].reasons = UnprotectedReasons(view: views[place.workload])
                .reasons(origin: place.origin, block: place.block, rate: row.requestsPerSecond, lost: row.lost)
        }
        for index in explained.violations.indices {
            let row = explained.violations[index]
            guard let workload = tables.workloadIndex[row.workload], let block = tables.blockIndex[row.block] else { continue }
            explained.violations[index].reasons = MinimumReasons(view: views[workload])
                .reasons(block: block, missing: row.missingReplicas)
        }
        return explained
    }

    /// With no time to plan for, nothing pays.
    private func withoutTime(_ plan: Plan) -> Plan {
        var explained = plan
        let rejected = tables.problem.planes.map {
            Plan.WorkloadReport.Rejected(
                plane: $0.name, because: "price", detail: "the problem has no block of time: nothing needs to run")
        }
        explained.report = tables.problem.workloads.map { Plan.WorkloadReport(workload: $0.name, rejected: rejected) }
        return explained
    }

    private func report(_ view: WorkloadView) -> Plan.WorkloadReport {
        Plan.WorkloadReport(
            workload: view.workload.name, chosen: ChosenReasons(view).rows(),
            rejected: RejectionReasons(view: view, origin: origin).rows(), nextBest: NextBestSearch(view: view).best(),
            binding: BindingConstraints(view: view).sentences())
    }

    private func place(_ workload: String, _ origin: String, _ block: String) -> (workload: Int, origin: Int, block: Int)? {
        guard let workload = tables.workloadIndex[workload], let origin = tables.originIndex[origin],
            let block = tables.blockIndex[block]
        else { return nil }
        return (workload, origin, block)
    }
}
