package import FleetPlanning
import FleetTransport

/// Prints a plan as it was asked for.
package struct PlanOutput: Sendable {
    package var planned: PlannedFleet
    package var losses: [ExaminedLoss]
    package var changes: PlanChanges?
    /// Print all that is known of one workload instead.
    package var explained: String?

    package init(
        planned: PlannedFleet, losses: [ExaminedLoss] = [], changes: PlanChanges? = nil, explained: String? = nil
    ) {
        self.planned = planned
        self.losses = losses
        self.changes = changes
        self.explained = explained
    }

    package func text(_ format: PlanFormat) throws -> String { try format.text(page: page(), document: document()) }

    private func page() throws(CommandFailure) -> Page {
        if let explained {
            try Self.require(workload: explained, in: planned.problem)
            return PlanPage.explanation(of: explained, in: planned)
        }
        var page = PlanPage.page(planned)
        page.sections += losses.map { LossPage.section($0, problem: planned.problem) }
        if let changes { page.sections.append(ChangesPage.section(changes)) }
        return page
    }

    private func document() throws -> JSONValue {
        guard let explained else { return try PlanDocument.value(planned, losses: losses, changes: changes) }
        try Self.require(workload: explained, in: planned.problem)
        return try PlanDocument.json(planned.plan.report.first { $0.workload == explained })
    }

    /// Throws where a problem has no such workload, naming the nearest it has: before planning, which may take a while.
    package static func require(workload: String, in problem: PlanningProblem) throws(CommandFailure) {
        guard !problem.workloads.contains(where: { $0.name == workload }) else { return }
        throw FleetClient.notFound(workload, kind: "workloads", among: problem.workloads.map(\.name))
    }
}
