/// A report for people: titled sections of facts, tables and sentences. Written as text for a terminal or as Markdown.
package struct Page: Equatable, Sendable {
    /// One line of a list, with lines below it.
    package struct Item: Equatable, Sendable {
        package var text: String
        package var details: [String]

        package init(_ text: String, details: [String] = []) { (self.text, self.details) = (text, details) }
    }

    package enum Block: Equatable, Sendable {
        /// A label and what is told under it, one line each.
        case facts([Fact])
        case table(Table)
        case list([Item])
    }

    package struct Fact: Equatable, Sendable {
        package var label: String
        package var value: String

        package init(_ label: String, _ value: String) { (self.label, self.value) = (label, value) }
    }

    package struct Section: Equatable, Sendable {
        package var title: String
        package var blocks: [Block]

        package init(_ title: String, _ blocks: [Block]) { (self.title, self.blocks) = (title, blocks) }
    }

    package var title: String
    package var sections: [Section]

    package init(_ title: String, _ sections: [Section]) { (self.title, self.sections) = (title, sections) }
}

extension Page {
    /// Text for a terminal: sections under their titles, indented. Whatever comes from outside is escaped.
    package var text: String {
        ([TerminalText.escaped(title) + "\n"] + sections.map(Self.text)).joined(separator: "\n")
    }

    private static func text(_ section: Section) -> String {
        "\(TerminalText.escaped(section.title)):\n" + section.blocks.map(text).joined(separator: "\n")
    }

    private static func text(_ block: Block) -> String {
        switch block {
        case .facts(let facts):
            let labels = facts.map { $0.label.isEmpty ? "" : TerminalText.escaped($0.label) + ":" }
            let width = labels.map(\.count).max() ?? 0
            return zip(labels, facts).map { label, fact in
                let gap = String(repeating: " ", count: width - label.count + 2)
                return "  \(label)\(gap)\(TerminalText.escaped(fact.value))\n"
            }.joined()
        case .table(let table): return table.rendered(indentation: "  ")
        case .list(let items):
            return items.map { item in
                "  \(TerminalText.escaped(item.text))\n" + item.details.map { "    \(TerminalText.escaped($0))\n" }.joined()
            }.joined()
        }
    }
}

extension Page {
    /// GitHub-flavoured Markdown. Characters that would be markup are escaped.
    package var markdown: String {
        (["# \(Markdown.inline(title))\n"] + sections.map(Self.markdown)).joined(separator: "\n")
    }

    private static func markdown(_ section: Section) -> String {
        "## \(Markdown.inline(section.title))\n\n" + section.blocks.map(markdown).joined(separator: "\n")
    }

    private static func markdown(_ block: Block) -> String {
        switch block {
        case .facts(let facts):
            return facts.map { fact in
                let label = fact.label.isEmpty ? "" : "**\(Markdown.inline(fact.label)):** "
                return "- \(label)\(Markdown.inline(fact.value))\n"
            }.joined()
        case .table(let table): return Markdown.table(table)
        case .list(let items):
            return items.map { item in
                "- \(Markdown.inline(item.text))\n" + item.details.map { "  - \(Markdown.inline($0))\n" }.joined()
            }.joined()
        }
    }
}
