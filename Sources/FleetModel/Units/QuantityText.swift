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
    /// The number as written: a sign, digits and at most one point.
    package let digits: String

    /// Splits a decimal number from its unit. Nil for no number, NaN, infinity, hexadecimal or an exponent.
    package init?(_ text: String) {
        let trimmed = text.utf8.drop { $0 == 32 }
        let digits = trimmed.prefix { (48...57).contains($0) || $0 == 46 || $0 == 45 || $0 == 43 }
        guard !digits.isEmpty, let number = Double(String(Substring(digits))), number.isFinite else { return nil }
        var unit = trimmed.dropFirst(digits.count).drop { $0 == 32 }
        while unit.last == 32 { unit = unit.dropLast() }
        self.number = number
        self.unit = String(Substring(unit))
        self.digits = String(Substring(digits))
    }

    /// The number times `scale`, rounded to the nearest integer, without a detour through binary fractions.
    /// Nil where it is negative or overflows.
    func scaled(by scale: Int64) -> Int64? {
        let parts = digits.drop { $0 == "+" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts[0].isEmpty ? 0 : Int64(parts[0]), whole >= 0 else { return nil }
        let (product, overflows) = whole.multipliedReportingOverflow(by: scale)
        guard !overflows else { return nil }
        guard parts.count == 2 else { return product }
        // 18 digits decide every unit up to a day in nanoseconds; more than that only breaks ties.
        let fraction = Double("0." + parts[1].prefix(18)) ?? 0
        let (sum, sumOverflows) = product.addingReportingOverflow(Int64((fraction * Double(scale)).rounded()))
        return sumOverflows ? nil : sum
    }
}

/// A number without a needless fraction and never with an exponent: 11, not 11.0; 0.00001, not 1e-05.
package func plainNumber(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    let shortest = String(value)
    guard let mark = shortest.firstIndex(of: "e"), let exponent = Int(shortest[shortest.index(after: mark)...]) else {
        return shortest
    }
    let mantissa = shortest[..<mark].drop { $0 == "-" }
    let whole = mantissa.prefix { $0 != "." }
    let fraction = mantissa.dropFirst(whole.count).drop { $0 == "." }
    var digits = whole + (fraction == "0" ? "" : fraction)
    let point = whole.count + exponent
    if point <= 0 {
        digits = "0." + String(repeating: "0", count: -point) + digits
    } else if point >= digits.count {
        digits += String(repeating: "0", count: point - digits.count)
    } else {
        digits.insert(".", at: digits.index(digits.startIndex, offsetBy: point))
    }
    return (value < 0 ? "-" : "") + digits
}

extension USDPerHour: TextQuantity {
    package static var accepted: String { "a price of at least 0 such as 1.25 USD/h or 900 USD/month" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.number >= 0 else { return nil }
        switch parsed.unit {
        case "USD/h": self.init(parsed.number)
        case "USD/month": self.init(parsed.number / hoursPerMonth)
        default: return nil
        }
    }
    package var text: String { "\(plainNumber(value)) USD/h" }
}

extension USDPerGiB: TextQuantity {
    package static var accepted: String { "a price of at least 0 such as 0.09 USD/GiB" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "USD/GiB", parsed.number >= 0 else { return nil }
        self.init(parsed.number)
    }
    package var text: String { "\(plainNumber(value)) USD/GiB" }
}

extension USDPerGiBMonth: TextQuantity {
    package static var accepted: String { "a price of at least 0 such as 0.023 USD/GiB-month" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "USD/GiB-month", parsed.number >= 0 else { return nil }
        self.init(parsed.number)
    }
    package var text: String { "\(plainNumber(value)) USD/GiB-month" }
}

extension InterruptionRate: TextQuantity {
    package static var accepted: String { "how many nodes of a hundred are reclaimed, such as 5%/h or 20%/month" }
    /// Kept to a trillionth, so that every rate is written back as it was read.
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.number >= 0 else { return nil }
        let percent: Double
        switch parsed.unit {
        case "%/h": percent = parsed.number
        case "%/month": percent = parsed.number / hoursPerMonth
        default: return nil
        }
        guard percent <= 100 else { return nil }
        self.init(perNodeHour: (percent * 1e10).rounded() / 1e12)
    }
    package var text: String { "\(plainNumber((perNodeHour * 1e12).rounded() / 1e10))%/h" }
}

extension UTCOffset: TextQuantity {
    package static var accepted: String { "the clocks' distance from UTC such as +9h, -3h30m or 0h, from -12h to +14h" }
    package init?(text: String) {
        let bytes = Array(text.utf8)
        let isBehind = bytes.first == 45
        let unsigned = isBehind || bytes.first == 43 ? bytes.dropFirst() : bytes[...]
        let parts = unsigned.split(separator: 104, omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = Self.number(parts[0], most: 14) else { return nil }
        var minutes = hours * 60
        if !parts[1].isEmpty {
            guard parts[1].last == 109, let rest = Self.number(parts[1].dropLast(), most: 59) else { return nil }
            minutes += rest
        }
        guard Self.possible.contains(isBehind ? -minutes : minutes) else { return nil }
        self.init(minutes: isBehind ? -minutes : minutes)
    }

    private static func number(_ digits: ArraySlice<UInt8>, most: Int) -> Int? {
        guard (1...2).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
        return value <= most ? value : nil
    }

    package var text: String {
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        let sign = minutes > 0 ? "+" : minutes < 0 ? "-" : ""
        return "\(sign)\(hours)h\(rest == 0 ? "" : "\(rest)m")"
    }
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
        case "KiB", "Ki": self.init(parsed.number / 1_048_576)
        case "TiB", "Ti": self.init(parsed.number * 1_024)
        default: return nil
        }
    }
    /// In the largest of GiB, MiB and KiB it has one of; powers of two, so that nothing is rounded.
    package var text: String {
        if value >= 1 { return "\(plainNumber(value))GiB" }
        return value * 1_024 >= 1 ? "\(plainNumber(value * 1_024))MiB" : "\(plainNumber(value * 1_048_576))KiB"
    }
}

extension Share: TextQuantity {
    package static var accepted: String { "a share from 0% to 100%" }
    /// Kept to a billionth, so that every share is written back as it was read.
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "%", (0...100).contains(parsed.number) else { return nil }
        self.init((parsed.number * 1e7).rounded() / 1e9)
    }
    package var text: String { "\(plainNumber((fraction * 1e9).rounded() / 1e7))%" }
}

extension Duration: TextQuantity {
    package static var accepted: String { "a time above 0 such as 120ms, 30s, 5m or 1h" }
    /// The longest accepted time, so that arithmetic on instants cannot overflow.
    package static var longestAccepted: Duration { .seconds(366 * 86_400) }

    /// Nanoseconds in each unit, the largest first.
    private static let unitSizes: [(unit: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
        ("us", 1_000),
    ]

    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.number > 0,
            let size = Self.unitSizes.first(where: { $0.unit == parsed.unit })?.nanoseconds,
            let nanoseconds = parsed.scaled(by: size), nanoseconds > 0, .nanoseconds(nanoseconds) <= Self.longestAccepted
        else { return nil }
        self = .nanoseconds(nanoseconds)
    }

    /// The largest unit that needs no fraction; whole hours rather than days. What is finer than 1 us is a fraction of it.
    package var text: String {
        let nanoseconds = components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
        for (unit, size) in Self.unitSizes.dropFirst() where nanoseconds.isMultiple(of: size) && nanoseconds != 0 {
            return "\(nanoseconds / size)\(unit)"
        }
        let rest = String(1_000 + nanoseconds % 1_000).dropFirst()
        return nanoseconds == 0 ? "0s" : "\(nanoseconds / 1_000).\(rest)us"
    }
}
