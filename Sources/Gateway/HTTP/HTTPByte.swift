/// The byte classes of HTTP's grammar, as bit masks: no table to load, no branch per class.
enum HTTPByte {
    static let tab: UInt8 = 9
    static let lineFeed: UInt8 = 10
    static let carriageReturn: UInt8 = 13
    static let space: UInt8 = 32
    static let comma: UInt8 = 44
    static let slash: UInt8 = 47
    static let colon: UInt8 = 58
    static let semicolon: UInt8 = 59

    /// `tchar` of RFC 9110 section 5.6.2: methods and field names.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// What may stand in an origin-form target (RFC 3986 `pchar`, `/`, `?`; `%` is checked further by the parser).
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool {
        contains(byte, low: 0xAFFF_FFF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
    }

    /// What may stand in `host[:port]` (RFC 3986 `reg-name`, IP literals in brackets).
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool {
        contains(byte, low: 0x2FFF_7FD2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
    }

    /// What may stand in a field value: visible characters, space, tab and `obs-text`; no control (RFC 9110 section 5.5).
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7F) || byte == tab }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// The value of a hexadecimal digit; nil for any other byte.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if byte &- 48 < 10 { return byte &- 48 }
        let lower = byte | 0x20
        return lower &- 97 < 6 ? lower &- 87 : nil
    }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

    @inline(__always)
    private static func contains(_ byte: UInt8, low: UInt64, high: UInt64) -> Bool {
        if byte < 64 { return (low >> UInt64(byte)) & 1 == 1 }
        return byte < 128 && (high >> UInt64(byte &- 64)) & 1 == 1
    }
}

extension UnsafeRawBufferPointer {
    /// The end of what may stand in a field value, from `start` on: eight bytes are judged at a time, one by one where any of them
    /// is not plain ASCII text.
    @inline(__always)
    func endOfFieldValue(from start: Int, to end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = start
        while position &+ 8 <= end {
            let word = loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let special = (word &- ones &* 0x20) | ((word ^ (ones &* 0x7F)) &- ones) | word
            if special & (ones &* 0x80) != 0 { break }
            position &+= 8
        }
        while position < end, HTTPByte.isFieldValue(self[position]) { position &+= 1 }
        return position
    }

    /// Whether the bytes of a range spell `text`, which must be given in lower case, whatever their case.
    @inline(__always)
    func spells(_ text: StaticString, at start: Int, count: Int) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let wanted = text.utf8Start
        for index in 0..<count where HTTPByte.lowercased(self[start &+ index]) != wanted[index] { return false }
        return true
    }

    /// Whether the bytes of a range begin with `text`, which must be given in lower case, whatever their case.
    @inline(__always)
    func begins(with text: StaticString, at start: Int, count: Int) -> Bool {
        count >= text.utf8CodeUnitCount && spells(text, at: start, count: text.utf8CodeUnitCount)
    }

    /// Whether a path or part of it begins with `text`, byte for byte.
    func begins(with text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where self[range.lowerBound &+ index] != text.utf8Start[index] { return false }
        return true
    }
}
