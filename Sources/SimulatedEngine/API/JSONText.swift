/// JSON text written by hand: on the hot path the few shapes an engine answers with are cheaper this way than through an encoder.
enum JSONText {
    /// The text as a JSON string with its quotes (RFC 8259, section 7), cut to `limit` characters.
    static func quoted(_ text: String, limit: Int = .max) -> String {
        var result = "\""
        for scalar in text.prefix(limit).unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
