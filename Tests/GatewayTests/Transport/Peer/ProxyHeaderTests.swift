import FleetRouting
import Gateway
import SeededCases
import Testing

@Suite("Headers of the PROXY protocol")
struct ProxyHeaderTests {
    static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
    /// 203.0.113.9:4711 asks 198.51.100.1:443.
    static let version4: [UInt8] = [203, 0, 113, 9, 198, 51, 100, 1, 0x12, 0x67, 1, 0xBB]
    /// 2001:db8::1 asks 2001:db8::2.
    static let version6: [UInt8] =
        [0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1, 0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 11)
        + [2, 0x12, 0x67, 1, 0xBB]

    static func binary(_ command: UInt8 = 0x21, _ family: UInt8 = 0x11, _ body: [UInt8] = version4, length: Int? = nil) -> [UInt8]
    {
        let count = length ?? body.count
        return signature + [command, family, UInt8(count >> 8), UInt8(count & 255)] + body
    }

    static func read(_ bytes: [UInt8]) -> ProxyHeader { bytes.withUnsafeBytes(ProxyHeader.read) }
    static func read(_ text: String) -> ProxyHeader { read(Array(text.utf8)) }

    private static func address(_ text: String) throws -> ProxyHeader.Source { .address(try #require(IPAddress(text))) }

    @Test(
        "version 1 names the client",
        arguments: [
            ("PROXY TCP4 203.0.113.9 198.51.100.1 56324 443\r\n", "203.0.113.9"),
            ("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 0 443\r\n", "2001:db8::1"),
            ("PROXY TCP6 ::ffff:203.0.113.9 ::1 1 1\r\n", "203.0.113.9"),
        ])
    func lines(_ line: String, _ client: String) throws {
        #expect(Self.read(line) == .read(try Self.address(client), length: line.utf8.count))
        #expect(Self.read(line + "GET / HTTP/1.1\r\n") == .read(try Self.address(client), length: line.utf8.count))
    }

    @Test("version 2 names the client, with and without vectors behind the addresses")
    func binaries() throws {
        let vector: [UInt8] = [0xEA, 0, 3, 1, 2, 3]
        #expect(Self.read(Self.binary() + [71]) == .read(try Self.address("203.0.113.9"), length: 28))
        #expect(Self.read(Self.binary(0x21, 0x11, Self.version4 + vector)) == .read(try Self.address("203.0.113.9"), length: 34))
        #expect(Self.read(Self.binary(0x21, 0x21, Self.version6)) == .read(try Self.address("2001:db8::1"), length: 52))
    }

    @Test("whom the proxy does not name is hidden, and its own connections are its own")
    func hidden() {
        #expect(Self.read("PROXY UNKNOWN\r\n") == .read(.hidden, length: 15))
        #expect(Self.read("PROXY UNKNOWN ffff::1 garbage\r\nGET") == .read(.hidden, length: 31))
        #expect(Self.read(Self.binary(0x21, 0x00, [])) == .read(.hidden, length: 16))
        #expect(Self.read(Self.binary(0x21, 0x12)) == .read(.hidden, length: 28))
        #expect(Self.read(Self.binary(0x21, 0x31, Array(repeating: 47, count: 216))) == .read(.hidden, length: 232))
        #expect(Self.read(Self.binary(0x20, 0x00, [])) == .read(.proxy, length: 16))
        // What LOCAL says of addresses is passed over, whatever it is.
        #expect(Self.read(Self.binary(0x20, 0x11, [1, 2, 3])) == .read(.proxy, length: 19))
    }

    @Test(
        "what breaks a rule is refused",
        arguments: [
            "GET / HTTP/1.1\r\n", "proxy TCP4 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY\r\n", "PROXY \r\n", "PROXY TCP4\r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n", "PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n", "PROXY TCP4 01.1.1.1 1.1.1.1 1 1\r\n", "PROXY TCP4 ::1 ::1 1 1\r\n",
            "PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 1 01\r\n", "PROXY UDP4 1.1.1.1 1.1.1.1 1 1\r\n", "PROXY UNKNOWN\n", "PROXY UNKNOWNS\r\n",
            "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\r\n", "PROXY TCP4 a 1.1.1.1 1 1\r\n", "\r\n\r\n\0\r\nQUIZ\n", "\u{16}\u{3}\u{1}",
            "PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", "PROXY UNKNOWN \(String(repeating: "x", count: 100))\r\n",
        ])
    func refused(_ line: String) {
        guard case .malformed = Self.read(line) else { return #expect(Bool(false), "\(Self.read(line))") }
    }

    @Test("what breaks a rule of version 2 is refused")
    func refusedBinaries() {
        for bytes in [
            Self.binary(0x11), Self.binary(0x31), Self.binary(0x22), Self.binary(0x2F), Self.binary(0x21, 0x41),
            Self.binary(0x21, 0x13), Self.binary(0x21, 0x11, Array(Self.version4.dropLast())), Self.binary(0x21, 0x21),
            Self.binary(0x21, 0x31), Self.binary(length: 4_081), Self.binary(length: 65_535),
            Self.binary(0x21, 0x11, Self.version4 + [1]), Self.binary(0x21, 0x11, Self.version4 + [1, 0]),
            Self.binary(0x21, 0x11, Self.version4 + [1, 0, 2, 9]), Self.binary(0x21, 0x11, Self.version4 + [1, 255, 255]),
        ] {
            guard case .malformed = Self.read(bytes) else {
                Issue.record("\(bytes) is taken: \(Self.read(bytes))")
                continue
            }
        }
    }

    @Test("a checksum that is there must be the header's")
    func checksum() throws {
        let right = ChecksumExample.bytes
        #expect(Self.read(right) == .read(try Self.address("203.0.113.9"), length: right.count))
        for place in [12 + 4 + 3, right.count - 1] {
            var wrong = right
            wrong[place] ^= 1
            guard case .malformed = Self.read(wrong) else { return #expect(Bool(false), "a wrong checksum is taken") }
        }
        guard case .malformed = Self.read(Self.binary(0x21, 0x11, Self.version4 + [3, 0, 1, 9])) else {
            return #expect(Bool(false), "a short checksum is taken")
        }
    }

    @Test("a part of a header waits for the rest, whatever is cut off")
    func parts() {
        for whole in [Array("PROXY TCP4 203.0.113.9 198.51.100.1 56324 443\r\n".utf8), Self.binary()] {
            for count in 0..<whole.count { #expect(Self.read(Array(whole.prefix(count))) == .incomplete, "\(count)") }
        }
    }

    @Test("bytes of any kind are read to an end, and never to more than is there")
    func anything() {
        for seed in 0..<caseCount(perMille: 500) {
            var generator = SeededGenerator(seed: seed)
            var bytes = generator.pick([
                Array("PROXY TCP4 203.0.113.9 198.51.100.1 56324 443\r\n".utf8), Self.binary(), ChecksumExample.bytes,
                Self.binary(0x21, 0x21, Self.version6), Self.binary(0x20, 0, []),
            ])
            for _ in 0..<generator.next(in: 1...4) {
                switch generator.below(3) {
                case 0: bytes[generator.below(bytes.count)] = UInt8(generator.below(256))
                case 1: bytes.insert(UInt8(generator.below(256)), at: generator.below(bytes.count))
                default: bytes.removeLast(min(bytes.count - 1, generator.below(8)))
                }
            }
            if case .read(_, let length) = Self.read(bytes) { #expect(length <= bytes.count && length <= 4_096, "seed \(seed)") }
        }
    }
}

/// A header of version 2 with its checksum, 0xBE7AE250 by a table-driven CRC32c whose value for `123456789` is 0xE3069283.
enum ChecksumExample {
    static let bytes = ProxyHeaderTests.binary(
        0x21, 0x11, ProxyHeaderTests.version4 + [3, 0, 4, 0xBE, 0x7A, 0xE2, 0x50])
}
