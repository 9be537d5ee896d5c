/// Finds one cookie's value in `Cookie` fields (RFC 6265 section 4.2.1): pairs parted by semicolons, the first of a name counts.
/// Names are told apart by case; a value in double quotes is taken without them.
enum CookieReader {
    /// Where the value stands in `bytes`; nil where no field holds the cookie.
    static func value(of name: [UInt8], in bytes: UnsafeRawBufferPointer, fields: [HeaderField]) -> Range<Int>? {
        for field in fields where field.nameCount == 6 && bytes.spells("cookie", at: Int(field.nameStart), count: 6) {
            if let value = value(of: name, in: bytes, field.value) { return value }
        }
        return nil
    }

    private static func value(of name: [UInt8], in bytes: UnsafeRawBufferPointer, _ field: Range<Int>) -> Range<Int>? {
        var position = field.lowerBound
        while position < field.upperBound {
            var end = position
            while end < field.upperBound, bytes[end] != 0x3B { end += 1 }
            while position < end, bytes[position] == HTTPByte.space || bytes[position] == HTTPByte.tab { position += 1 }
            let pair = position..<end
            if pair.count > name.count, bytes[pair.lowerBound + name.count] == 0x3D, isEqual(bytes, pair.lowerBound, name) {
                return trimmed(bytes, pair.lowerBound + name.count + 1..<end)
            }
            position = end + 1
        }
        return nil
    }

    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ name: [UInt8]) -> Bool {
        for index in name.indices where bytes[start + index] != name[index] { return false }
        return true
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (low, high) = (range.lowerBound, range.upperBound)
        while high > low, bytes[high - 1] == HTTPByte.space || bytes[high - 1] == HTTPByte.tab { high -= 1 }
        if high - low >= 2, bytes[low] == 0x22, bytes[high - 1] == 0x22 { (low, high) = (low + 1, high - 1) }
        return low..<high
    }
}
