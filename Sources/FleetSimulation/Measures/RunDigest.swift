/// A number that two runs share only if the same happened in the same order: every event taken and every decision is folded into
/// it. FNV-1a's step (Fowler, Noll, Vo) over 64-bit words with a rotation, so that high bits reach low ones.
package struct RunDigest: Equatable, Sendable, CustomStringConvertible {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    @inline(__always)
    mutating func fold(_ word: UInt64) {
        state = (state ^ word) &* 0x0000_0100_0000_01b3
        state ^= state >> 29
    }

    mutating func fold(_ text: String) {
        for byte in text.utf8 { fold(UInt64(byte)) }
        fold(0x100)
    }

    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
