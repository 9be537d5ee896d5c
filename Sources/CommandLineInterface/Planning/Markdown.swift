/// Text as GitHub-flavoured Markdown shows it, whatever it holds.
package enum Markdown {
    /// The text on one line, with every character escaped that Markdown or HTML would act on.
    package static func inline(_ text: String) -> String {
        var safe = ""
        for character in TerminalText.escaped(text) {
            if Self.markup.contains(character) { safe.append("\\") }
            safe.append(character)
        }
        return safe
    }

    /// A pipe table.
    package static func table(_ table: Table) -> String {
        let lines = [table.headings, table.headings.map { _ in "---" }] + table.rows
        return lines.enumerated().map { position, cells in
            "| " + cells.map { position == 1 ? $0 : inline($0.isEmpty ? TableLayout.emptyCell : $0) }.joined(separator: " | ")
                + " |\n"
        }.joined()
    }

    /// ASCII punctuation with a meaning inside a line (GitHub Flavored Markdown, sections 2.1, 4.10 and 6).
    private static let markup: Set<Character> = ["\\", "`", "*", "_", "[", "]", "<", ">", "|", "#", "~", "&"]
}
