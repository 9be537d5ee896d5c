/// Percent-encoding of paths (RFC 3986 section 2.1), decoded once.
enum PercentDecoding {
    /// The bytes a range of a path stands for; nil where they are more than a model's name may have. ``RequestHeadParser`` has
    /// refused malformed encoding and control characters.
    static func decoded(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [UInt8]? {
        guard range.count <= HTTPLimits.maximumModelBytes * 3 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            guard bytes[position] == 37 else {
                result.append(bytes[position])
                position += 1
                continue
            }
            guard position + 2 < range.upperBound, let high = HTTPByte.hexValue(bytes[position + 1]),
                let low = HTTPByte.hexValue(bytes[position + 2])
            else { return nil }
            result.append(high << 4 | low)
            position += 3
        }
        return result.count <= HTTPLimits.maximumModelBytes ? result : nil
    }
}
