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

    /// That of no request, without storage.
    static let none = RequestIdentity(lines: [], requestLineCount: 0, continuesTrace: false)

    package init() {
        self = .none
        lines.reserveCapacity(Self.capacity)
    }

    init(lines: [UInt8], requestLineCount: Int, continuesTrace: Bool) {
        self.lines = lines
        self.requestLineCount = requestLineCount
        self.continuesTrace = continuesTrace
    }

    /// Takes the client's id and trace where they are sane, and makes those that are not.
    package mutating func take(
        _ head: RequestHead, _ bytes: UnsafeRawBufferPointer, random: inout some RandomNumberGenerator
    ) {
        let id = head.requestID.flatMap { Self.isSane(id: $0, bytes) ? $0 : nil }
        let trace = head.traceParent.flatMap { Self.isSane(trace: $0, bytes) ? $0 : nil }
        continuesTrace = trace != nil
        lines.removeAll(keepingCapacity: true)
        withUnsafeTemporaryAllocation(byteCount: Self.capacity, alignment: 8) { memory in
            var cursor = ByteCursor(memory)
            cursor.write("x-request-id: ")
            if let id {
                cursor.write(bytes, id)
            } else {
                cursor.write("req-")
                cursor.write(hexadecimal: random.next())
                cursor.write(hexadecimal: random.next())
            }
            cursor.write("\r\n")
            requestLineCount = cursor.count
            cursor.write("traceparent: ")
            if let trace {
                cursor.write(bytes, trace)
            } else {
                cursor.write("00-")
                cursor.write(hexadecimal: random.next() | 1)
                cursor.write(hexadecimal: random.next())
                cursor.write("-")
                cursor.write(hexadecimal: random.next() | 1)
                cursor.write("-01")
            }
            cursor.write("\r\n")
            lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: memory[..<cursor.count]))
        }
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
