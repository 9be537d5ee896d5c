import FleetModel

extension Counterfactual {
    /// One question for each rule of a fleet that forbids anything in its problem: the problem written anew without that rule, so
    /// that whatever other rules forbid stays forbidden.
    ///
    /// A policy is replaced by one of its name that requires nothing, because taking a declared one away could bring a built-in
    /// one into force. Whatever names no policy and no residency (a missing engine, transit) is no rule of data and is not asked.
    package static func ruleQuestions(
        of facts: PlanningFacts, problem: PlanningProblem
    ) throws(UnplannableFleet) -> [Counterfactual] {
        let names = Set(problem.forbidden.map { ruleName($0.because) })
        var questions: [Counterfactual] = []
        for workload in facts.fleet.workloads {
            let name = "residency of workload \(workload.name)"
            guard names.contains(name) else { continue }
            var free = workload
            free.data.residency = nil
            questions.append(try question(name, replacing: .workload(free), in: facts))
        }
        for policy in facts.fleet.fence.policies {
            let name = ["policy \(policy.name)", "built-in policy \(policy.name)"].first(where: names.contains)
            guard let name else { continue }
            var free = policy
            free.requires = CompliancePolicy.Requirements()
            questions.append(try question(name, replacing: .compliancePolicy(free), in: facts))
        }
        return questions
    }

    private static func question(
        _ name: String, replacing resource: Resource, in facts: PlanningFacts
    ) throws(UnplannableFleet) -> Counterfactual {
        var changed = facts
        changed.fleet = Fleet(facts.fleet.resources + [resource])
        let problem = try ProblemBuilder.build(changed).problem
        return Counterfactual(change: .withoutRule(name), direction: .relaxes, problem: problem)
    }
}
