import FleetCatalogue
import SeededCases
import Testing

@Suite("Comma-separated text")
struct CSVReaderTests {
    private func read(_ text: String, limits: CSVReader.Limits = CSVReader.Limits()) -> [String] {
        read(Array(text.utf8), limits: limits)
    }

    /// `line: field|field` or `line! what is wrong`.
    private func read(_ bytes: [UInt8], limits: CSVReader.Limits = CSVReader.Limits()) -> [String] {
        var reader = CSVReader(bytes, limits: limits)
        var items: [String] = []
        while let item = reader.next() {
            switch item {
            case .row(let row): items.append("\(row.line): " + (0..<row.count).map { row[$0] }.joined(separator: "|"))
            case .bad(let line, let message): items.append("\(line)! \(message)")
            }
        }
        return items
    }

    @Test("rows and fields are told apart as RFC 4180 has it")
    func plain() {
        #expect(read("a,b\n1,2\n") == ["1: a|b", "2: 1|2"])
        #expect(read("a,b\r\n1,2") == ["1: a|b", "2: 1|2"])
        #expect(read("\u{FEFF}a\n\n\r\nb\n") == ["1: a", "4: b"])
        #expect(read("a,,\n,b,") == ["1: a||", "2: |b|"])
        #expect(read("") == [] && read("\n\r\n") == [])
    }

    @Test("a quoted field holds commas, quotes and line breaks")
    func quotes() {
        #expect(read("\"a,b\",\"c\"\"d\"\n") == ["1: a,b|c\"d"])
        #expect(read("\"a\nb\",c\nd,e\n") == ["1: a\nb|c", "3: d|e"])
        #expect(read("\"\",\"\"") == ["1: |"])
    }

    @Test("what is not comma-separated text is told with its line, and reading goes on")
    func bad() {
        #expect(read("a\nb\"c\nd\n") == ["1: a", "2! a quote inside a field that does not begin with one", "3: d"])
        #expect(read("\"a\"b\nc\n") == ["1! text behind a closing quote", "2: c"])
        #expect(read("a\n\"b\nc") == ["1: a", "2! a quote opened in line 2 that is never closed"])
        #expect(read("a\u{0}b\nc\rd\n\u{7F}\n").map { $0.prefix(2) } == ["1!", "2!", "3!"])
    }

    @Test("fields and rows have limits")
    func limits() {
        let limits = CSVReader.Limits(fieldsPerRow: 2, bytesPerField: 3)
        #expect(read("abc,abc\n", limits: limits) == ["1: abc|abc"])
        #expect(read("abcd\nx\n", limits: limits) == ["1! a field longer than 3 bytes", "2: x"])
        #expect(read("\"abcd\"\nx\n", limits: limits) == ["1! a field longer than 3 bytes", "2: x"])
        #expect(read("a,b,c\nx\n", limits: limits) == ["1! more than 2 fields", "2: x"])
    }

    @Test("text written is read back the same, whatever is in it")
    func roundTrip() {
        var generator = SeededGenerator(seed: 5)
        let letters = ["a", ",", "\"", "\n", "é", " ", "\r\n", "🚀", "\t"]
        for _ in 0..<caseCount(perMille: 200) {
            let fields = (0...generator.below(4)).map { _ in
                (0..<generator.below(5)).map { _ in generator.pick(letters) }.joined()
            }
            let items = read(CSVText.row(fields) + "end\n")
            // A row of one empty field is an empty line.
            let expected = fields == [""] ? [] : [fields.joined(separator: "|")]
            #expect(items.map { String($0.drop { $0 != " " }.dropFirst()) } == expected + ["end"], "\(fields)")
        }
    }

    @Test("any bytes end, and lines are counted")
    func fuzz() {
        var generator = SeededGenerator(seed: 6)
        let common = Array(",\n\r\"ab1\u{0}".utf8)
        for _ in 0..<caseCount() {
            let bytes = (0..<generator.below(80)).map { _ in
                generator.isOne(in: 8) ? UInt8(generator.below(256)) : generator.pick(common)
            }
            let lines = bytes.filter { $0 == 10 }.count + 1
            for item in read(bytes) {
                let line = Int(item.prefix { $0.isASCII && $0.isNumber }) ?? 0
                #expect((1...lines).contains(line))
            }
        }
    }
}
