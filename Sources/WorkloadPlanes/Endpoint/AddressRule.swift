package import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Which addresses an endpoint may have. A name that points into the plane's own network would let whoever writes an
/// assignment, or the name's owner, read what only the plane can reach (SSRF); so it is the resolved address that is judged.
package enum AddressRule {
    /// Why a connection to this address is refused; nil when it is allowed. `allowPrivate` opens private, loopback and
    /// link-local addresses; multicast, broadcast and unspecified ones stay closed.
    package static func objection(to address: SocketAddress, allowPrivate: Bool) -> String? {
        switch address {
        case .v4: objection(v4: bytes(of: address.ipAddress, family: AF_INET, count: 4), allowPrivate: allowPrivate)
        case .v6: objection(v6: bytes(of: address.ipAddress, family: AF_INET6, count: 16), allowPrivate: allowPrivate)
        case .unixDomainSocket: "it is not an internet address"
        }
    }

    /// The address in network order; all zero, which is refused, where it cannot be read.
    private static func bytes(of text: String?, family: Int32, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        // A zone (`%eth0`) is not part of the address.
        let literal = text.map { String($0.prefix { $0 != "%" }) } ?? ""
        guard inet_pton(family, literal, &bytes) == 1 else { return [UInt8](repeating: 0, count: count) }
        return bytes
    }

    /// Blocks of the IANA special-purpose registry (RFC 6890 and its successors) that no public server stands in.
    private static func objection(v4 bytes: [UInt8], allowPrivate: Bool) -> String? {
        switch (bytes[0], bytes[1]) {
        case (0, _): return "it is unspecified"
        case (224..., _): return "it is multicast or reserved"
        case _ where allowPrivate: return nil
        case (127, _): return refused("loopback")
        case (169, 254): return refused("link-local")
        case (10, _), (172, 16...31), (192, 168), (100, 64...127), (198, 18...19): return refused("private")
        case (192, 0) where bytes[2] == 0: return refused("private")
        default: return nil
        }
    }

    private static func objection(v6 bytes: [UInt8], allowPrivate: Bool) -> String? {
        let isZero = { (range: Range<Int>) in bytes[range].allSatisfy { $0 == 0 } }
        // IPv4 inside: mapped (::ffff:0:0/96), translated (64:ff9b::/96, RFC 6052), 6to4 (2002::/16, RFC 3056).
        if isZero(0..<10), bytes[10] == 0xff, bytes[11] == 0xff {
            return objection(v4: Array(bytes[12...]), allowPrivate: allowPrivate)
        }
        if bytes[0] == 0, bytes[1] == 0x64, bytes[2] == 0xff, bytes[3] == 0x9b {
            return objection(v4: Array(bytes[12...]), allowPrivate: allowPrivate)
        }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return objection(v4: Array(bytes[2..<6]), allowPrivate: allowPrivate) }
        if isZero(0..<16) { return "it is unspecified" }
        if bytes[0] == 0xff { return "it is multicast" }
        if allowPrivate { return nil }
        if isZero(0..<15), bytes[15] == 1 { return refused("loopback") }
        if isZero(0..<12) { return refused("private") }
        if bytes[0] == 0xfe, bytes[1] & 0xc0 == 0x80 { return refused("link-local") }
        if bytes[0] & 0xfe == 0xfc || (bytes[0] == 0xfe && bytes[1] & 0xc0 == 0xc0) { return refused("private") }
        return nil
    }

    private static func refused(_ kind: String) -> String { "it is \(kind); the plane's driver must set allowPrivateAddresses" }
}
