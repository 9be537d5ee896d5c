/// Writes bytes one behind the other into memory of fixed size; running over its end is our bug and traps.
struct ByteCursor {
    private let base: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ base: UnsafeMutableRawBufferPointer) { self.base = base }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        precondition(count + bytes.count <= base.count)
        (base.baseAddress.unsafelyUnwrapped + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        write(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    @inline(__always)
    mutating func write(_ text: StaticString) {
        write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    @inline(__always)
    mutating func write(byte: UInt8) {
        precondition(count < base.count)
        base[count] = byte
        count += 1
    }

    /// Writes sixteen digits.
    @inline(__always)
    mutating func write(hexadecimal value: UInt64) {
        precondition(count + 16 <= base.count)
        store(half: UInt32(truncatingIfNeeded: value >> 32), at: count)
        store(half: UInt32(truncatingIfNeeded: value), at: count + 8)
        count += 16
    }

    /// Eight digits at once: one to a byte, then up to `0` or, where it is more than nine, on to `a`.
    @inline(__always)
    private func store(half: UInt32, at offset: Int) {
        var digits = UInt64(half)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let isLetter = ((digits &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        let text = digits &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
        base.storeBytes(of: text.bigEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Writes a number of at least 0 in decimal.
    mutating func write(decimal value: Int) {
        precondition(value >= 0 && count + 20 <= base.count)
        var rest = UInt64(value)
        var digits = 1
        var power: UInt64 = 10
        while digits < 19, rest >= power {
            digits &+= 1
            power &*= 10
        }
        var index = digits
        repeat {
            index &-= 1
            base[count &+ index] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
            rest /= 10
        } while index > 0
        count &+= digits
    }
}
