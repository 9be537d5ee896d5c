package import FleetPlanning

/// What a fleet costs by provider and by way of buying, with how available each would be.
package struct CostReport: Equatable, Sendable {
    package var planned: PlannedFleet
    package var comparison: CostComparison
    package var mixes: MixComparison
    /// What the availability figures take for granted.
    package var assumptions: [String]

    package init(planned: PlannedFleet, comparison: CostComparison, mixes: MixComparison, assumptions: [String]) {
        (self.planned, self.comparison) = (planned, comparison)
        (self.mixes, self.assumptions) = (mixes, assumptions)
    }
}

/// What each rule and each promise costs.
package struct RuleReport: Equatable, Sendable {
    package var planned: PlannedFleet
    package var costs: [CounterfactualCost]
    package var estimates: [AvailabilityEstimate]
    /// What the availability figures take for granted.
    package var assumptions: [String]

    package init(
        planned: PlannedFleet, costs: [CounterfactualCost], estimates: [AvailabilityEstimate], assumptions: [String]
    ) {
        (self.planned, self.costs) = (planned, costs)
        (self.estimates, self.assumptions) = (estimates, assumptions)
    }
}

/// Advice, with the plan it was given from.
package struct AdviceReport: Equatable, Sendable {
    package var planned: PlannedFleet
    package var advice: Advice
}

extension PlanningDesk {
    /// - Parameter working: told what is planned next, for people who wait.
    package func costs(of posed: PosedProblem, working: (String) -> Void = { _ in }) throws(CommandFailure) -> CostReport {
        let planned = try plan(posed)
        let assumptions = Self.assumptions(posed)
        return CostReport(
            planned: planned, comparison: try comparison(planned, working: working),
            mixes: MixComparison(problem: posed.problem, plan: planned.plan, assumptions: assumptions),
            assumptions: assumptions.sentences)
    }

    package func rules(of posed: PosedProblem, working: (String) -> Void = { _ in }) throws(CommandFailure) -> RuleReport {
        let planned = try plan(posed)
        let questions = Counterfactual.questions(of: posed.problem, rules: try Self.ruleQuestions(posed), perWorkload: true)
        var costs: [CounterfactualCost] = []
        for question in questions {
            working(question.words)
            costs.append(
                CounterfactualCost(
                    question, base: planned.plan, of: posed.problem, alternative: try replan(question.problem)))
        }
        let assumptions = Self.assumptions(posed)
        let arithmetic = AvailabilityArithmetic(problem: posed.problem, plan: planned.plan, assumptions: assumptions)
        return RuleReport(
            planned: planned, costs: costs, estimates: arithmetic.estimates(), assumptions: assumptions.sentences)
    }

    /// - Parameter today: ISO 8601, for the age of prices.
    package func advice(
        on posed: PosedProblem, today: String, working: (String) -> Void = { _ in }
    ) throws(CommandFailure) -> AdviceReport {
        guard let facts = posed.facts, let origin = posed.origin else {
            throw CommandFailure(.usage, "advice is about a fleet; a problem file holds too little of it")
        }
        let planned = try plan(posed)
        let comparison = try comparison(planned, working: working)
        return AdviceReport(
            planned: planned,
            advice: Advice(
                Advice.Facts(
                    fleet: facts.fleet, problem: posed.problem, origin: origin, plan: planned.plan, comparison: comparison,
                    today: today)))
    }

    private func comparison(_ planned: PlannedFleet, working: (String) -> Void) throws(CommandFailure) -> CostComparison {
        var facts = CostComparison.Facts()
        if let fleet = planned.posed.facts?.fleet, let origin = planned.origin {
            facts = CostComparison.Facts(fleet: fleet, origin: origin)
        }
        return try CostComparison(base: planned.plan, of: planned.problem, facts: facts) { problem throws(CommandFailure) in
            working("a provider alone")
            return try replan(problem)
        }
    }

    private static func ruleQuestions(_ posed: PosedProblem) throws(CommandFailure) -> [Counterfactual]? {
        guard let facts = posed.facts else { return nil }
        do {
            return try Counterfactual.ruleQuestions(of: facts, problem: posed.problem)
        } catch {
            throw PosedProblem.unplannable(error)
        }
    }

    private static func assumptions(_ posed: PosedProblem) -> AvailabilityAssumptions {
        posed.facts.map { AvailabilityAssumptions(fleet: $0.fleet) } ?? AvailabilityAssumptions()
    }
}
