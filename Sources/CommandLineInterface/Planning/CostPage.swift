import FleetPlanning

/// What people are shown of costs.
package enum CostPage {
    package static func page(_ report: CostReport) -> Page {
        var sections = [providers(report.comparison), mixes(report.mixes), prices(report.planned)]
        sections.append(Page.Section("Taken for granted", [.list(report.assumptions.map { Page.Item($0) })]))
        return Page("What the fleet costs in a month of 730 h", sections)
    }

    package static func page(_ report: RuleReport) -> Page {
        let costs = report.costs.map { Page.Item($0.sentence) }
        return Page(
            "What each rule and each promise costs in a month of 730 h",
            [
                Page.Section(
                    "The plan",
                    [
                        .facts([
                            Page.Fact("cost", PlanPage.perMonth(report.planned.plan.paidUSD, report.planned.plan)),
                            Page.Fact("proof", PlanPage.proof(report.planned.plan)),
                        ])
                    ]),
                Page.Section(
                    "With one thing changed",
                    [.list(costs.isEmpty ? [Page.Item("nothing in this fleet could be changed")] : costs)]),
                Page.Section("Availability of the plan", [.list(report.estimates.map { Page.Item($0.sentence) })]),
                prices(report.planned),
                Page.Section("Taken for granted", [.list(report.assumptions.map { Page.Item($0) })]),
            ])
    }

    // MARK: Sections

    private static func providers(_ comparison: CostComparison) -> Page.Section {
        let rows = comparison.rows.map { row in
            [
                row.provider ?? "all together", usd(row.compute), usd(row.storage), usd(row.egress), usd(row.total),
                Figure.percent(row.unmetShare), Figure.percent(row.unprotectedShare), dates(row), Figure.percent(row.gap),
            ]
        }
        let unknown = comparison.rows.flatMap(\.total.unknown)
        var blocks: [Page.Block] = [
            .table(
                Table(
                    headings: [
                        "PROVIDER", "NODES", "STORAGE", "NETWORK", "USD/MONTH", "NOT SERVED", "NOT PROTECTED", "PRICES OF", "GAP",
                    ], rows: rows))
        ]
        var notes: [Page.Item] = []
        if !unknown.isEmpty {
            notes.append(
                Page.Item("unknown, and in no sum (+ ?):", details: PlanPage.distinct(unknown)))
        }
        notes.append(Page.Item(verdict(comparison)))
        blocks.append(.list(notes))
        return Page.Section("By provider", blocks)
    }

    private static func usd(_ amount: CostComparison.Amount) -> String {
        if amount.unknown.isEmpty { return Figure.usd(amount.usdPerMonth) }
        return amount.usdPerMonth == 0 ? "unknown" : Figure.usd(amount.usdPerMonth) + " + ?"
    }

    private static func dates(_ row: CostComparison.Row) -> String {
        guard let from = row.pricesFrom, let to = row.pricesTo else { return "declared" }
        return from == to ? from : "\(from) to \(to)"
    }

    private static func verdict(_ comparison: CostComparison) -> String {
        guard let cheapest = comparison.cheapest else {
            return "no row serves and protects everything; what is not served is not in its cost"
        }
        let place = cheapest.provider.map { "on \($0) alone" } ?? "on all providers together"
        return "cheapest that serves and protects everything: \(place), \(usd(cheapest.total)) USD/month"
    }

    private static func mixes(_ mixes: MixComparison) -> Page.Section {
        let rows = mixes.rows.flatMap { row in
            row.estimates.map { estimate in
                [
                    row.name, Figure.usd(row.totals.billUSDPerMonth), Figure.percent(row.totals.unmetShare), estimate.workload,
                    Figure.availability(estimate.independent.served.low), Figure.availability(estimate.correlated.served.low),
                    Figure.availability(estimate.independent.kept.low),
                ]
            }
        }
        return Page.Section(
            "By way of buying",
            PlanPage.limited(
                [
                    "WAY", "USD/MONTH", "NOT SERVED", "WORKLOAD", "REQUESTS SERVED", "IF CORRELATED", "TIME AT ITS KEPT SHARE",
                ], rows))
    }

    private static func prices(_ planned: PlannedFleet) -> Page.Section {
        Page.Section("Prices", [.list(PriceText.sources(planned.posed).map { Page.Item($0) })])
    }
}
