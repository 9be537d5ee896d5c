import FleetPlanning

/// The report agrees with the plan: one entry a workload, each plane chosen or rejected, each with a reason that can be true.
struct ReportCheck {
    let ledger: PlanLedger

    private var problem: PlanningProblem { ledger.problem }
    private static let words: Set<String> = ["rule", "latency", "hardware", "quota", "price", "spot-share", "price-unknown"]

    func findings() -> [String] {
        var findings: [String] = []
        let names = ledger.plan.report.map(\.workload)
        if names.sorted() != problem.workloads.map(\.name).sorted() { findings.append("report: workloads \(names)") }
        for report in ledger.plan.report {
            guard let who = ledger.workload[report.workload] else { continue }
            findings += chosen(report, who) + rejected(report, who)
            if let next = report.nextBest {
                let place = PlanLedger.Place(plane: next.plane, pool: next.pool)
                let isKnown = ledger.pool[place].map { ledger.throughput(who, $0) != nil } ?? false
                if !isKnown || next.detail.isEmpty || !next.addedUSDPerHour.isFinite {
                    findings.append("report: \(report.workload): next best \(next)")
                }
            }
            if report.binding.contains(where: \.isEmpty) { findings.append("report: \(report.workload): an empty binding line") }
        }
        return findings
    }

    private func chosen(_ report: Plan.WorkloadReport, _ who: Int) -> [String] {
        var findings: [String] = []
        var stated = [Int](repeating: 0, count: problem.pools.count)
        for row in report.chosen {
            let what = "report: \(report.workload): chosen \(row.plane)/\(row.pool)"
            guard let at = ledger.pool[PlanLedger.Place(plane: row.plane, pool: row.pool)] else {
                findings.append("\(what) is not known")
                continue
            }
            if stated[at] != 0 || row.replicas <= 0 { findings.append("\(what) twice, or with no replica") }
            if row.because.isEmpty { findings.append("\(what) without a reason") }
            stated[at] = row.replicas
        }
        for (at, pool) in problem.pools.enumerated() {
            let running = ledger.replicas[who][at].max() ?? 0
            if stated[at] != running {
                findings.append(
                    "report: \(report.workload): \(running) replicas on \(pool.plane)/\(pool.name), \(stated[at]) chosen")
            }
        }
        return findings
    }

    private func rejected(_ report: Plan.WorkloadReport, _ who: Int) -> [String] {
        var findings: [String] = []
        let rejected = report.rejected.map(\.plane)
        for (at, plane) in problem.planes.enumerated() {
            let isUsed = problem.pools.indices.contains {
                ledger.planeOfPool[$0] == at && ledger.replicas[who][$0].contains { $0 > 0 }
            }
            let times = rejected.count { $0 == plane.name }
            if isUsed ? times > 0 : times != 1 {
                findings.append(
                    "report: \(report.workload): \(plane.name) \(isUsed ? "runs it" : "does not") and is rejected \(times) times")
            }
        }
        for row in report.rejected {
            guard let at = ledger.plane[row.plane] else {
                findings.append("report: \(report.workload): rejected \(row.plane) is not known")
                continue
            }
            if !Self.words.contains(row.because) || row.detail.isEmpty || !isPossible(row.because, who, at) {
                findings.append("report: \(report.workload): \(row.plane) rejected by \(row.because): \(row.detail)")
            }
        }
        return findings
    }

    /// Whether a reason can be true at all: a rule names a rule of the problem, latency a budget that is passed, and so on.
    private func isPossible(_ because: String, _ who: Int, _ plane: Int) -> Bool {
        let origins = problem.demand.filter { $0.workload == problem.workloads[who].name }
        let pools = problem.pools.indices.filter { ledger.planeOfPool[$0] == plane }
        let usable = pools.filter { ledger.throughput(who, $0) != nil }
        switch because {
        case "rule": return origins.contains { ledger.isForbidden(who, $0.origin, plane) }
        case "latency":
            return origins.contains { row in
                let budget = row.latencyBudgetMilliseconds ?? problem.workloads[who].latencyBudgetMilliseconds
                return ledger.roundTrip(row.origin, plane).map { $0 > budget } ?? true
            }
        case "hardware": return usable.isEmpty
        case "quota": return !usable.isEmpty
        case "spot-share": return usable.contains { problem.pools[$0].tier == .spot }
        default: return !usable.isEmpty
        }
    }
}
