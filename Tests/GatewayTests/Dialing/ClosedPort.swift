import FleetModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A loopback port that refuses: bound, so that no one else is given it meanwhile, and never listened on.
struct ClosedPort {
    let address: ListenAddress
    private let descriptor: Int32

    struct Unavailable: Error {}

    init() throws {
        #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var name = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw Unavailable() }
        address = ListenAddress(host: "127.0.0.1", port: Int(UInt16(bigEndian: name.sin_port)))
    }

    func free() { close(descriptor) }
}
