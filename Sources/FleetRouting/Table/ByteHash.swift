/// A 64-bit hash of bytes that is the same in every process and build (unlike `Hasher`): FNV-1a with a final mix (the finalizer of
/// MurmurHash3), which spreads short keys over the high bits too. Not for secrets.
package enum ByteHash {
    private static let offset: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01b3

    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = offset
        for byte in bytes { state = (state ^ UInt64(byte)) &* prime }
        return mix(state)
    }

    package static func hash(_ text: String) -> UInt64 {
        var state = offset
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* prime }
        return mix(state)
    }

    /// The hash of the bytes with ASCII letters made small.
    package static func caseInsensitiveHash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = offset
        for byte in bytes { state = (state ^ UInt64(lowercased(byte))) &* prime }
        return mix(state)
    }

    /// One hash of two.
    package static func combine(_ left: UInt64, _ right: UInt64) -> UInt64 {
        mix(left ^ (right &* 0x9e37_79b9_7f4a_7c15))
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }

    private static func mix(_ value: UInt64) -> UInt64 {
        var x = value
        x = (x ^ (x >> 33)) &* 0xff51_afd7_ed55_8ccd
        x = (x ^ (x >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return x ^ (x >> 33)
    }
}
