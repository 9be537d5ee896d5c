import FleetModel
package import FleetTransport

/// Writes JSON for people: two spaces a level, keys sorted, and every character a terminal could act on escaped.
package enum JSONText {
    /// The text without a line break at its end.
    package static func pretty(_ value: JSONValue) -> String {
        var text = ""
        write(value, indentation: "", to: &text)
        return text
    }

    /// A JSON string literal, quotes included. Characters outside the Basic Multilingual Plane are escaped as surrogate pairs
    /// (RFC 8259, section 7).
    package static func literal(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where TerminalText.isUnsafe(scalar):
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// A value without members, as JSON and YAML both write it; nil for arrays, objects and strings.
    package static func plainScalar(_ value: JSONValue) -> String? {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? plainNumber(value) : "null"
        case .string, .array, .object: nil
        }
    }

    private static func write(_ value: JSONValue, indentation: String, to text: inout String) {
        let inner = indentation + "  "
        switch value {
        case .string(let string): text += literal(string)
        case .array(let elements):
            guard !elements.isEmpty else {
                text += "[]"
                return
            }
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner
                write(element, indentation: inner, to: &text)
            }
            text += "\n\(indentation)]"
        case .object(let members):
            guard !members.isEmpty else {
                text += "{}"
                return
            }
            text += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                text += (index == 0 ? "\n" : ",\n") + inner + literal(member.key) + ": "
                write(member.value, indentation: inner, to: &text)
            }
            text += "\n\(indentation)}"
        default: text += plainScalar(value) ?? "null"
        }
    }
}
