/// Reads one JSON string, cut anywhere: checks UTF-8 and escapes, and keeps the decoded bytes of the few that matter.
struct JSONTextReader: Sendable {
    /// Decoded bytes of a captured string, at most ``HTTPLimits/maximumModelBytes``.
    private(set) var captured: [UInt8] = []
    private(set) var hasOverflowed = false
    private var isCapturing = false

    private enum State: Equatable {
        case plain
        case escape
        case unicode(digitsLeft: Int)
        /// Behind a high surrogate of a captured string: only `\u` may follow.
        case lowSurrogateBackslash, lowSurrogateLetter
    }

    private var state = State.plain
    private var scalar: UInt32 = 0
    private var highSurrogate: UInt32 = 0
    /// Continuation bytes still due, and what the next may be (Unicode 15, table 3-7).
    private var continuations = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    init() { captured.reserveCapacity(64) }

    mutating func reset() {
        captured.removeAll(keepingCapacity: true)
        start(capturing: false)
    }

    mutating func start(capturing: Bool) {
        if capturing { captured.removeAll(keepingCapacity: true) }
        isCapturing = capturing
        hasOverflowed = false
        state = .plain
        highSurrogate = 0
        continuations = 0
    }

    /// Reads on from `position`; true when the closing quote was read.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(BodyProblem) -> Bool {
        while position < bytes.count {
            if state == .plain, continuations == 0, !isCapturing {
                position = Self.endOfPlainRun(bytes, from: position)
                if position == bytes.count { return false }
            }
            let byte = bytes[position]
            position &+= 1
            if state == .plain, continuations == 0, byte == 34 { return true }
            try take(byte)
        }
        return false
    }

    /// The first byte at or behind `start` that is not plain ASCII text: sixteen bytes are judged at a time.
    private static func endOfPlainRun(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position &+ 16 <= bytes.count {
            let first = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let second = bytes.loadUnaligned(fromByteOffset: position &+ 8, as: UInt64.self)
            let special = mayBeSpecial(first) | mayBeSpecial(second)
            if special & 0x8080_8080_8080_8080 != 0 { break }
            position &+= 16
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte == 34 || byte == 92 || byte >= 0x80 { break }
            position &+= 1
        }
        return position
    }

    /// Of eight bytes, the highest bit of each that is no plain text is set; of their neighbours it may be.
    @inline(__always)
    private static func mayBeSpecial(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 34)
        let backslash = word ^ (ones &* 92)
        return (word &- ones &* 32) | (quote &- ones) | (backslash &- ones) | word
    }

    private mutating func take(_ byte: UInt8) throws(BodyProblem) {
        switch state {
        case .plain: try takePlain(byte)
        case .escape: try takeEscape(byte)
        case .unicode(let digitsLeft):
            guard let value = HTTPByte.hexValue(byte) else { throw .invalidText }
            scalar = scalar << 4 | UInt32(value)
            state = .unicode(digitsLeft: digitsLeft - 1)
            if digitsLeft == 1 { try endUnicode() }
        case .lowSurrogateBackslash:
            guard byte == 92 else { throw .invalidText }
            state = .lowSurrogateLetter
        case .lowSurrogateLetter:
            guard byte == 117 else { throw .invalidText }
            scalar = 0
            state = .unicode(digitsLeft: 4)
        }
    }

    private mutating func takePlain(_ byte: UInt8) throws(BodyProblem) {
        if continuations > 0 {
            guard byte >= lowest, byte <= highest else { throw .invalidText }
            (lowest, highest) = (0x80, 0xBF)
            continuations -= 1
            keep(byte)
            return
        }
        switch byte {
        case 0..<0x20: throw .invalidText
        case 92: state = .escape
        case 0x20..<0x80: keep(byte)
        default:
            try startSequence(byte)
            keep(byte)
        }
    }

    private mutating func startSequence(_ byte: UInt8) throws(BodyProblem) {
        (lowest, highest) = (0x80, 0xBF)
        switch byte {
        case 0xC2...0xDF: continuations = 1
        case 0xE0...0xEF:
            continuations = 2
            if byte == 0xE0 { lowest = 0xA0 } else if byte == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            continuations = 3
            if byte == 0xF0 { lowest = 0x90 } else if byte == 0xF4 { highest = 0x8F }
        default: throw .invalidText
        }
    }

    private mutating func takeEscape(_ byte: UInt8) throws(BodyProblem) {
        state = .plain
        switch byte {
        case 34, 92, 47: keep(byte)
        case 98: keep(8)
        case 102: keep(12)
        case 110: keep(10)
        case 114: keep(13)
        case 116: keep(9)
        case 117:
            scalar = 0
            state = .unicode(digitsLeft: 4)
        default: throw .invalidText
        }
    }

    /// A lone surrogate is let through in text nobody here reads: clients that cut a prompt inside an emoji send them.
    private mutating func endUnicode() throws(BodyProblem) {
        state = .plain
        guard isCapturing else { return }
        if highSurrogate != 0 {
            guard (0xDC00...0xDFFF).contains(scalar) else { throw .invalidText }
            keepScalar(0x1_0000 + (highSurrogate - 0xD800) << 10 + (scalar - 0xDC00))
            highSurrogate = 0
        } else if (0xD800...0xDBFF).contains(scalar) {
            highSurrogate = scalar
            state = .lowSurrogateBackslash
        } else if (0xDC00...0xDFFF).contains(scalar) {
            throw .invalidText
        } else {
            keepScalar(scalar)
        }
    }

    private mutating func keepScalar(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value) else { return }
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { keep(byte) }
    }

    @inline(__always)
    private mutating func keep(_ byte: UInt8) {
        guard isCapturing else { return }
        guard captured.count < HTTPLimits.maximumModelBytes else {
            hasOverflowed = true
            return
        }
        captured.append(byte)
    }
}
