/// Numbers as the report writes them: rounded for a reader, never so far that two figures a sentence compares look equal.
package enum Figure {
    /// US dollars: two decimals; two significant digits below ten cents; whole above a thousand.
    package static func usd(_ value: Double) -> String {
        let size = abs(value)
        if size >= 1_000 { return decimal(value, places: 0) }
        return size >= 0.0995 || size == 0 ? fixed(value, places: 2) : significant(value, digits: 2)
    }

    /// Two amounts a sentence compares: with as many decimals as it takes to tell them apart, at most nine.
    static func usd(_ value: Double, against other: Double) -> (String, String) {
        var texts = (usd(value), usd(other))
        var places = 3
        while texts.0 == texts.1, value != other, places <= 9 {
            texts = (decimal(value, places: places), decimal(other, places: places))
            places += 1
        }
        return texts
    }

    /// US dollars with the sign in front, as for a difference.
    package static func signedUSD(_ value: Double) -> String { value < 0 ? usd(value) : "+" + usd(value) }

    /// Requests per second, with at most two decimals.
    package static func rate(_ value: Double) -> String {
        let size = abs(value)
        return size >= 100
            ? decimal(value, places: 0) : size >= 0.1 || size == 0 ? decimal(value, places: 2) : significant(value, digits: 2)
    }

    /// Whole milliseconds; one decimal below ten.
    package static func milliseconds(_ value: Double) -> String { decimal(value, places: abs(value) < 10 ? 1 : 0) }

    /// A round trip beside the budget it is compared with: with as many decimals as it takes to tell them apart.
    package static func milliseconds(_ value: Double, against budget: Double) -> String {
        let rough = milliseconds(value)
        return rough == milliseconds(budget) && value != budget ? decimal(value, places: 3) : rough
    }

    /// A share as a percentage with at most one decimal.
    package static func percent(_ share: Double) -> String { decimal(share * 100, places: 1) + "%" }

    /// A probability near one as a percentage: decimals until three digits other than leading nines are shown.
    package static func availability(_ probability: Double) -> String {
        var places = 2
        var missing = 1 - probability
        while missing > 0, missing < 0.001, places < 9 {
            missing *= 10
            places += 1
        }
        return decimal(probability * 100, places: places) + "%"
    }

    package static func hours(_ value: Double) -> String { decimal(value, places: value < 10 ? 1 : 0) }

    /// "2.5 h", "12 min" or "26 s".
    package static func time(hours: Double) -> String {
        if hours >= 1 { return "\(Self.hours(hours)) h" }
        return hours >= 1.0 / 60 ? "\(decimal(hours * 60, places: 0)) min" : "\(decimal(hours * 3_600, places: 0)) s"
    }

    package static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    /// "a", "a and b", "a, b and c", "a, b and 4 more".
    package static func list(_ names: [String], limit: Int = 3) -> String {
        guard names.count > 1 else { return names.first ?? "none" }
        if names.count > limit { return names.prefix(limit - 1).joined(separator: ", ") + " and \(names.count - limit + 1) more" }
        return names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    /// At most so many decimals, without trailing zeros, with commas between thousands.
    package static func decimal(_ value: Double, places: Int) -> String {
        let text = fixed(value, places: places)
        guard text.contains(".") else { return text }
        var digits = Substring(text)
        while digits.last == "0" { digits = digits.dropLast() }
        if digits.last == "." { digits = digits.dropLast() }
        return digits == "-0" ? "0" : String(digits)
    }

    /// Exactly so many decimals, at most nine, with commas between thousands.
    package static func fixed(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e18 else { return value.isFinite ? "\(value)" : "without limit" }
        let units = UInt64(scaled)
        let (whole, fraction) = units.quotientAndRemainder(dividingBy: UInt64(scale))
        var text = grouped(whole)
        if places > 0 {
            let digits = String(fraction)
            text += "." + String(repeating: "0", count: places - digits.count) + digits
        }
        return value < 0 && units > 0 ? "-" + text : text
    }

    private static func significant(_ value: Double, digits: Int) -> String {
        var places = digits
        var size = abs(value)
        while size < 0.1, places < 9 {
            size *= 10
            places += 1
        }
        return decimal(value, places: places)
    }

    private static func grouped(_ whole: UInt64) -> String {
        let digits = Array(String(whole))
        var text = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
