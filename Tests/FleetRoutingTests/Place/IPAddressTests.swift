import FleetRouting
import SeededCases
import Testing

@Suite("IP addresses")
struct IPAddressTests {
    @Test(
        "text is written as RFC 5952 has it",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
            ("::1", "::1"),
            ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8:0000::0001", "2001:db8::1"), ("fe80::", "fe80::"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::ffff:192.0.2.1", "192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ])
    func canonical(text: String, expected: String) throws {
        #expect(try #require(IPAddress(text)).description == expected)
    }

    @Test(
        "what is no address is none",
        arguments: [
            "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ", "", ".", "1..2.3", "1.2.3.4/8", "::g",
            "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "12345::", "::ffff:1.2.3.400", "1:2:3:4:5:6:7:8::", "%", "::%1",
            "0000000000000000000000000000000000000000000000",
        ])
    func malformed(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("every address reads back from its text")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 0x6970)
        for _ in 0..<caseCount(perMille: 500) {
            // Few bits set: runs of zero groups are what text gets wrong.
            let (high, low) = (random.next() & random.next() & random.next(), random.next() & random.next() & random.next())
            let address = IPAddress(high: random.isOne(in: 3) ? 0 : high, low: random.isOne(in: 3) ? low & 0xFFFF : low)
            #expect(try #require(IPAddress(address.description)) == address, "\(address)")
            let four = IPAddress(version4: UInt32(truncatingIfNeeded: random.next()))
            #expect(try #require(IPAddress(four.description)) == four)
        }
    }
}
