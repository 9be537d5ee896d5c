/// Reads comma-separated text (RFC 4180) that anybody may have written: UTF-8, with or without a byte order mark, lines ending in LF
/// or CRLF, fields in quotes where they hold commas, quotes or line breaks.
package struct CSVReader: Sendable {
    /// What is refused, whoever wrote it.
    package struct Limits: Sendable {
        package var bytes = 64 << 20
        package var rows = 1_000_000
        package var fieldsPerRow: Int
        package var bytesPerField: Int

        package init(fieldsPerRow: Int = 64, bytesPerField: Int = 4_096) {
            (self.fieldsPerRow, self.bytesPerField) = (fieldsPerRow, bytesPerField)
        }
    }

    package enum Item: Equatable {
        case row(CSVRow)
        /// A row that cannot be read; reading goes on behind it.
        case bad(line: Int, message: String)
    }

    private let bytes: [UInt8]
    private let limits: Limits
    private var position: Int
    private var line = 1

    package init(_ bytes: [UInt8], limits: Limits = Limits()) {
        self.bytes = bytes
        self.limits = limits
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next row that is not empty; nil at the end.
    package mutating func next() -> Item? {
        skipEmptyLines()
        guard position < bytes.count else { return nil }
        let first = line
        var row = CSVRow(line: first, bytes: bytes)
        while true {
            if let objection = readField(into: &row) {
                skipLine()
                return .bad(line: first, message: objection)
            }
            guard position < bytes.count, bytes[position] == comma else { break }
            position += 1
            guard row.count < limits.fieldsPerRow else {
                skipLine()
                return .bad(line: first, message: "more than \(limits.fieldsPerRow) fields")
            }
        }
        endLine()
        return .row(row)
    }

    /// Reads one field up to its comma, line break or the end. Returns what is wrong with it.
    private mutating func readField(into row: inout CSVRow) -> String? {
        if position < bytes.count, bytes[position] == quote {
            if let objection = readQuoted(into: &row) { return objection }
            return isAtFieldEnd ? nil : "text behind a closing quote"
        }
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == comma || byte == lineFeed { break }
            if byte == quote { return "a quote inside a field that does not begin with one" }
            if byte < 0x20 || byte == 0x7F {
                if isCarriageReturnOfLineEnd { break }
                return "a control character (byte \(byte))"
            }
            position += 1
        }
        guard position - start <= limits.bytesPerField else { return tooLong }
        row.add(start..<position)
        return nil
    }

    private mutating func readQuoted(into row: inout CSVRow) -> String? {
        let opened = line
        position += 1
        let start = position
        var hasQuotes = false
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote {
                guard position < bytes.count, bytes[position] == quote else {
                    let content = start..<(position - 1)
                    guard content.count <= limits.bytesPerField else { return tooLong }
                    if hasQuotes { row.addUnescaped(content) } else { row.add(content) }
                    return nil
                }
                hasQuotes = true
                position += 1
            } else if byte == lineFeed {
                line += 1
            } else if byte < 0x20 && byte != carriageReturn && byte != 0x09 || byte == 0x7F {
                return "a control character (byte \(byte))"
            }
            if position - start > limits.bytesPerField + 1 { return tooLong }
        }
        return "a quote opened in line \(opened) that is never closed"
    }

    private var tooLong: String { "a field longer than \(limits.bytesPerField) bytes" }

    private var isAtFieldEnd: Bool {
        guard position < bytes.count else { return true }
        let byte = bytes[position]
        return byte == comma || byte == lineFeed || isCarriageReturnOfLineEnd
    }

    private var isCarriageReturnOfLineEnd: Bool {
        guard bytes[position] == carriageReturn else { return false }
        return position + 1 == bytes.count || bytes[position + 1] == lineFeed
    }

    private mutating func endLine() {
        if position < bytes.count, bytes[position] == carriageReturn { position += 1 }
        guard position < bytes.count else { return }
        position += 1
        line += 1
    }

    private mutating func skipEmptyLines() {
        while position < bytes.count, bytes[position] == lineFeed || isCarriageReturnOfLineEnd { endLine() }
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != lineFeed { position += 1 }
        endLine()
    }
}

/// One row: its fields, unquoted, and the line it begins in.
package struct CSVRow: Equatable, Sendable {
    package let line: Int
    /// Of the whole text.
    private let bytes: [UInt8]
    /// Fields with doubled quotes, unescaped one behind the other.
    private var unescaped: [UInt8] = []
    private var fields: [(range: Range<Int>, isUnescaped: Bool)] = []

    init(line: Int, bytes: [UInt8]) {
        self.line = line
        self.bytes = bytes
        fields.reserveCapacity(16)
    }

    package var count: Int { fields.count }

    mutating func add(_ range: Range<Int>) { fields.append((range, false)) }

    /// Adds a field in which every quote stands twice.
    mutating func addUnescaped(_ range: Range<Int>) {
        let start = unescaped.count
        var wasQuote = false
        for byte in bytes[range] {
            wasQuote = byte == quote && !wasQuote
            if !wasQuote { unescaped.append(byte) }
        }
        fields.append((start..<unescaped.count, true))
    }

    private func bytes(_ field: Int) -> ArraySlice<UInt8> {
        let (range, isUnescaped) = fields[field]
        return isUnescaped ? unescaped[range] : bytes[range]
    }

    /// The text of a field. Bytes that are not UTF-8 show as U+FFFD; ``isUTF8`` tells.
    package subscript(field: Int) -> String { String(decoding: bytes(field), as: UTF8.self) }

    /// The number in a field; nil where it is empty or holds anything else.
    func number(_ field: Int) -> Double? { isEmpty(field) ? nil : Double(self[field]) }

    func isEmpty(_ field: Int) -> Bool { fields[field].range.isEmpty }

    var isUTF8: Bool { fields.indices.allSatisfy { String(validating: bytes($0), as: UTF8.self) != nil } }

    package static func == (left: Self, right: Self) -> Bool {
        left.line == right.line && left.count == right.count
            && left.fields.indices.allSatisfy { left.bytes($0) == right.bytes($0) }
    }
}

private let comma = UInt8(ascii: ",")
private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
