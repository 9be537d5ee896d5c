package import FleetRouting

/// The header in which a proxy says whose connection it passes on, before the connection's first byte: HAProxy's PROXY protocol,
/// versions 1 and 2 (haproxy/doc/proxy-protocol.txt, 2020/03/05).
package enum ProxyHeader: Equatable, Sendable {
    /// More bytes are needed.
    case incomplete
    /// Not a header, or one that breaks a rule of the protocol: the connection must be dropped.
    case malformed(String)
    /// The header takes `length` bytes; behind it the connection begins.
    case read(Source, length: Int)

    /// Whose connection it is.
    package enum Source: Equatable, Sendable {
        case address(IPAddress)
        /// Of somebody the proxy does not name: UNKNOWN, AF_UNSPEC, a UNIX socket, datagrams.
        case hidden
        /// The proxy's own, such as a health check (LOCAL).
        case proxy
    }

    /// Most bytes of a line of version 1, its end included (section 2.1).
    static let lineLimit = 107
    /// Most bytes of a header of version 2. Addresses take 216 at most; identifiers in its vectors a few hundred.
    package static let limit = 4_096

    private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let word = Array("PROXY ".utf8)

    package static func read(_ bytes: UnsafeRawBufferPointer) -> ProxyHeader {
        if begins(bytes, signature) { return bytes.count < 16 ? .incomplete : readBinary(bytes) }
        if begins(bytes, word) { return readLine(bytes) }
        return .malformed("the connection does not begin with a PROXY header")
    }

    /// Whether the bytes that are there are those of the text.
    private static func begins(_ bytes: UnsafeRawBufferPointer, _ text: [UInt8]) -> Bool {
        zip(bytes, text).allSatisfy { $0 == $1 }
    }

    // MARK: Version 1

    private static func readLine(_ bytes: UnsafeRawBufferPointer) -> ProxyHeader {
        guard let end = bytes.prefix(lineLimit).firstIndex(of: 0x0A) else {
            return bytes.count < lineLimit ? .incomplete : .malformed("the line of version 1 is longer than 107 bytes")
        }
        guard end > word.count, bytes[end - 1] == 0x0D else { return .malformed("the line of version 1 does not end with CR LF") }
        let text = UnsafeRawBufferPointer(rebasing: bytes[word.count..<end - 1])
        let parts = text.split(separator: 0x20, omittingEmptySubsequences: false)
        // What follows UNKNOWN is to be ignored up to the line's end.
        if let first = parts.first, first.elementsEqual("UNKNOWN".utf8) { return .read(.hidden, length: end + 1) }
        guard parts.count == 5, let isVersion6 = family(parts[0]) else {
            return .malformed("the line of version 1 is not PROXY TCP4 or TCP6 with two addresses and two ports")
        }
        guard let source = address(parts[1], isVersion6), address(parts[2], isVersion6) != nil else {
            return .malformed("an address of version 1 is not one of its family")
        }
        guard isPort(parts[3]), isPort(parts[4]) else { return .malformed("a port of version 1 is not one from 0 to 65535") }
        return .read(.address(source), length: end + 1)
    }

    private static func family(_ text: Slice<UnsafeRawBufferPointer>) -> Bool? {
        if text.elementsEqual("TCP4".utf8) { return false }
        return text.elementsEqual("TCP6".utf8) ? true : nil
    }

    private static func address(_ text: Slice<UnsafeRawBufferPointer>, _ isVersion6: Bool) -> IPAddress? {
        guard text.contains(0x3A) == isVersion6 else { return nil }
        return IPAddress(UnsafeRawBufferPointer(rebasing: text))
    }

    /// Decimal, without leading zeros.
    private static func isPort(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard (1...5).contains(text.count), text.allSatisfy({ HTTPByte.isDigit($0) }), text.count == 1 || text.first != 0x30
        else { return false }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }

    // MARK: Version 2

    private static func readBinary(_ bytes: UnsafeRawBufferPointer) -> ProxyHeader {
        let (version, command) = (bytes[12] >> 4, bytes[12] & 15)
        let (family, transport) = (bytes[13] >> 4, bytes[13] & 15)
        let length = 16 + number(bytes, 14)
        guard version == 2, command <= 1 else { return .malformed("version or command is neither LOCAL nor PROXY of version 2") }
        guard family <= 3, transport <= 2 else { return .malformed("the family or protocol of version 2 is unknown") }
        guard length <= limit else { return .malformed("the header of version 2 is longer than \(limit) bytes") }
        guard bytes.count >= length else { return .incomplete }
        let header = UnsafeRawBufferPointer(rebasing: bytes[..<length])
        let addresses = [0, 12, 36, 216][Int(family)]
        guard command == 0 || length >= 16 + addresses else { return .malformed("the addresses of version 2 are cut off") }
        if command == 1, let problem = vectorProblem(header, from: 16 + addresses) { return .malformed(problem) }
        guard command == 1 else { return .read(.proxy, length: length) }
        guard transport == 1 else { return .read(.hidden, length: length) }
        switch family {
        case 1: return .read(.address(IPAddress(version4: UInt32(number(header, 16) << 16 | number(header, 18)))), length: length)
        case 2: return .read(.address(IPAddress(high: word(header, 16), low: word(header, 24))), length: length)
        default: return .read(.hidden, length: length)
        }
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        Int(bytes[start]) << 8 | Int(bytes[start + 1])
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
        bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Type-length-value vectors fill the rest; of theirs the checksum alone is read (section 2.2.3).
    private static func vectorProblem(_ header: UnsafeRawBufferPointer, from start: Int) -> String? {
        var place = start
        while place < header.count {
            guard place + 3 <= header.count, place + 3 + number(header, place + 1) <= header.count else {
                return "a vector of version 2 goes beyond the header"
            }
            let length = number(header, place + 1)
            if header[place] == checksumType {
                guard length == 4, checksum(of: header, without: place + 3) == said(header, place + 3) else {
                    return "the checksum of version 2 is not the header's"
                }
            }
            place += 3 + length
        }
        return nil
    }

    private static let checksumType: UInt8 = 0x03

    private static func said(_ header: UnsafeRawBufferPointer, _ place: Int) -> UInt32 {
        header[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// CRC32c (RFC 4960 appendix B) of the header with zeros where the checksum itself stands.
    private static func checksum(of header: UnsafeRawBufferPointer, without place: Int) -> UInt32 {
        var remainder = UInt32.max
        for (index, byte) in header.enumerated() {
            remainder ^= (place..<place + 4).contains(index) ? 0 : UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1 }
        }
        return ~remainder
    }
}
