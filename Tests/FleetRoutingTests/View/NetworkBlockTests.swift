import FleetRouting
import Testing

@Suite("Network block")
struct NetworkBlockTests {
    @Test(
        "contains exactly the addresses of its block",
        arguments: [
            ("127.0.0.0/8", "127.64.3.9", true), ("127.0.0.0/8", "128.0.0.1", false), ("10.1.2.0/23", "10.1.3.255", true),
            ("10.1.2.0/23", "10.1.4.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("10.0.0.1/32", "10.0.0.1", true),
            ("10.0.0.1/32", "10.0.0.2", false), ("::1/128", "::1", true), ("::1/128", "::2", false),
            ("fd00::/8", "fdab:1::9", true), ("fd00::/8", "fe80::1", false), ("fd00::/8", "10.0.0.1", false),
            ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("::/0", "::ffff:10.0.0.1", false),
            ("127.0.0.0/8", "localhost", false), ("127.0.0.0/8", "127.0.0.01", false), ("127.0.0.0/8", "127.1", false),
            ("127.0.0.0/8", "", false),
        ])
    func membership(block: String, address: String, isInside: Bool) {
        #expect(NetworkBlock(block)?.contains(address) == isInside)
    }

    @Test(
        "is nothing but an address, a slash and a length",
        arguments: [
            "127.0.0.0", "127.0.0.0/33", "127.0.0.0/-1", "127.0.0.0/+8", "::1/129", "x/8", "/8", "1.2.3.4/8/8", "1.2.3/8", "",
        ])
    func malformed(text: String) {
        #expect(NetworkBlock(text) == nil)
    }

    @Test("IPv6 text follows RFC 4291", arguments: ["1:2:3:4:5:6:7:8", "::", "1::", "::1:2", "1:2::7:8", "::1.2.3.4"])
    func wellFormed(text: String) {
        #expect(IPAddress(text) != nil)
    }

    @Test(
        "IPv6 text that is wrong is refused",
        arguments: ["1:2:3:4:5:6:7", "1::2::3", ":::", "12345::", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "1.2.3.4::", ":1", "1:"])
    func malformedAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
