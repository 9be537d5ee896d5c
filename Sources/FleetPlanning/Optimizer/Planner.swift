package import LinearOptimization

/// Answers planning problems: what to buy, what to run, who is served where, with a proven bound.
package struct Planner: Sendable {
    package let solver: any LinearSolver
    package let effort: PlanningEffort

    package init(solver: any LinearSolver, effort: PlanningEffort = PlanningEffort()) {
        self.solver = solver
        self.effort = effort
    }
}

/// How hard to search. Counted work ends the search, so the same problem gives the same plan; seconds are only for aborting.
package struct PlanningEffort: Sendable {
    /// Stop once the gap is proven to be no more.
    package var relativeGap: Double
    /// Seconds of wall clock left, asked for between steps; nil never aborts.
    package var secondsLeft: (@Sendable () -> Double)?
    /// Told what is being done, for people who wait.
    package var progress: (@Sendable (PlanningProgress) -> Void)?

    /// Calls a function with 0 up to a count on several threads and returns when all calls have; nil works on one.
    package var concurrently: (@Sendable (Int, @Sendable (Int) -> Void) -> Void)?

    package init(
        relativeGap: Double = 0.01, secondsLeft: (@Sendable () -> Double)? = nil,
        concurrently: (@Sendable (Int, @Sendable (Int) -> Void) -> Void)? = nil,
        progress: (@Sendable (PlanningProgress) -> Void)? = nil
    ) {
        self.relativeGap = relativeGap
        self.secondsLeft = secondsLeft
        self.concurrently = concurrently
        self.progress = progress
    }
}

package struct PlanningProgress: Equatable, Sendable {
    package var step: String
    /// 0 to 1 within the whole search.
    package var share: Double
    /// Best so far, US dollars.
    package var objectiveUSD: Double?
    package var boundUSD: Double?

    package init(step: String, share: Double, objectiveUSD: Double? = nil, boundUSD: Double? = nil) {
        self.step = step
        self.share = share
        self.objectiveUSD = objectiveUSD
        self.boundUSD = boundUSD
    }
}

/// Why there is no plan at all. Demand that cannot be met is no such reason: it is in the plan.
package enum PlanningFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The solver's library failed.
    case solver(SolverFailure)

    package var description: String {
        switch self {
        case .solver(let failure): "the solver failed: \(failure)"
        }
    }
}

extension Planner {
    /// Plans. The problem must have passed its checks (`PlanningProblem.problems()`).
    ///
    /// `report` and `reasons` are left empty: `PlanExplanation` fills them in.
    package func plan(_ problem: PlanningProblem) throws(PlanningFailure) -> Plan {
        let compiled = CompiledProblem(problem)
        guard compiled.blockCount > 0 else { return Plan(horizonHours: 0) }
        let limits = SearchLimits(secondsLeft: effort.secondsLeft)
        let gap = DirectSearch.gap(compiled, asked: effort.relativeGap)
        do throws(SolverFailure) {
            var outcome = try DecomposedSearch(
                compiled: compiled, solver: solver, limits: limits, relativeGap: gap ?? effort.relativeGap,
                blocksAtOnce: ConcurrentBlocks(run: effort.concurrently),
                progress: { step, share in effort.progress?(PlanningProgress(step: step, share: 0.6 * share)) }
            ).run()
            var plan = finished(outcome, compiled: compiled, limits: limits)
            if let gap, plan.gap > gap, !limits.expired {
                effort.progress?(
                    PlanningProgress(
                        step: "closing the gap", share: 0.6, objectiveUSD: plan.objectiveUSD, boundUSD: plan.boundUSD))
                outcome = try DirectSearch(
                    compiled: compiled, solver: solver, limits: limits, relativeGap: gap
                ).run(from: outcome)
                plan = finished(outcome, compiled: compiled, limits: limits)
            }
            return plan
        } catch {
            throw .solver(error)
        }
    }

    private func finished(_ outcome: DecomposedSearch.Outcome, compiled: CompiledProblem, limits: SearchLimits) -> Plan {
        var plan = PlanComposer(compiled: compiled, whole: outcome.plan).plan()
        // The bound counts missing replicas at a price of its own; what is left bounds all plans that miss no more than this one.
        let hours = Dictionary(
            compiled.problem.blocks.map { ($0.name, $0.hours) }, uniquingKeysWith: { first, _ in first })
        let missing = plan.violations.reduce(0) { $0 + Double($1.missingReplicas) * (hours[$1.block] ?? 0) }
        let bound = outcome.bound * compiled.horizonHours - missing * compiled.missingUSD
        plan.boundUSD = max(0, min(bound, plan.objectiveUSD))
        plan.gap = plan.objectiveUSD > 0 ? (plan.objectiveUSD - plan.boundUSD) / plan.objectiveUSD : 0
        plan.deadlineHit = limits.deadlineHit
        return plan
    }
}
