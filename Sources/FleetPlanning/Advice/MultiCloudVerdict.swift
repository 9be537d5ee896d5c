/// Should this organisation use several providers at all?
///
/// Decided by plans: what every provider alone costs and leaves out against what all together do.
/// - A single provider that meets everything within ``worthwhileSaving`` of the best plan over all: no.
/// - None that does, and some workloads are short on the best single one: partly, for those; all are short: yes.
/// - All together save more than that: yes.
package struct MultiCloudVerdict: Equatable, Sendable {
    package enum Answer: String, Sendable, Codable {
        case yes, no, partly
    }

    package var answer: Answer
    package var sentence: String
    package var figure: String

    /// What operating a second provider should save at least, of the bill: below it, its contracts, skills and traffic
    /// between clouds are taken to cost more than they bring. A rule of thumb, not a law.
    package static let worthwhileSaving = 0.1

    package init(_ facts: Advice.Facts) {
        let rows = facts.comparison.rows
        guard let all = rows.first(where: { $0.provider == nil }) else {
            (answer, sentence, figure) = (.no, "nothing was planned", "no plan")
            return
        }
        let singles = rows.filter { $0.provider != nil }
        guard !singles.isEmpty else {
            self = Self.oneProvider(all, facts)
            return
        }
        let best = singles.min { Self.rank($0) < Self.rank($1) } ?? all
        let figures = Self.costs(all, singles)
        if all.providers.count <= 1 {
            self = MultiCloudVerdict(
                .no, "\(all.providers.first ?? "nothing") alone: the best plan over all \(singles.count) providers uses no other",
                figure: figures)
        } else if best.unmetShare <= all.unmetShare + 1e-6, best.unprotectedShare <= all.unprotectedShare + 1e-6 {
            self = Self.byCost(best.total.usdPerMonth, all.total.usdPerMonth, name: best.provider ?? "", figures)
        } else {
            self = Self.short(best, all, singles, facts)
        }
    }

    private init(_ answer: Answer, _ sentence: String, figure: String) {
        (self.answer, self.sentence, self.figure) = (answer, sentence, figure)
    }

    private static func byCost(_ alone: Double, _ together: Double, name: String, _ figures: String) -> MultiCloudVerdict {
        let saving = alone > 0 ? (alone - together) / alone : 0
        if saving >= worthwhileSaving {
            return MultiCloudVerdict(
                .yes, "several providers save \(Figure.percent(saving)) against \(name), the cheapest that could do it alone",
                figure: figures)
        }
        return MultiCloudVerdict(
            .no,
            "\(name) alone meets every objective; several providers would save \(Figure.percent(max(0, saving))), less than the "
                + "\(Figure.percent(worthwhileSaving)) that operating a second one should bring", figure: figures)
    }

    /// The least left out first, then the cheapest.
    private static func rank(_ row: CostComparison.Row) -> (Double, Double, Double) {
        (row.unmetShare, row.unprotectedShare, row.total.usdPerMonth)
    }

    private static func oneProvider(_ all: CostComparison.Row, _ facts: Advice.Facts) -> MultiCloudVerdict {
        let asking = facts.problem.workloads.filter { $0.survive == .provider }.map(\.name)
        let name = all.providers.first ?? "one provider"
        if asking.isEmpty {
            return MultiCloudVerdict(
                .no, "the fleet declares no second provider and no workload asks to survive the loss of one",
                figure: "\(name): \(Figure.usd(all.total.usdPerMonth)) USD/month")
        }
        return MultiCloudVerdict(
            .yes, "\(Figure.list(asking)) must survive the loss of a provider, and the fleet declares only one with capacity",
            figure: "\(Figure.percent(all.unprotectedShare)) of requests are unprotected")
    }

    private static func short(
        _ best: CostComparison.Row, _ all: CostComparison.Row, _ singles: [CostComparison.Row], _ facts: Advice.Facts
    ) -> MultiCloudVerdict {
        let needing = best.shortWorkloads.filter { !all.shortWorkloads.contains($0) || best.unmetShare > all.unmetShare }
        let count = facts.problem.workloads.count
        let left = singles.map {
            "\($0.provider ?? "") leaves \(Figure.percent($0.unmetShare)) unserved and \(Figure.percent($0.unprotectedShare)) unprotected"
        }
        let figure =
            "\(Figure.list(left, limit: 5)); together \(Figure.percent(all.unmetShare)) and "
            + "\(Figure.percent(all.unprotectedShare)), for \(Figure.usd(all.total.usdPerMonth)) USD/month"
        guard needing.count < count, !needing.isEmpty else {
            return MultiCloudVerdict(.yes, "no provider alone can meet what the workloads ask for", figure: figure)
        }
        return MultiCloudVerdict(
            .partly,
            "only \(Figure.list(needing, limit: 5)) \(needing.count == 1 ? "needs" : "need") more than one provider; the other "
                + "\(Figure.count(count - needing.count, "workload")) could stay on \(best.provider ?? "one")", figure: figure)
    }

    private static func costs(_ all: CostComparison.Row, _ singles: [CostComparison.Row]) -> String {
        let rows = singles.sorted { rank($0) < rank($1) }.map { row in
            "\(row.provider ?? "") alone \(Figure.usd(row.total.usdPerMonth))"
                + (row.meetsAll ? "" : " (leaves \(Figure.percent(row.unmetShare + row.unprotectedShare)) out)")
        }
        let unknown = all.total.unknown.isEmpty ? "" : "; without what is unknown: \(Figure.list(all.total.unknown))"
        return "USD/month: all together \(Figure.usd(all.total.usdPerMonth)), \(Figure.list(rows, limit: 6))\(unknown)"
    }
}
