import FleetModel
import FleetRouting

/// The cookie by which a session stays with its replica: sixteen hexadecimal digits that stand for the replica's id.
///
/// It says nothing about the fleet, needs no key, and means the same at every gateway. A forged one can only ask for a replica
/// that its sender could have been given: the router looks for it among those inside the fence.
enum SessionCookie {
    private static let digits = 16

    /// Nil for what this gateway's fleet never wrote.
    static func replica(_ bytes: UnsafeRawBufferPointer, _ value: Range<Int>) -> UInt64? {
        guard value.count == digits else { return nil }
        var hash: UInt64 = 0
        for index in value {
            switch bytes[index] {
            case 48...57: hash = hash << 4 | UInt64(bytes[index] - 48)
            case 97...102: hash = hash << 4 | UInt64(bytes[index] - 87)
            default: return nil
            }
        }
        return hash
    }

    /// `set-cookie: …` with its CRLF (RFC 6265 section 4.1): out of scripts' reach, and not sent by other sites' requests but
    /// links.
    static func line(_ cookie: BalancingRules.Cookie, replica: UInt64) -> [UInt8] {
        let hash = String(replica, radix: 16)
        let value = String(repeating: "0", count: digits - hash.utf8.count) + hash
        let age = cookie.ttlSeconds.map { "; Max-Age=\($0)" } ?? ""
        return Array("set-cookie: \(cookie.name)=\(value); Path=\(cookie.path)\(age); HttpOnly; SameSite=Lax\r\n".utf8)
    }
}
