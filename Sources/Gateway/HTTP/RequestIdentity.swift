/// What names one request across processes: its id and its place in a trace, kept as the header lines that say them. The
/// storage is used again for every request of a connection.
package struct RequestIdentity: Equatable, Sendable {
    /// Bytes both lines have at most.
    private static let capacity = 256

    /// `x-request-id: …`, CRLF, `traceparent: …` (W3C Trace Context, version 00), CRLF.
    package private(set) var lines: [UInt8] = []
    /// Bytes of the first line: the one the client gets back.
    package private(set) var requestLineCount = 0
    /// The trace is the client's, not one that begins here.
    package private(set) var continuesTrace = false

    package init() { lines.reserveCapacity(Self.capacity) }

    /// Takes the client's id and trace where they are sane, and makes those that are not.
    package mutating func take(
        _ head: RequestHead, _ bytes: UnsafeRawBufferPointer, random: inout some RandomNumberGenerator
    ) {
        lines.removeAll(keepingCapacity: true)
        append("x-request-id: ")
        if let id = head.requestID, Self.isSane(id: id, bytes) {
            lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[id]))
        } else {
            append("req-")
            appendHex(random.next())
            appendHex(random.next())
        }
        append("\r\n")
        requestLineCount = lines.count
        append("traceparent: ")
        continuesTrace = false
        if let trace = head.traceParent, Self.isSane(trace: trace, bytes) {
            continuesTrace = true
            lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[trace]))
        } else {
            append("00-")
            appendHex(random.next() | 1)
            appendHex(random.next())
            append("-")
            appendHex(random.next() | 1)
            append("-01")
        }
        append("\r\n")
    }

    /// An identity for a request whose head could not be read.
    package mutating func make(random: inout some RandomNumberGenerator) {
        take(RequestHead(), UnsafeRawBufferPointer(start: nil, count: 0), random: &random)
    }

    /// Overwrites bytes of the second line.
    mutating func replace(at offset: Int, _ bytes: some Sequence<UInt8>) {
        for (index, byte) in bytes.enumerated() where requestLineCount + offset + index < lines.count {
            lines[requestLineCount + offset + index] = byte
        }
    }

    private mutating func append(_ text: StaticString) {
        lines.append(contentsOf: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendHex(_ value: UInt64) {
        appendHex(half: UInt32(truncatingIfNeeded: value >> 32))
        appendHex(half: UInt32(truncatingIfNeeded: value))
    }

    /// Eight digits at once: one to a byte, then up to `0` or, where it is more than nine, on to `a`.
    private mutating func appendHex(half: UInt32) {
        var digits = UInt64(half)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let isLetter = ((digits &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        let text = digits &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
        withUnsafeBytes(of: text.bigEndian) { lines.append(contentsOf: $0) }
    }

    /// 1 to 128 visible ASCII characters.
    private static func isSane(id: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        !id.isEmpty && id.count <= HTTPLimits.maximumRequestIDBytes && id.allSatisfy { bytes[$0] > 32 && bytes[$0] < 127 }
    }

    /// `00-`, 32 and 16 lower-case hexadecimal digits not all zero, and two of flags.
    private static func isSane(trace: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard trace.count == 55, bytes.begins(with: "00-", at: trace.lowerBound, count: 55) else { return false }
        let start = trace.lowerBound
        guard bytes[start + 35] == 45, bytes[start + 52] == 45 else { return false }
        func isHex(_ range: Range<Int>) -> Bool {
            range.allSatisfy { HTTPByte.isDigit(bytes[start + $0]) || (97...102).contains(bytes[start + $0]) }
        }
        func isZero(_ range: Range<Int>) -> Bool { range.allSatisfy { bytes[start + $0] == 48 } }
        return isHex(3..<35) && isHex(36..<52) && isHex(53..<55) && !isZero(3..<35) && !isZero(36..<52)
    }
}
