import FleetModel

extension PlanningFacts {
    /// What makes the fleet too large to be written as a problem, before anything is computed from it.
    func sizeFindings() -> [ProblemFinding] {
        let demand = fleet.workloads.reduce(0) { $0 + max(1, $1.demand.count) }
        let pools = fleet.planes.reduce(0) { $0 + $1.pools.count }
        // Only where the parts are bounded does no product overflow.
        let parts: [(String, Int, Int)] = [
            ("planes", fleet.planes.count, ProblemLimits.planes), ("pools", pools, ProblemLimits.pools),
            ("workloads", fleet.workloads.count, ProblemLimits.workloads),
            ("demand", demand, ProblemLimits.demandEntries), ("gateways", fleet.gateways.count, ProblemLimits.gateways),
            ("policies", fleet.policies.count, ProblemLimits.policies), ("budgets", fleet.budgets.count, ProblemLimits.budgets),
        ]
        var findings = parts.filter { $0.1 > $0.2 }.map { name, count, limit in
            ProblemFinding(
                path: FieldPath([.key(name)]), message: "the fleet has \(count)", accepted: "at most \(limit) in one plan")
        }
        let ways = demand * fleet.planes.count
        if findings.isEmpty, ways > ProblemLimits.roundTripRows {
            findings.append(
                ProblemFinding(
                    path: "demand", message: "\(demand) entries by \(fleet.planes.count) planes are \(ways) ways to serve users",
                    accepted: "at most \(ProblemLimits.roundTripRows) in one plan"))
        }
        if findings.isEmpty, ways * max(1, fleet.gateways.count) > ProblemLimits.paths {
            findings.append(
                ProblemFinding(
                    path: "gateways", message: "\(ways) ways by \(fleet.gateways.count) gateways are too many to compare",
                    accepted: "at most \(ProblemLimits.paths) in one plan"))
        }
        return findings
    }

    func tooMuchDemand(rows: Int, blocks: Int) -> ProblemFinding {
        ProblemFinding(
            path: "demand", message: "demand differs between \(blocks) blocks of hours, which makes \(rows) entries of a problem",
            accepted: "at most \(ProblemLimits.demandRows); fewer hours that differ, or fewer origins")
    }
}
