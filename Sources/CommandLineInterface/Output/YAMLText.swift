package import FleetTransport

/// Writes YAML 1.2 that fleet files are read from: block style, short lists of plain words in one line, and strings quoted
/// wherever a reader of any YAML version could take them for something else.
package enum YAMLText {
    /// One document, ending with a line break.
    package static func document(_ value: JSONValue) -> String {
        var text = ""
        write(value, indentation: "", to: &text)
        return text
    }

    /// Several documents, separated by `---`.
    package static func documents(_ values: [JSONValue]) -> String {
        values.map(document).joined(separator: "---\n")
    }

    /// Members that come before the others, in this order, at every level; the rest follow by name.
    private static let leadingKeys = ["apiVersion", "kind", "metadata", "name"]

    /// The longest list written in one line.
    private static let flowWidth = 80

    private static func write(_ value: JSONValue, indentation: String, to text: inout String) {
        switch value {
        case .object(let members) where !members.isEmpty:
            for key in ordered(members.keys) { writeMember(key, members[key] ?? .null, indentation: indentation, to: &text) }
        case .array(let elements) where !elements.isEmpty:
            for element in elements { writeElement(element, indentation: indentation, to: &text) }
        default: text += "\(indentation)\(scalar(value))\n"
        }
    }

    private static func writeMember(_ key: String, _ value: JSONValue, indentation: String, to text: inout String) {
        text += "\(indentation)\(string(key)):"
        if let inline = inline(value) {
            text += " \(inline)\n"
        } else {
            text += "\n"
            write(value, indentation: indentation + "  ", to: &text)
        }
    }

    private static func writeElement(_ value: JSONValue, indentation: String, to text: inout String) {
        if let inline = inline(value) {
            text += "\(indentation)- \(inline)\n"
            return
        }
        var nested = ""
        write(value, indentation: indentation + "  ", to: &nested)
        text += "\(indentation)- \(nested.dropFirst(indentation.count + 2))"
    }

    /// The value where it fits behind its key; nil where it needs lines of its own.
    private static func inline(_ value: JSONValue) -> String? {
        switch value {
        case .object(let members): return members.isEmpty ? "{}" : nil
        case .array(let elements):
            var parts: [String] = []
            for element in elements {
                switch element {
                case .array, .object: return nil
                default: parts.append(scalar(element))
                }
            }
            let list = "[" + parts.joined(separator: ", ") + "]"
            return list.utf8.count <= flowWidth ? list : nil
        default: return scalar(value)
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): string(text)
        case .array: "[]"
        case .object: "{}"
        default: JSONText.plainScalar(value) ?? "null"
        }
    }

    private static func string(_ text: String) -> String { isPlain(text) ? text : JSONText.literal(text) }

    /// Words YAML 1.1 or 1.2 reads as something other than text.
    private static let reserved: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

    /// Whether every reader takes the bare word for text: letters first, or a quantity such as `11 req/s`.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, last != 32, bytes.count <= 200,
            bytes.allSatisfy({ isLetter($0) || isDigit($0) || [32, 37, 45, 46, 47, 95].contains($0) })
        else { return false }
        if isLetter(first) || (first == 47 && bytes.count > 1) { return !reserved.contains(text.lowercased()) }
        return isDigit(first) && isQuantity(bytes)
    }

    /// A decimal number and a unit of letters that no number format begins with (`0x1F`, `1e5` and dates are no quantities).
    private static func isQuantity(_ bytes: [UInt8]) -> Bool {
        var unit = bytes.drop { isDigit($0) || $0 == 46 }
        if unit.first == 32 { unit = unit.dropFirst() }
        guard let first = unit.first, first == 37 || isLetter(first), ![69, 101, 88, 120, 79, 111, 66, 98].contains(first) else {
            return false
        }
        return unit.allSatisfy { isLetter($0) || $0 == 37 || $0 == 47 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func ordered(_ keys: Dictionary<String, JSONValue>.Keys) -> [String] {
        keys.sorted { left, right in
            let (leftRank, rightRank) = (rank(left), rank(right))
            return leftRank == rightRank ? left < right : leftRank < rightRank
        }
    }

    private static func rank(_ key: String) -> Int { leadingKeys.firstIndex(of: key) ?? leadingKeys.count }
}
