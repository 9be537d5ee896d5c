package import FleetPlanning

/// Has plans made, and puts every failure into words.
package struct PlanningDesk: Sendable {
    /// Name and version of the planners' solver.
    private let solver: String
    /// Gives a planner whose time begins now.
    private let planner: @Sendable () -> Planner
    /// Seconds of a clock that only goes forward.
    private let seconds: @Sendable () -> Double

    package init(
        solver: String, planner: @escaping @Sendable () -> Planner, seconds: @escaping @Sendable () -> Double
    ) {
        self.solver = solver
        self.planner = planner
        self.seconds = seconds
    }

    /// Plans and explains.
    ///
    /// - Parameter generation: of the fleet, where a control plane holds it.
    package func plan(_ posed: PosedProblem, generation: UInt64 = 0) throws(CommandFailure) -> PlannedFleet {
        let start = seconds()
        let found = try replan(posed.problem)
        var plan = PlanExplanation(problem: posed.problem, origin: posed.origin ?? ProblemOrigin()).explaining(found)
        plan.solveSeconds = seconds() - start
        plan.generation = generation
        return PlannedFleet(posed: posed, plan: plan, solver: solver)
    }

    /// Plans a variation: only its numbers count.
    func replan(_ problem: PlanningProblem) throws(CommandFailure) -> Plan {
        do { return try planner().plan(problem) } catch { throw CommandFailure(.solverFailed, error.description) }
    }

    // MARK: Losses

    /// Reads what `--lose` names: before planning, which may take a while.
    package static func losses(_ texts: [String], in problem: PlanningProblem) throws(CommandFailure) -> [Loss] {
        var losses: [Loss] = []
        for text in texts {
            do { losses.append(try Loss(text, in: problem)) } catch { throw CommandFailure(.usage, error.description) }
        }
        return losses
    }

    /// What losses do to a plan, and the cheapest repair of each.
    package func examine(_ losses: [Loss], of planned: PlannedFleet) throws(CommandFailure) -> [ExaminedLoss] {
        let analysis = LossAnalysis(problem: planned.problem, plan: planned.plan)
        var examined: [ExaminedLoss] = []
        for loss in losses {
            let outcome = analysis.outcome(of: loss)
            let repair =
                outcome.unserved.isEmpty
                ? nil : try analysis.repair(of: outcome) { problem throws(CommandFailure) in try replan(problem) }
            examined.append(ExaminedLoss(outcome: outcome, repair: repair))
        }
        return examined
    }
}
