import FleetModel

/// What any row of an imported file must keep to.
enum ImportRules {
    static let accepted = (
        provider: "a provider's name: \(ResourceNameRule.accepted)",
        name: "1 to 128 bytes of printable text without spaces at its ends",
        price:
            "US dollars per hour for the whole machine, above 0 and at most 1000 for each accelerator; empty where there is none",
        accelerators: "a whole number from 1 to 1024",
        vcpus: "a number above 0 and at most 100000, or empty",
        memory: "GiB above 0 and at most 1000000, or empty"
    )
    static let mostUSDPerAcceleratorHour = 1_000.0

    static func isName(_ text: String) -> Bool {
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return (1...128).contains(text.utf8.count) }
        let scalars = text.unicodeScalars
        guard (1...128).contains(text.utf8.count), let first = scalars.first, let last = scalars.last,
            !first.properties.isWhitespace, !last.properties.isWhitespace
        else { return false }
        return scalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            default: scalar != "\u{FFFD}"
            }
        }
    }

    /// A decimal number without sign or exponent; nil for anything else, such as `nan`, `inf`, `0x10` or `-1`.
    static func decimal(_ text: String) -> Double? {
        guard text.utf8.count <= 32, text.utf8.contains(where: { (48...57).contains($0) }),
            text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 })
        else { return nil }
        return Double(text)
    }

    static func count(_ text: String) -> Int? {
        decimal(text).flatMap { Int(exactly: $0) }.flatMap { (1...1_024).contains($0) ? $0 : nil }
    }

    static func price(_ text: String, accelerators: Int) -> Double? {
        decimal(text).flatMap { $0 > 0 && $0 <= mostUSDPerAcceleratorHour * Double(accelerators) ? $0 : nil }
    }

    static func vcpus(_ text: String) -> Double? { decimal(text).flatMap { $0 > 0 && $0 <= 100_000 ? $0 : nil } }
    static func memory(_ text: String) -> Gibibytes? {
        decimal(text).flatMap { $0 > 0 && $0 <= 1_000_000 ? Gibibytes($0) : nil }
    }
}

/// The columns of a file, by name.
struct ImportColumns {
    private let positions: [String: Int]
    let names: [String]

    init(header: CSVRow) {
        names = (0..<header.count).map { header[$0] }
        positions = Dictionary(names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// What keeps a file with these columns from being read; nil where nothing does.
    func objection(required: [String]) -> String? {
        if let missing = required.first(where: { positions[$0] == nil }) { return "the header has no column \(missing)" }
        let repeated = names.first { name in names.lazy.filter { $0 == name }.count > 1 }
        return repeated.map { "the header has the column \(quoted($0)) more than once" }
    }

    /// The text in a column; empty where there is no such column.
    func text(_ column: String, of row: CSVRow) -> String { positions[column].map { row[$0] } ?? "" }
}

/// Reads the rows of one file, collecting what is wrong with them.
struct ImportReading {
    let file: String
    private var reader: CSVReader
    private(set) var problems = ImportProblems()
    private let limits: CSVReader.Limits
    private var rows = 0

    init(_ bytes: [UInt8], file: String, limits: CSVReader.Limits) throws(ImportProblems) {
        self.file = file
        self.limits = limits
        reader = CSVReader(bytes, limits: limits)
        if bytes.count > limits.bytes {
            report(1, "the file has \(bytes.count) bytes", accepted: "at most \(limits.bytes); import it in parts")
            throw problems
        }
    }

    mutating func report(_ line: Int, _ message: @autoclosure () -> String, accepted: @autoclosure () -> String) {
        let file = file
        problems.report { ImportProblem(file: file, line: line, message: message(), accepted: accepted()) }
    }

    /// The columns the header names; throws where they are not those of the format.
    mutating func columns(required: [String], optional: [String]?, accepted: String) throws(ImportProblems) -> ImportColumns {
        guard case .row(let header)? = reader.next() else {
            report(1, "the file has no readable header", accepted: accepted)
            throw problems
        }
        let columns = ImportColumns(header: header)
        if let objection = columns.objection(required: required) {
            report(header.line, objection, accepted: accepted)
        } else if let optional, let unknown = columns.names.first(where: { !required.contains($0) && !optional.contains($0) }) {
            let nearest = NearestWord.nearest(to: unknown, among: required + optional) ?? ""
            report(header.line, "\(quoted(unknown)) is no column of the format", accepted: "the nearest is \(nearest)")
        }
        if !problems.isEmpty { throw problems }
        return columns
    }

    /// The next row with as many fields as the header; those without are reported and passed over.
    mutating func next(columns: ImportColumns) -> CSVRow? {
        while let item = reader.next() {
            switch item {
            case .bad(let line, let message): report(line, message, accepted: "comma-separated text as RFC 4180 has it")
            case .row(let row):
                rows += 1
                let most = limits.rows
                if rows > most {
                    report(row.line, "the file has more than \(most) rows", accepted: "fewer; import it in parts")
                    return nil
                }
                if row.count != columns.names.count {
                    report(row.line, "\(row.count) fields", accepted: "\(columns.names.count), as the header has")
                } else if !row.isUTF8 {
                    report(row.line, "text that is not UTF-8", accepted: "UTF-8")
                } else {
                    return row
                }
            }
        }
        return nil
    }
}
