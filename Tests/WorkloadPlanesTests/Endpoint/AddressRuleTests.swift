import NIOCore
import Testing
import WorkloadPlanes

@Suite struct AddressRuleTests {
    @Test(
        "private, loopback and link-local addresses need the plane's opt-in",
        arguments: [
            "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8", "198.18.0.1", "::1", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
            "64:ff9b::a00:1", "2002:7f00:1::", "::10.0.0.1",
        ])
    func closed(text: String) throws {
        let address = try SocketAddress(ipAddress: text, port: 443)
        #expect(AddressRule.objection(to: address, allowPrivate: false) != nil)
        #expect(AddressRule.objection(to: address, allowPrivate: true) == nil)
    }

    @Test(
        "multicast, broadcast and unspecified addresses stay closed",
        arguments: ["0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "::ffff:0.0.0.0"])
    func never(text: String) throws {
        #expect(AddressRule.objection(to: try SocketAddress(ipAddress: text, port: 443), allowPrivate: true) != nil)
    }

    @Test(
        "public addresses are open", arguments: ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"])
    func open(text: String) throws {
        #expect(AddressRule.objection(to: try SocketAddress(ipAddress: text, port: 443), allowPrivate: false) == nil)
    }
}
