import FleetPlanning

extension PlanPage {
    /// Names listed in one line of the short form.
    private static let namesShown = 4

    /// Why each workload runs where it does, in a few lines each.
    static func reasons(_ figures: PlanFigures) -> Page.Section? {
        guard !figures.plan.report.isEmpty else { return nil }
        return Page.Section("Why", [.list(figures.plan.report.map(short))])
    }

    /// All that is known of one workload.
    package static func explanation(of workload: String, in shown: PlannedFleet) -> Page {
        let report =
            shown.plan.report.first { $0.workload == workload } ?? Plan.WorkloadReport(workload: workload)
        var only = shown
        only.plan.unmet = shown.plan.unmet.filter { $0.workload == workload }
        only.plan.unprotected = shown.plan.unprotected.filter { $0.workload == workload }
        only.plan.violations = shown.plan.violations.filter { $0.workload == workload }
        let chosen = report.chosen.map { [$0.plane, $0.pool, "\($0.replicas)", $0.because] }
        let rejected = report.rejected.map { [$0.plane, $0.because, $0.detail] }
        var sections = [
            Page.Section(
                "Chosen",
                [
                    chosen.isEmpty
                        ? .list([Page.Item("nowhere")])
                        : .table(Table(headings: ["PLANE", "POOL", "REPLICAS", "WHY"], rows: chosen))
                ])
        ]
        if !rejected.isEmpty {
            sections.append(
                Page.Section("Rejected", [.table(Table(headings: ["PLANE", "BECAUSE", "DETAIL"], rows: rejected))]))
        }
        if let next = report.nextBest {
            sections.append(Page.Section("Next best", [.list([Page.Item(words(next), details: [next.detail])])]))
        }
        if !report.binding.isEmpty {
            sections.append(Page.Section("What binds", [.list(report.binding.map { Page.Item($0) })]))
        }
        if let missing = shortfalls(PlanFigures(only)) { sections.append(missing) }
        sections.append(Page.Section("Prices", [.list(PriceText.sources(shown.posed).map { Page.Item($0) })]))
        return Page("Workload \(workload)", sections)
    }

    private static func short(_ report: Plan.WorkloadReport) -> Page.Item {
        var details = report.chosen.map { "+ \($0.plane)/\($0.pool), \(Figure.count($0.replicas, "replica")): \($0.because)" }
        if details.isEmpty { details = ["runs nowhere"] }
        details += rejections(report.rejected)
        if let next = report.nextBest { details.append("next best \(words(next)): \(next.detail)") }
        details += report.binding.map { "binds: \($0)" }
        return Page.Item(report.workload, details: details)
    }

    private static func words(_ next: Plan.WorkloadReport.NextBest) -> String {
        "\(next.plane)/\(next.pool), \(Figure.signedUSD(next.addedUSDPerHour)) USD/h"
    }

    /// One line for each kind of reason: the planes, and the words of the first.
    private static func rejections(_ rejected: [Plan.WorkloadReport.Rejected]) -> [String] {
        distinct(rejected.map(\.because)).map { because in
            let alike = rejected.filter { $0.because == because }
            let planes = distinct(alike.map(\.plane))
            guard planes.count > 1 else { return "- \(planes[0]), \(because): \(alike[0].detail)" }
            return "- \(Figure.list(planes, limit: namesShown)), \(because): \(alike[0].plane), for one: \(alike[0].detail)"
        }
    }
}
