/// A request's place in a trace (W3C Trace Context). Its own span is the server's; attempts are its children.
package struct TraceContext: Equatable, Sendable {
    package var high: UInt64 = 0
    package var low: UInt64 = 0
    /// The client's span; 0 where the trace begins here.
    package var parent: UInt64 = 0
    /// 0 where the request is not traced.
    package var span: UInt64 = 0
    /// `trace-flags`.
    package var flags: UInt8 = 0

    package init() {}

    package var isSampled: Bool { span != 0 }

    /// Whether a trace that begins here is taken: of equal shares everywhere on its way, for it is decided by the trace's own
    /// 56 random bits (OpenTelemetry, "TraceState: Probability Sampling", consistent probability sampling: the randomness R is
    /// at least the rejection threshold T).
    package static func isInShare(_ share: Double, low: UInt64) -> Bool {
        guard share < 1 else { return true }
        guard share > 0 else { return false }
        let randomness = low & 0x00FF_FFFF_FFFF_FFFF
        return Double(randomness) >= (1 - share) * 0x1p56
    }

    /// Hexadecimal digits as a number; nil for anything else.
    package static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 48...57: value = value << 4 | UInt64(digit - 48)
            case 97...102: value = value << 4 | UInt64(digit - 87)
            default: return nil
            }
        }
        return value
    }

    /// Sixteen hexadecimal digits.
    package static func digits(_ value: UInt64) -> [UInt8] {
        (0..<16).map { index in
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 15
            return digit < 10 ? 48 + digit : 87 + digit
        }
    }
}
