/// A bound a number is held against: `>=80`, `8`, `<2.5`. Without a sign it means exactly.
package struct Comparison: Equatable, Sendable {
    package enum Relation: String, CaseIterable, Sendable {
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"
        case exactly = "="
    }

    package var relation: Relation
    package var value: Double

    package init(_ relation: Relation, _ value: Double) { (self.relation, self.value) = (relation, value) }

    /// Reads the sign, also as `≥` or `≤`, and what stands behind it by `read`; nil where that is nothing.
    package init?(_ text: String, read: (String) -> Double?) {
        let signs: [(String, Relation)] =
            [("≥", .atLeast), ("≤", .atMost)] + Relation.allCases.map { ($0.rawValue, $0) }
        let trimmed = String(text.drop { $0 == " " })
        let sign = signs.first { trimmed.hasPrefix($0.0) }
        let rest = trimmed.dropFirst(sign?.0.count ?? 0).drop { $0 == " " }
        guard let value = read(String(rest)) else { return nil }
        self.init(sign?.1 ?? .exactly, value)
    }

    package func holds(_ number: Double) -> Bool {
        switch relation {
        case .atLeast: number >= value
        case .atMost: number <= value
        case .above: number > value
        case .below: number < value
        case .exactly: number == value
        }
    }
}
