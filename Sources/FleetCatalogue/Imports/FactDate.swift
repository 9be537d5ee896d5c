/// How dates of figures are written: a day, month, quarter, half or year.
package enum FactDate {
    package static let accepted = "a date such as 2026-07-20, 2026-07, 2026-Q3, 2026-H2 or 2026"

    /// Whether the text is a date of this century.
    package static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard let year = parts.first, year.utf8.count == 4, year.hasPrefix("20"), number(year) != nil else { return false }
        switch parts.count {
        case 1: return true
        case 2: return ["H1", "H2", "Q1", "Q2", "Q3", "Q4"].contains(parts[1]) || isMonth(parts[1])
        case 3: return isMonth(parts[1]) && isDay(parts[2], of: parts[1], in: number(year) ?? 0)
        default: return false
        }
    }

    private static func number(_ text: String) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func isMonth(_ text: String) -> Bool {
        text.utf8.count == 2 && number(text).map { (1...12).contains($0) } == true
    }

    private static func isDay(_ text: String, of month: String, in year: Int) -> Bool {
        guard text.utf8.count == 2, let day = number(text), let month = number(month) else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }
}
