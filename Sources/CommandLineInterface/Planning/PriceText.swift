import FleetModel
import FleetPlanning

/// Prices in words: none goes without its date, or without who declared it.
enum PriceText {
    /// Behind a price: its date, `declared`, `owned`.
    static func date(of source: ProblemOrigin.Price.Source) -> String {
        switch source {
        case .owned: "owned"
        case .declared: "declared"
        case .quoted(let quote): QuoteText.date(quote)
        }
    }

    /// Where the prices a problem counts with come from, one line a source.
    static func sources(_ posed: PosedProblem) -> [String] {
        guard let origin = posed.origin else { return ["as the problem gives them, without dates"] }
        let nodes = origin.prices.compactMap { price -> String? in
            switch price.source {
            case .owned: nil
            case .declared: "declared in the fleet"
            case .quoted(let quote): "list price of \(QuoteText.date(quote)) by \(quote.source), without tax"
            }
        }
        return counted(nodes, "pool") + counted(posed.facts.map(egress) ?? [], "plane")
    }

    /// For each plane whose egress price is the catalogue's, which it is.
    private static func egress(_ facts: PlanningFacts) -> [String] {
        facts.fleet.planes.compactMap { plane in
            let declared = plane.egress ?? facts.fleet.providers.first { $0.name == plane.provider }?.egress
            guard declared == nil, let quote = facts.prices.egressQuote(provider: plane.provider, region: plane.region) else {
                return nil
            }
            return "egress at the list price of \(quote.asOf) by \(quote.source), first paid tier, without tax"
        }
    }

    /// `3 pools: …`, the most common first.
    private static func counted(_ texts: [String], _ noun: String) -> [String] {
        let counts = Dictionary(grouping: texts) { $0 }.mapValues(\.count)
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\(Figure.count($0.value, noun)): \($0.key)" }
    }
}
