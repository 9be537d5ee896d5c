import FleetPlanning
package import FleetTransport

/// Reports for programs.
package enum ReportDocument {
    package static func value(_ report: CostReport) throws -> JSONValue {
        [
            "providers": .array(report.comparison.rows.map(row)), "mixes": .array(try report.mixes.rows.map(mix)),
            "prices": .array(PriceText.sources(report.planned.posed).map(JSONValue.string)),
            "assumptions": .array(report.assumptions.map(JSONValue.string)),
        ]
    }

    package static func value(_ report: RuleReport) throws -> JSONValue {
        [
            "objectiveUSD": .number(report.planned.plan.objectiveUSD), "boundUSD": .number(report.planned.plan.boundUSD),
            "horizonHours": .number(report.planned.plan.horizonHours), "changes": .array(report.costs.map(cost)),
            "availability": .array(report.estimates.map(estimate)),
            "prices": .array(PriceText.sources(report.planned.posed).map(JSONValue.string)),
            "assumptions": .array(report.assumptions.map(JSONValue.string)),
        ]
    }

    package static func value(_ report: AdviceReport) throws -> JSONValue {
        let advice = report.advice
        return [
            "multiCloud": [
                "answer": .string(advice.multiCloud.answer.rawValue), "sentence": .string(advice.multiCloud.sentence),
                "figure": .string(advice.multiCloud.figure),
            ],
            "maturity": [
                "level": .integer(Int64(advice.maturity.level)), "name": .string(advice.maturity.name),
                "criteria": try PlanDocument.json(advice.maturity.criteria),
            ],
            "findings": try PlanDocument.json(advice.findings),
            "prices": .array(PriceText.sources(report.planned.posed).map(JSONValue.string)),
        ]
    }

    private static func row(_ row: CostComparison.Row) -> JSONValue {
        var members: [String: JSONValue] = [
            "computeUSDPerMonth": .number(row.compute.usdPerMonth), "storageUSDPerMonth": .number(row.storage.usdPerMonth),
            "egressUSDPerMonth": .number(row.egress.usdPerMonth), "totalUSDPerMonth": .number(row.total.usdPerMonth),
            "unknown": .array(row.total.unknown.map(JSONValue.string)), "unmetShare": .number(row.unmetShare),
            "unprotectedShare": .number(row.unprotectedShare), "gap": .number(row.gap),
            "planes": .array(row.planes.map(JSONValue.string)), "providers": .array(row.providers.map(JSONValue.string)),
        ]
        members["provider"] = row.provider.map(JSONValue.string)
        members["pricesFrom"] = row.pricesFrom.map(JSONValue.string)
        members["pricesTo"] = row.pricesTo.map(JSONValue.string)
        return .object(members)
    }

    private static func mix(_ row: MixComparison.Row) throws -> JSONValue {
        [
            "name": .string(row.name), "computeUSDPerMonth": .number(row.totals.computeUSDPerMonth),
            "egressUSDPerMonth": .number(row.totals.egressUSDPerMonth), "unmetShare": .number(row.totals.unmetShare),
            "unprotectedShare": .number(row.totals.unprotectedShare), "availability": .array(row.estimates.map(estimate)),
        ]
    }

    private static func cost(_ cost: CounterfactualCost) -> JSONValue {
        [
            "change": .string(cost.words), "sentence": .string(cost.sentence),
            "objectiveUSDPerMonth": .number(cost.objectiveUSDPerMonth), "atLeastUSDPerMonth": .number(cost.atLeastUSDPerMonth),
            "atMostUSDPerMonth": .number(cost.atMostUSDPerMonth), "billUSDPerMonth": .number(cost.billUSDPerMonth),
            "unmetShareBefore": .number(cost.before.unmetShare), "unmetShareAfter": .number(cost.after.unmetShare),
            "unprotectedShareBefore": .number(cost.before.unprotectedShare),
            "unprotectedShareAfter": .number(cost.after.unprotectedShare),
        ]
    }

    private static func estimate(_ estimate: AvailabilityEstimate) -> JSONValue {
        [
            "workload": .string(estimate.workload), "keptShare": .number(estimate.keptShare),
            "independent": figures(estimate.independent), "correlated": figures(estimate.correlated),
            "breakingOutages": .array(
                estimate.breakingOutages.map { outage in
                    [
                        "lost": .array(outage.lost.map(JSONValue.string)), "probability": .number(outage.probability),
                        "servedShare": .number(outage.servedShare),
                    ]
                }),
        ]
    }

    private static func figures(_ figures: AvailabilityEstimate.Figures) -> JSONValue {
        ["kept": interval(figures.kept), "served": interval(figures.served)]
    }

    private static func interval(_ interval: AvailabilityEstimate.Interval) -> JSONValue {
        ["low": .number(interval.low), "high": .number(interval.high)]
    }
}

extension PlanFormat {
    /// A page for people, or a document for programs.
    package func text(page: @autoclosure () throws -> Page, document: @autoclosure () throws -> JSONValue) rethrows -> String {
        switch self {
        case .table: try page().text
        case .markdown: try page().markdown
        case .json: JSONText.pretty(try document()) + "\n"
        case .yaml: YAMLText.document(try document())
        }
    }
}
