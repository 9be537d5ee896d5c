import FleetModel

/// A value to be written, in the order it shall stand.
indirect enum OutputValue: Equatable, Sendable {
    case text(String)
    case number(Double)
    case integer(Int64)
    case bool(Bool)
    case list([OutputValue])
    case object([(key: String, value: OutputValue)])
    /// Ready JSON, written as it is.
    case json(String)

    static func == (left: OutputValue, right: OutputValue) -> Bool { left.compactJSON == right.compactJSON }

    var isEmpty: Bool {
        switch self {
        case .list(let values): values.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    var compactJSON: String {
        var text = ""
        appendJSON(to: &text)
        return text
    }

    private func appendJSON(to text: inout String) {
        switch self {
        case .text(let value): text += jsonText(value)
        case .number(let value): text += plainNumber(value)
        case .integer(let value): text += String(value)
        case .bool(let value): text += value ? "true" : "false"
        case .json(let ready): text += ready
        case .list(let values):
            text += "["
            for (position, value) in values.enumerated() {
                if position > 0 { text += "," }
                value.appendJSON(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (position, member) in members.enumerated() {
                if position > 0 { text += "," }
                text += jsonText(member.key) + ":"
                member.value.appendJSON(to: &text)
            }
            text += "}"
        }
    }
}

/// A JSON string (RFC 8259, section 7), which is also a double-quoted YAML scalar. What YAML does not print is escaped too.
func jsonText(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
        switch scalar.value {
        case 0x22: text += "\\\""
        case 0x5C: text += "\\\\"
        case 0x0A: text += "\\n"
        case 0x0D: text += "\\r"
        case 0x09: text += "\\t"
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x2029, 0xFEFF, 0xFFFE...0xFFFF:
            let hex = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text + "\""
}
