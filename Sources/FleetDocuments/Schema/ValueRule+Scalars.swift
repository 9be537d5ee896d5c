import FleetModel

extension ValueRule where Value == String {
    static func text(_ accepted: String) -> ValueRule {
        .scalar(accepted: accepted, read: { text, _ in text }, write: { .text($0) })
    }

    static var secretText: ValueRule {
        .scalar(accepted: "text", isSecret: true, read: { text, _ in text }, write: { .text($0) })
    }
}

extension ValueRule where Value == Bool {
    static var flag: ValueRule {
        .scalar(
            accepted: "true or false", read: { text, isQuoted in isQuoted ? nil : ["true": true, "false": false][text] },
            write: { .bool($0) })
    }
}

extension ValueRule where Value == Int {
    static func whole(_ what: String) -> ValueRule {
        .scalar(
            accepted: "a whole number of \(what)",
            read: { text, isQuoted in
                let digits = text.first == "-" ? text.dropFirst() : text[...]
                guard !isQuoted, let first = digits.utf8.first, (48...57).contains(first), first != 48 || digits == "0" else {
                    return nil
                }
                return Int(text)
            },
            write: { .integer(Int64($0)) })
    }

    /// A size kept in whole bytes.
    static var bytes: ValueRule {
        .scalar(
            accepted: "a size of whole bytes such as 512KiB or 64MiB",
            read: { text, _ in
                guard let size = Gibibytes(text: text) else { return nil }
                let bytes = size.value * 1_073_741_824
                return bytes == bytes.rounded() && bytes < 1e15 ? Int(bytes) : nil
            },
            write: { .text(Gibibytes(Double($0) / 1_073_741_824).text) })
    }

    /// A time kept in whole milliseconds.
    static func milliseconds(allowsZero: Bool) -> ValueRule {
        .scalar(
            accepted: "a time \(allowsZero ? "of at least 0" : "above 0") such as 500ms, 20s or 10m",
            read: { text, _ in
                if let parsed = NumberWithUnit(text), allowsZero, parsed.number == 0,
                    ["us", "ms", "s", "m", "h", "d"].contains(parsed.unit)
                {
                    return 0
                }
                guard let duration = Duration(text: text), duration.components.attoseconds.isMultiple(of: 1_000_000_000_000_000)
                else {
                    return nil
                }
                return Int(duration.components.seconds) * 1_000 + Int(duration.components.attoseconds / 1_000_000_000_000_000)
            },
            write: { .text(Duration.milliseconds($0).text) })
    }
}

extension ValueRule where Value == UInt64 {
    /// A counter, in quotes or not: JSON cannot carry 64 bits as a number.
    static var counter: ValueRule {
        .scalar(
            accepted: "a whole number of at least 0", read: { text, _ in UInt64(text) }, write: { .integer(Int64(clamping: $0)) })
    }

    static var textCounter: ValueRule {
        .scalar(
            accepted: "a whole number of at least 0, in quotes", read: { text, _ in UInt64(text) }, write: { .text(String($0)) })
    }
}

extension ValueRule where Value == Double {
    static func number(_ what: String) -> ValueRule {
        .scalar(
            accepted: what,
            read: { text, isQuoted in
                let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
                guard !isQuoted, isDecimal, let number = Double(text), number.isFinite else { return nil }
                return number
            },
            write: { .number($0) })
    }
}

extension ValueRule where Value: TextQuantity {
    /// A number with its unit.
    static var quantity: ValueRule {
        .scalar(accepted: Value.accepted, read: { text, _ in Value(text: text) }, write: { .text($0.text) })
    }
}

extension ValueRule where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a fixed set of words.
    static var choice: ValueRule {
        let words = Value.allCases.map(\.rawValue)
        return ValueRule(
            accepted: NearestWord.choices(words),
            read: { node, reading in
                guard case .scalar(let text, _) = node.content, !node.isNull else {
                    reading.report(line: node.line, "\(node.kindName) is given", accepted: NearestWord.choices(words))
                    return nil
                }
                if let value = Value(rawValue: text) { return value }
                let ranked = NearestWord.ranked(words, to: text)
                reading.report(line: node.line, "\(quoted(text)) is not one of the values", accepted: NearestWord.choices(ranked))
                return nil
            },
            write: { .text($0.rawValue) })
    }
}

extension ValueRule {
    /// A name of another resource, or of a part of one.
    static func name<Kind>(_ what: String) -> ValueRule where Value == Identifier<Kind> {
        ValueRule<String>.text(what).mapped({ Identifier($0) }, back: { $0.rawValue })
    }
}
