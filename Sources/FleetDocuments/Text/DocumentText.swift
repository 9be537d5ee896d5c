/// The text of one document inside its file.
struct DocumentText: Sendable {
    /// Lines of the file before it.
    let lineOffset: Int
    let text: String

    /// Splits a file at its document markers: lines that start with `---` or `...`, which YAML allows nowhere else
    /// (YAML 1.2.2, production 206, c-forbidden). So a syntax error in one document hides nothing in the others.
    static func split(_ text: String) -> [DocumentText] {
        var documents: [DocumentText] = []
        var bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var start = 0
        var firstLine = 0
        var line = 0
        var position = 0
        while position < bytes.count {
            let isStart = isMarker(bytes, at: position, 0x2D)
            let isEnd = isMarker(bytes, at: position, 0x2E)
            if isStart || isEnd {
                append(bytes[start..<position], at: firstLine, to: &documents)
                (start, firstLine) = isStart ? (position, line) : (endOfLine(bytes, from: position), line + 1)
            }
            position = endOfLine(bytes, from: position)
            line += 1
        }
        append(bytes[start...], at: firstLine, to: &documents)
        return documents
    }

    private static func append(_ bytes: ArraySlice<UInt8>, at line: Int, to documents: inout [DocumentText]) {
        guard bytes.contains(where: { $0 > 0x20 }) else { return }
        documents.append(DocumentText(lineOffset: line, text: String(decoding: bytes, as: UTF8.self)))
    }

    private static func isMarker(_ bytes: [UInt8], at position: Int, _ byte: UInt8) -> Bool {
        guard position + 3 <= bytes.count, bytes[position..<position + 3].allSatisfy({ $0 == byte }) else { return false }
        return position + 3 == bytes.count || [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position + 3])
    }

    /// The position after the next line break, or the end.
    private static func endOfLine(_ bytes: [UInt8], from position: Int) -> Int {
        (bytes[position...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
    }

    /// How many characters could begin or separate values, those in comments and quotes included: see ``DocumentLimit/structure``.
    static func structure(of text: String) -> Int {
        var count = 0
        var last: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A, 0x2C, 0x3A, 0x5B, 0x7B: count += 1
            case 0x20 where last == 0x2D || last == 0x3F: count += 1
            default: break
            }
            last = byte
        }
        return count
    }

    /// The line, counted from 1 in the text, and the name of the first character YAML does not allow (YAML 1.2.2, production 1).
    /// Line breaks other than LF and CRLF are refused with them: editors and parsers disagree on what line follows.
    static func firstForbiddenCharacter(in text: String) -> (line: Int, name: String)? {
        var line = 1
        var followsCarriageReturn = false
        for scalar in text.unicodeScalars {
            let value = scalar.value
            if followsCarriageReturn, value != 0x0A { return (line, "a carriage return without line feed") }
            followsCarriageReturn = value == 0x0D
            if value == 0x0A { line += 1 }
            let isAllowed =
                value == 0x09 || value == 0x0A || value == 0x0D || (0x20...0x7E).contains(value)
                || (0xA0...0xD7FF).contains(value)
                || (0xE000...0xFFFD).contains(value) || value >= 0x10000
            if !isAllowed || (0x2028...0x2029).contains(value) {
                let hex = String(value, radix: 16, uppercase: true)
                return (line, "the character U+\(String(repeating: "0", count: max(0, 4 - hex.utf8.count)))\(hex)")
            }
        }
        return nil
    }
}
