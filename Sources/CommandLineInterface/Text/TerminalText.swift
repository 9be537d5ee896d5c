/// Makes text from files and servers safe to print: a name or message must never move the cursor, set a title, forge a line
/// or reorder what a person reads.
package enum TerminalText {
    /// The text with every control, format, and line- or paragraph-separating character written as an escape: `\n`, `\t`,
    /// `\u{1B}`.
    package static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": safe += "\\n"
            case "\r": safe += "\\r"
            case "\t": safe += "\\t"
            case _ where isUnsafe(scalar): safe += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// Whether a terminal may act on the character instead of showing it: the C0 and C1 controls (ECMA-48), and the format
    /// characters, among them those that reorder text (Unicode Technical Report 36, "bidirectional text spoofing").
    package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
