package import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How the names of endpoints become addresses.
package struct NameLookup: Sendable {
    /// Addresses of one name that are looked at; services behind names have a handful.
    static let limit = 16

    struct Failure: Error {}

    /// How long an address holds until its name is looked up again.
    package var lifetime: Duration
    /// All addresses of a host in the order they are to be tried; throws where it has none or they cannot be learnt.
    package var addresses: @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]

    package init(
        lifetime: Duration, addresses: @escaping @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]
    ) {
        (self.lifetime, self.addresses) = (lifetime, addresses)
    }

    /// As the system looks names up, in the order of RFC 6724.
    package static let system = NameLookup(lifetime: Upstream.lookupLifetime) { host, port in
        try await NIOThreadPool.singleton.runIfActive { try ask(host, port) }
    }

    private static func ask(_ host: String, _ port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else { throw Failure() }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee, found.count < limit {
            entry = info.ai_next
            guard let address = info.ai_addr else { continue }
            switch info.ai_family {
            case AF_INET:
                found.append(
                    SocketAddress(
                        UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self), host: host))
            case AF_INET6:
                found.append(
                    SocketAddress(
                        UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self), host: host))
            default: break
            }
        }
        guard !found.isEmpty else { throw Failure() }
        return found
    }
}
