import FleetModel

/// Writes values as block-style YAML that any YAML reader understands the same way.
enum YAMLWriter {
    static func document(_ value: OutputValue) -> String {
        var text = ""
        append(value, indentation: 0, to: &text)
        return text
    }

    private static func append(_ value: OutputValue, indentation: Int, to text: inout String) {
        let space = String(repeating: " ", count: indentation)
        switch value {
        case .object(let members) where !members.isEmpty:
            for member in members {
                text += "\(space)\(scalar(member.key)):"
                appendAfterKey(member.value, indentation: indentation + 2, to: &text)
            }
        case .list(let values) where !values.isEmpty:
            for element in values {
                var block = ""
                append(element, indentation: indentation + 2, to: &block)
                text += "\(space)- \(block.dropFirst(element.isBlock ? indentation + 2 : 0))"
            }
        default:
            text += "\(inline(value))\n"
        }
    }

    private static func appendAfterKey(_ value: OutputValue, indentation: Int, to text: inout String) {
        if value.isBlock {
            text += "\n"
            append(value, indentation: indentation, to: &text)
        } else {
            text += " \(inline(value))\n"
        }
    }

    private static func inline(_ value: OutputValue) -> String {
        switch value {
        case .text(let text): scalar(text)
        case .list(let values): "[\(values.map(inline).joined(separator: ", "))]"
        case .object(let members): "{\(members.map { "\(scalar($0.key)): \(inline($0.value))" }.joined(separator: ", "))}"
        default: value.compactJSON
        }
    }

    /// Plain where no reader could take it for anything but text, otherwise in double quotes.
    static func scalar(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let isLetter = { (byte: UInt8) in (65...90).contains(byte) || (97...122).contains(byte) }
        let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, isLetter(first) || isDigit(first) || first == 47, last != 32,
            bytes.allSatisfy({ isLetter($0) || isDigit($0) || " ./_%+-".utf8.contains($0) })
        else { return jsonText(text) }
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        if words.contains(text.lowercased()) { return jsonText(text) }
        // Numbers, dates and sexagesimals of YAML 1.1 consist of these; a quantity has a unit behind its number.
        let looksNumeric = isDigit(first) && bytes.allSatisfy { isDigit($0) || "._+-abcdefxoABCDEFX ".utf8.contains($0) }
        return looksNumeric ? jsonText(text) : text
    }
}

extension OutputValue {
    /// Whether it takes lines of its own. Lists of plain values stay on the line of their key.
    fileprivate var isBlock: Bool {
        switch self {
        case .object(let members): !members.isEmpty
        case .list(let values):
            values.contains { element in
                switch element {
                case .object(let members): !members.isEmpty
                case .list(let inner): !inner.isEmpty
                default: false
                }
            }
        default: false
        }
    }
}
