package import FleetPlanning

/// Re-verifies a plan from its own figures: every constraint of the planning problem, every loss, every sum.
///
/// Written from the statement of the problem alone. It shares the model types with the optimiser and nothing else, and takes
/// nothing on trust: packing is decided exactly, each loss by a maximum flow of its own, each cost by adding up.
///
/// Where the statement leaves room: a replica may not stand in a plane that rules close to every origin its workload's demand
/// names; capacity counts towards the spot share wherever else it stands; a loss must be listed where it takes a replica of the
/// workload, and its share is then the most that can be served; an unprotected amount counts in the losses it names and in no
/// other.
///
/// Every finding opens with one word for its kind: `name`, `duplicate`, `negative`, `reason`, `conservation`, `arc`, `latency`,
/// `rule`, `rtt`, `capacity`, `hardware`, `packing`, `quota`, `reserved`, `spot-share`, `min-replicas`, `budget`, `scenario`,
/// `unprotected`, `horizon`, `cost`, `objective`, `bound`, `gap`, `report`.
package enum PlanChecker {
    /// - Parameter tolerance: absolute below 1, relative above.
    /// - Returns: what is wrong, in the order of the problem; empty for a plan that is right.
    package static func findings(_ problem: PlanningProblem, _ plan: Plan, tolerance: Double = 1e-6) -> [String] {
        let ledger = PlanLedger(problem, plan)
        let measure = Measure(tolerance: tolerance)
        return ledger.findings + FlowCheck(ledger: ledger, measure: measure).findings()
            + CapacityCheck(ledger: ledger, measure: measure).findings()
            + FailureCheck(ledger: ledger, measure: measure).findings()
            + CostCheck(ledger: ledger, measure: measure).findings() + ReportCheck(ledger: ledger).findings()
    }
}

/// Comparison of computed figures.
struct Measure {
    let tolerance: Double

    func slack(_ left: Double, _ right: Double) -> Double { tolerance * max(1, abs(left), abs(right)) }
    func areEqual(_ left: Double, _ right: Double) -> Bool { abs(left - right) <= slack(left, right) }
    func isAtMost(_ left: Double, _ right: Double) -> Bool { left <= right + slack(left, right) }
}
