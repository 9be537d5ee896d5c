import FleetModel

/// Writes JSON into bytes. Text may be any bytes a client sent: what is not UTF-8 is replaced, and every character that could
/// end a line, move a terminal's cursor or turn the direction of text is escaped.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    // MARK: Structure

    package mutating func object(_ body: (inout JSONWriter) -> Void) { nested(123, 125, body) }
    package mutating func array(_ body: (inout JSONWriter) -> Void) { nested(91, 93, body) }

    private mutating func nested(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(34)
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(34)
        bytes.append(58)
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(44) }
        needsComma = true
    }

    // MARK: Values

    package mutating func value(_ text: some Collection<UInt8>) {
        separate()
        bytes.append(34)
        if text.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 34 && $0 != 92 }) {
            bytes.append(contentsOf: text)
        } else {
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { append(scalar) }
        }
        bytes.append(34)
    }

    package mutating func value(_ text: String) { value(text.utf8) }

    package mutating func value(_ number: some BinaryInteger) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    package mutating func value(_ flag: Bool) {
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// Milliseconds with three decimals; never less than nothing.
    package mutating func milliseconds(_ duration: Duration) {
        let microseconds = max(0, duration / .microseconds(1))
        separate()
        bytes.append(contentsOf: Self.thousandths(Int64(microseconds)).utf8)
    }

    /// A number with up to three decimals.
    package mutating func decimal(_ number: Double) {
        separate()
        let clamped = number.isFinite ? min(max(number, -1e12), 1e12) : 0
        let thousandths = Int64((clamped * 1_000).rounded())
        bytes.append(contentsOf: ((thousandths < 0 ? "-" : "") + Self.thousandths(abs(thousandths))).utf8)
    }

    /// A number with all its digits; what is not finite is 0.
    package mutating func precise(_ number: Double) {
        separate()
        bytes.append(contentsOf: "\(number.isFinite ? number : 0)".utf8)
    }

    private static func thousandths(_ value: Int64) -> String {
        guard value % 1_000 > 0 else { return "\(value / 1_000)" }
        var decimals = String(value % 1_000 + 1_000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(value / 1_000).\(decimals)"
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 34, 92: bytes += [92, UInt8(scalar.value)]
        case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF:
            let digits = String(scalar.value, radix: 16)
            bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
        default: bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        }
    }
}
