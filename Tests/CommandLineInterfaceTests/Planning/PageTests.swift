import CommandLineInterface
import Testing

@Suite("Pages")
struct PageTests {
    private let page = Page(
        "A | title",
        [
            Page.Section("Facts", [.facts([.init("cost", "2 USD"), .init("", "more"), .init("longer", "3")])]),
            Page.Section(
                "Rows",
                [.table(Table(headings: ["A", "B"], rows: [["x|y", ""]])), .list([.init("one", details: ["two\u{1B}[31m"])])]),
        ])

    @Test("as text are aligned, and no name acts on the terminal")
    func text() {
        #expect(
            page.text == """
                A | title

                Facts:
                  cost:    2 USD
                           more
                  longer:  3

                Rows:
                  A     B
                  x|y   -

                  one
                    two\\u{1B}[31m

                """)
    }

    @Test("as Markdown escape whatever would be markup")
    func markdown() {
        #expect(
            page.markdown == """
                # A \\| title

                ## Facts

                - **cost:** 2 USD
                - more
                - **longer:** 3

                ## Rows

                | A | B |
                | --- | --- |
                | x\\|y | - |

                - one
                  - two\\\\u{1B}\\[31m

                """)
        #expect(Markdown.inline("<img src=x> [a](b) *c* _d_ `e`") == "\\<img src=x\\> \\[a\\](b) \\*c\\* \\_d\\_ \\`e\\`")
    }
}

@Suite("Sparklines")
struct SparklineTests {
    @Test("have a bar for each number, and a dot for none")
    func bars() {
        #expect(Sparkline.text([0, 1, 4, 8]) == "·▁▄█")
        #expect(Sparkline.text([3, 3]) == "██")
        #expect(Sparkline.text([0, 0]) == "··")
        #expect(Sparkline.text([]) == "")
    }

    @Test("show the largest of neighbours where there are more numbers than bars")
    func condensed() {
        var week = [Int](repeating: 1, count: 168)
        week[167] = 8
        let text = Sparkline.text(week)
        #expect(text.count == 42)
        #expect(text.last == "█")
        #expect(text.first == "▁")
    }
}
