/// SHA-256 of an API key, as four words.
///
/// Keys are 256 random bits, so one round is enough: a slow hash protects secrets that people choose.
package struct KeyDigest: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    /// The 32 bytes of a digest; nil for any other number of bytes.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        for index in 0..<4 { words[index] = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
        self.words = words
    }

    /// 64 hexadecimal digits; nil for anything else.
    package init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        guard let digest = bytes.withUnsafeBytes({ KeyDigest($0) }) else { return nil }
        self = digest
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        default: nil
        }
    }

    /// The place to look first in a table.
    var place: UInt64 { words[0] }

    /// Compares all bits whatever the first ones are.
    func matches(_ other: KeyDigest) -> Bool {
        let difference = words ^ other.words
        return (difference[0] | difference[1] | difference[2] | difference[3]) == 0
    }
}
