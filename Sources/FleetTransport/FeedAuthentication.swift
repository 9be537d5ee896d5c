import Crypto
package import FleetModel

/// How a gateway and a plane know each other on the plane's feed, without a secret passing between them and without the
/// control plane being there.
///
/// Each (gateway, plane) pair shares a key derived from the gateway's token: the gateway derives it from the token it holds,
/// the control plane from the seed it keeps (never the token), and the plane is handed only its own pair's key. So a plane
/// cannot pose as the gateway elsewhere, and whoever takes over a plane's port cannot pose as the plane: the request proves the
/// gateway, and every line of the answer is signed over the request's nonce and its own number. HMAC-SHA-256 throughout (RFC 2104).
package enum FeedAuthentication {
    /// Length of a nonce and of a key in hexadecimal digits.
    package static let nonceLength = 32
    package static let keyLength = 64

    /// What the control plane keeps of a gateway's token to derive feed keys from.
    package static func seed(gatewayToken: String) -> String {
        code("tradewind feed seed", key: Array(gatewayToken.utf8))
    }

    /// The key of one (gateway, plane) pair.
    package static func key(seed: String, plane: PlaneName) -> String {
        code("tradewind feed key\n\(plane)", key: Array(seed.utf8))
    }

    /// What the gateway sends in `authorization: Tradewind-HMAC …`.
    package static func requestSignature(key: String, gateway: GatewayName, plane: PlaneName, nonce: String) -> String {
        code("request\n\(gateway)\n\(plane)\n\(nonce)", key: Array(key.utf8))
    }

    /// What stands before each line of the feed.
    package static func lineSignature(key: String, nonce: String, sequence: UInt64, payload: [UInt8]) -> String {
        var authentication = HMAC<SHA256>(key: SymmetricKey(data: Array(key.utf8)))
        authentication.update(data: Array("line\n\(nonce)\n\(sequence)\n".utf8))
        authentication.update(data: payload)
        return hexadecimal(authentication.finalize())
    }

    /// Compares in time that depends only on the lengths.
    package static func matches(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// 128 random bits in hexadecimal.
    package static func makeNonce() -> String {
        hexadecimal((0..<nonceLength / 2).map { _ in UInt8.random(in: .min ... .max) })
    }

    private static func code(_ message: String, key: [UInt8]) -> String {
        hexadecimal(HMAC<SHA256>.authenticationCode(for: Array(message.utf8), using: SymmetricKey(data: key)))
    }
}

/// A new bearer token: 256 random bits in hexadecimal behind a prefix that secret scanners can look for.
package func makeToken() -> String {
    "tw_" + hexadecimal((0..<32).map { _ in UInt8.random(in: .min ... .max) })
}

/// Whether a text has the form ``makeToken()`` gives.
package func isToken(_ text: String) -> Bool {
    text.hasPrefix("tw_") && text.utf8.count == 67
        && text.utf8.dropFirst(3).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
}

/// SHA-256 of a text in hexadecimal: how tokens are stored.
package func digest(_ text: String) -> String { hexadecimal(SHA256.hash(data: Array(text.utf8))) }

package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
