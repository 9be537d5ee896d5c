import FleetPlanning

/// What people are shown of advice.
package enum AdvicePage {
    package static func page(_ report: AdviceReport) -> Page {
        let advice = report.advice
        return Page(
            "Advice",
            [
                Page.Section(
                    "Several providers",
                    [
                        .list([
                            Page.Item(
                                "\(advice.multiCloud.answer.rawValue): \(advice.multiCloud.sentence)",
                                details: [advice.multiCloud.figure])
                        ])
                    ]),
                maturity(advice.maturity), findings(advice.findings),
                Page.Section("Prices", [.list(PriceText.sources(report.planned.posed).map { Page.Item($0) })]),
            ])
    }

    private static func maturity(_ maturity: Maturity) -> Page.Section {
        let rows = maturity.criteria.map { ["\($0.level)", $0.isMet ? "yes" : "no", $0.text, $0.figure] }
        var blocks: [Page.Block] = [
            .facts([Page.Fact("level", "\(maturity.level) of \(Maturity.names.count - 1), \(maturity.name)")]),
            .table(Table(headings: ["LEVEL", "MET", "CRITERION", "COUNTED"], rows: rows)),
        ]
        if !maturity.next.isEmpty {
            blocks.append(
                .list([
                    Page.Item(
                        "for level \(maturity.level + 1), \(Maturity.names[maturity.level + 1]):",
                        details: maturity.next.map { "\($0.text) (\($0.figure))" })
                ]))
        }
        return Page.Section("Maturity", blocks)
    }

    private static func findings(_ findings: [Advice.Finding]) -> Page.Section {
        let items = findings.map {
            Page.Item("\($0.severity.rawValue): \($0.sentence)", details: [$0.figure, "do: \($0.fix)"])
        }
        return Page.Section("What to change", [.list(items.isEmpty ? [Page.Item("nothing was found")] : items)])
    }
}
