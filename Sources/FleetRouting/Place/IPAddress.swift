/// An IP address of either version, in fixed size.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The 128 bits; a version 4 address is in the low 32 of ``low``.
    package let high: UInt64
    package let low: UInt64
    package let isVersion4: Bool

    /// The longest text of an address: `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`.
    package static let longestText = 45

    package init(version4 bits: UInt32) { (high, low, isVersion4) = (0, UInt64(bits), true) }

    /// An IPv4-mapped address (`::ffff:a.b.c.d`) is the version 4 address it stands for, because that is where a connection to it
    /// goes.
    package init(high: UInt64, low: UInt64) {
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        (self.high, self.low, isVersion4) = (high, isMapped ? low & 0xFFFF_FFFF : low, isMapped)
    }

    /// Strict: four decimal numbers without leading zeros, or RFC 4291 text without a zone.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        var text = text
        guard let address = text.withUTF8({ IPAddress(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// The same of bytes. Allocates nothing.
    package init?(_ text: UnsafeRawBufferPointer) {
        guard text.count <= Self.longestText else { return nil }
        if let bits = Self.version4(text, 0..<text.count) {
            self.init(version4: bits)
        } else if let (high, low) = Self.version6(text) {
            self.init(high: high, low: low)
        } else {
            return nil
        }
    }

    private static func version4(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt32? {
        var bits: UInt32 = 0
        var parts = 0
        var position = range.lowerBound
        while true {
            let start = position
            var value: UInt32 = 0
            while position < range.upperBound, position - start < 3, (48...57).contains(text[position]) {
                value = value * 10 + UInt32(text[position] - 48)
                position += 1
            }
            let digits = position - start
            guard digits > 0, value <= 255, digits == 1 || text[start] != 48 else { return nil }
            bits = bits << 8 | value
            parts += 1
            guard position < range.upperBound else { return parts == 4 ? bits : nil }
            guard parts < 4, text[position] == 46 else { return nil }
            position += 1
        }
    }

    /// Up to eight groups of 16 bits, a run of zero groups as `::` once, and the last two as a version 4 address if need be.
    private static func version6(_ text: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
        var groups = SIMD8<UInt16>()
        var count = 0
        var gap: Int?
        var position = 0
        guard text.count >= 2 else { return nil }
        if text[0] == 58 {
            guard text[1] == 58 else { return nil }
            gap = 0
            position = 2
        }
        while position < text.count {
            guard count < 8 else { return nil }
            let start = position
            var value: UInt16 = 0
            while position < text.count, position - start < 4, let digit = hexadecimal(text[position]) {
                value = value << 4 | UInt16(digit)
                position += 1
            }
            if position < text.count, text[position] == 46 {
                guard count <= 6, let bits = version4(text, start..<text.count) else { return nil }
                groups[count] = UInt16(bits >> 16)
                groups[count + 1] = UInt16(truncatingIfNeeded: bits)
                count += 2
                break
            }
            guard position > start else { return nil }
            groups[count] = value
            count += 1
            guard position < text.count else { break }
            guard text[position] == 58, position + 1 < text.count else { return nil }
            position += 1
            if text[position] == 58 {
                guard gap == nil else { return nil }
                gap = count
                position += 1
            }
        }
        guard let gap else { return count == 8 ? words(groups) : nil }
        guard count <= 7 else { return nil }
        var spread = SIMD8<UInt16>()
        for index in 0..<gap { spread[index] = groups[index] }
        for index in gap..<count { spread[8 - count + index] = groups[index] }
        return words(spread)
    }

    private static func words(_ groups: SIMD8<UInt16>) -> (high: UInt64, low: UInt64) {
        var (high, low): (UInt64, UInt64) = (0, 0)
        for index in 0..<4 {
            high = high << 16 | UInt64(groups[index])
            low = low << 16 | UInt64(groups[index + 4])
        }
        return (high, low)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// Dotted decimal, or RFC 5952 text.
    package var description: String {
        if isVersion4 {
            let bytes: [UInt64] = [low >> 24 & 255, low >> 16 & 255, low >> 8 & 255, low & 255]
            return bytes.map { String($0) }.joined(separator: ".")
        }
        var groups: [UInt64] = []
        for word in [high, low] {
            for shift: UInt64 in [48, 32, 16, 0] { groups.append(word >> shift & 0xFFFF) }
        }
        var longest = 0..<0
        var index = 0
        while index < 8 {
            let end = groups[index...].firstIndex { $0 != 0 } ?? 8
            if end - index > max(longest.count, 1) { longest = index..<end }
            index = max(end, index) + 1
        }
        let texts = groups.map { String($0, radix: 16) }
        guard !longest.isEmpty else { return texts.joined(separator: ":") }
        return texts[..<longest.lowerBound].joined(separator: ":") + "::"
            + texts[longest.upperBound...].joined(separator: ":")
    }
}
