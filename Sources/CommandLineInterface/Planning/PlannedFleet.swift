package import FleetPlanning

/// A plan with all that is told about it.
package struct PlannedFleet: Equatable, Sendable {
    package var posed: PosedProblem
    package var plan: Plan
    /// Name and version of the solver.
    package var solver: String

    package var problem: PlanningProblem { posed.problem }
    /// Nil for a problem that was given as such.
    package var origin: ProblemOrigin? { posed.origin }

    package init(posed: PosedProblem, plan: Plan, solver: String) {
        self.posed = posed
        self.plan = plan
        self.solver = solver
    }
}
