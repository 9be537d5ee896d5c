/// FNV-1a, 64 bit: a hash that is the same in every process, unlike `Hasher` (draft-eastlake-fnv, section 2).
struct StableHash: Equatable, Sendable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        // Ends the text, so that ("ab", "c") and ("a", "bc") differ: 0xFF occurs in no UTF-8.
        combine(0xFF as UInt8)
    }

    mutating func combine(_ number: Int) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private mutating func combine(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}
