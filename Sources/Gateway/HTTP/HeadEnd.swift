/// Finds where a head ends, however the network cut it: each byte is looked at once.
///
/// It judges line ends only, so that the answer never depends on the cuts: a head with a bare LF can never end and is refused
/// as soon as that byte is there.
package struct HeadEnd: Equatable, Sendable {
    package enum Answer: Equatable, Sendable {
        case needsMore
        /// The number of bytes of the head, its empty line included.
        case found(Int)
        case bareLineFeed
        case tooLong
    }

    private var searched = 0

    package init() {}

    /// Searches bytes that start with the head's first one; they may grow between calls, and never change.
    package mutating func search(_ bytes: UnsafeRawBufferPointer) -> Answer {
        let limit = min(bytes.count, HTTPLimits.maximumHeadBytes)
        var index = searched
        while true {
            index = Self.lineFeed(bytes, from: index, to: limit)
            guard index < limit else { break }
            guard index > 0, bytes[index &- 1] == HTTPByte.carriageReturn else { return .bareLineFeed }
            if index >= 3, bytes[index &- 2] == HTTPByte.lineFeed {
                searched = 0
                return .found(index &+ 1)
            }
            index &+= 1
        }
        searched = limit
        return bytes.count >= HTTPLimits.maximumHeadBytes ? .tooLong : .needsMore
    }

    package mutating func reset() { searched = 0 }

    /// The first LF in the range, or its end: eight bytes are judged at a time.
    private static func lineFeed(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = start
        while position &+ 8 <= end {
            // A byte that is zero here borrows into its top bit (Mycroft's test); no byte below it can do so falsely.
            let word = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian ^ (ones &* 10)
            let zeros = (word &- ones) & ~word & (ones &* 0x80)
            if zeros != 0 { return position &+ zeros.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < end, bytes[position] != HTTPByte.lineFeed { position &+= 1 }
        return position
    }
}
