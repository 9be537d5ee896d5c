/// An amount of money: US dollars. Written `20 USD`.
///
/// Kept in whole billionths, so that sums of many small amounts are exact.
package struct USD: Hashable, Sendable, Comparable {
    package static let billionthsPerDollar: Int64 = 1_000_000_000

    package var billionths: Int64
    package init(billionths: Int64) { self.billionths = billionths }
    package static func < (left: Self, right: Self) -> Bool { left.billionths < right.billionths }
}

/// Price of text a model reads or writes: US dollars per million tokens. Written `0.5 USD/Mtok`.
///
/// Kept in whole billionths of a dollar per token, which is 0.001 USD per million tokens.
package struct USDPerMillionTokens: Hashable, Sendable, Comparable {
    package var billionthsPerToken: Int64
    package init(billionthsPerToken: Int64) { self.billionthsPerToken = billionthsPerToken }
    package static func < (left: Self, right: Self) -> Bool { left.billionthsPerToken < right.billionthsPerToken }
}

extension USD: TextQuantity {
    package static var accepted: String { "an amount of at least 0 such as 20 USD" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "USD",
            let billionths = parsed.scaled(by: Self.billionthsPerDollar)
        else { return nil }
        self.init(billionths: billionths)
    }
    package var text: String { "\(decimal(billionths, places: 9)) USD" }
}

extension USDPerMillionTokens: TextQuantity {
    package static var accepted: String { "a price of at least 0 in steps of 0.001, such as 0.5 USD/Mtok" }
    package init?(text: String) {
        guard let parsed = NumberWithUnit(text), parsed.unit == "USD/Mtok", let price = parsed.scaled(by: 1_000),
            parsed.scaled(by: 1_000_000) == price &* 1_000
        else { return nil }
        self.init(billionthsPerToken: price)
    }
    package var text: String { "\(decimal(billionthsPerToken, places: 3)) USD/Mtok" }
}

/// A whole number of the last of so many decimal places, without needless zeros: 1500 of 3 places is 1.5.
private func decimal(_ value: Int64, places: Int) -> String {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = padded.suffix(places)
    while fraction.last == "0" { fraction = fraction.dropLast() }
    return (value < 0 ? "-" : "") + padded.dropLast(places) + (fraction.isEmpty ? "" : ".\(fraction)")
}
