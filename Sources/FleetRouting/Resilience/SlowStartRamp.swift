package import FleetModel

/// The share of its load a replica takes so long after it came in, by Envoy's slow start:
/// share = max(minWeight, (elapsed / window)^(1 / aggression)), 1 from the window's end.
package struct SlowStartRamp: Equatable, Sendable {
    private let windowNanoseconds: Double
    private let exponent: Double
    private let floor: Double

    package init(_ slowStart: SlowStart) {
        windowNanoseconds = Double(min(max(slowStart.windowMilliseconds, 0), Self.longestMilliseconds)) * 1e6
        exponent = slowStart.aggression.isFinite ? 1 / min(max(slowStart.aggression, 0.1), 10) : 1
        floor = slowStart.minWeight.isFinite ? min(max(slowStart.minWeight, Self.leastShare), 1) : 1
    }

    package static let standard = SlowStartRamp(SlowStart())

    /// Whatever a document says, a replica is given this much at least: a share of 0 could never be divided by.
    package static let leastShare = 0.001
    /// The longest window, one hour, as documents are held to.
    static let longestMilliseconds = 3_600_000

    package func share(elapsedNanoseconds: Double) -> Double {
        guard elapsedNanoseconds < windowNanoseconds else { return 1 }
        guard elapsedNanoseconds > 0 else { return floor }
        let part = elapsedNanoseconds / windowNanoseconds
        return max(floor, exponent == 1 ? part : Self.power(part, exponent))
    }

    /// base^exponent for a base above 0 and at most 1; good to nine digits. The core imports no mathematics library.
    static func power(_ base: Double, _ exponent: Double) -> Double { exponential(logarithm(base) * exponent) }

    private static let ln2 = 0.693_147_180_559_945_3

    /// ln(2^k · s) = k ln 2 + 2 artanh((s − 1) / (s + 1)), s from 1 to 2.
    private static func logarithm(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        var term = ratio
        for odd in stride(from: 1.0, through: 21.0, by: 2.0) {
            sum += term / odd
            term *= square
        }
        return Double(value.exponent) * ln2 + 2 * sum
    }

    /// e^v = 2^n · e^r with |r| at most ln 2 / 2.
    private static func exponential(_ value: Double) -> Double {
        guard value > -700 else { return 0 }
        let whole = (value / ln2).rounded()
        let rest = value - whole * ln2
        var sum = 1.0
        var term = 1.0
        for divisor in 1...13 {
            term *= rest / Double(divisor)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: sum)
    }
}
