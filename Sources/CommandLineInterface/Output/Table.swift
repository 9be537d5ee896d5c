/// Rows under headings, aligned by spaces.
package struct Table: Equatable, Sendable {
    package var headings: [String]
    package var rows: [[String]]

    package init(headings: [String], rows: [[String]] = []) {
        self.headings = headings
        self.rows = rows
    }

    /// The lines, headings first, each ending with a line break.
    package func rendered(indentation: String = "") -> String {
        var layout = TableLayout()
        layout.widen(for: [headings] + rows)
        return ([headings] + rows).map { indentation + layout.line($0) + "\n" }.joined()
    }
}

/// The column widths of a table that may still grow, as a watched one does.
package struct TableLayout: Equatable, Sendable {
    /// Spaces between columns.
    package static let gap = 3
    /// What stands in an empty cell, so that columns can be counted.
    package static let emptyCell = "-"

    package private(set) var widths: [Int] = []

    package init() {}

    /// Makes room for the cells; columns never become narrower.
    package mutating func widen(for rows: [[String]]) {
        for row in rows {
            for (column, cell) in row.enumerated() {
                let width = Self.shown(cell).count
                if column < widths.count { widths[column] = max(widths[column], width) } else { widths.append(width) }
            }
        }
    }

    /// One line without a line break; the last column is not padded.
    package func line(_ cells: [String]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let text = Self.shown(cell)
            line += text
            guard column < cells.count - 1 else { break }
            let width = column < widths.count ? widths[column] : text.count
            line += String(repeating: " ", count: max(0, width - text.count) + Self.gap)
        }
        return line
    }

    private static func shown(_ cell: String) -> String { cell.isEmpty ? emptyCell : TerminalText.escaped(cell) }
}
