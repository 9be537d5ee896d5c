/// How quantities are written in fleet files. One place says what each unit accepts, so that errors can teach it.
package protocol TextQuantity: Sendable {
    /// What would be accepted, for error messages: "a rate such as 11 req/s".
    static var accepted: String { get }
    /// Reads the quantity; nil when the text is anything else (a unit is required).
    init?(text: String)
    /// The text `init(text:)` reads back to the same value.
    var text: String { get }
}

/// A number and the unit behind it: "11 req/s" is (11, "req/s").
package struct NumberWithUnit: Equatable, Sendable {
    package let number: Double
    package let unit: String

    /// Splits a decimal number from its unit. Nil for no number, NaN, infinity, hexadecimal or an exponent.
    package init?(_ text: String) {
        let trimmed = text.utf8.drop { $0 == 32 }
        let digits = trimmed.prefix { (48...57).contains($0) || $0 == 46 || $0 == 45 || $0 == 43 }
        guard !digits.isEmpty, let number = Double(String(Substring(digits))), number.isFinite else { return nil }
        var unit = trimmed.dropFirst(digits.count).drop { $0 == 32 }
        while unit.last == 32 { unit = unit.dropLast() }
        self.number = number
        self.unit = String(Substring(unit))
    }
}

/// A number without a needless fraction: 11, not 11.0.
package func plainNumber(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
}

extension USDPerHour: TextQuantity {
    package static var accepted: String { "a price of at least 0 such as 1.25 USD/h" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "USD/h", parsed.number >= 0 else { return nil }
        self.init(parsed.number)
    }
    package var text: String { "\(plainNumber(value)) USD/h" }
}

extension RequestsPerSecond: TextQuantity {
    package static var accepted: String { "a rate above 0 such as 11 req/s" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "req/s", parsed.number > 0 else { return nil }
        self.init(parsed.number)
    }
    package var text: String { "\(plainNumber(value)) req/s" }
}

extension TokensPerSecond: TextQuantity {
    package static var accepted: String { "a rate above 0 such as 9000 tok/s" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "tok/s", parsed.number > 0 else { return nil }
        self.init(parsed.number)
    }
    package var text: String { "\(plainNumber(value)) tok/s" }
}

extension Gibibytes: TextQuantity {
    package static var accepted: String { "a size above 0 such as 80GiB" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.number > 0 else { return nil }
        switch parsed.unit {
        case "GiB", "Gi": self.init(parsed.number)
        case "MiB", "Mi": self.init(parsed.number / 1_024)
        case "TiB", "Ti": self.init(parsed.number * 1_024)
        default: return nil
        }
    }
    package var text: String { "\(plainNumber(value))GiB" }
}

extension Share: TextQuantity {
    package static var accepted: String { "a share from 0% to 100%" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "%", (0...100).contains(parsed.number) else { return nil }
        self.init(parsed.number / 100)
    }
    package var text: String { "\(plainNumber((fraction * 1e9).rounded() / 1e7))%" }
}

extension Duration: TextQuantity {
    package static var accepted: String { "a time above 0 such as 120ms, 30s, 5m or 1h" }
    /// The longest accepted time, so that arithmetic on instants cannot overflow.
    package static var longestAccepted: Duration { .seconds(366 * 86_400) }

    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.number > 0 else { return nil }
        let perUnit: [String: Double] = ["us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let factor = perUnit[parsed.unit], parsed.number * factor <= Self.longestAccepted.seconds else { return nil }
        self = .nanoseconds(Int64((parsed.number * factor * 1e9).rounded()))
    }

    package var text: String {
        let nanoseconds = (seconds * 1e9).rounded()
        for (unit, size) in [("h", 3.6e12), ("m", 6e10), ("s", 1e9), ("ms", 1e6)] where nanoseconds >= size {
            if nanoseconds.truncatingRemainder(dividingBy: size) == 0 { return "\(plainNumber(nanoseconds / size))\(unit)" }
        }
        return nanoseconds >= 1e9 ? "\(plainNumber(nanoseconds / 1e9))s" : "\(plainNumber(nanoseconds / 1e6))ms"
    }
}
