import Crypto
package import FleetTransport
import FoundationEssentials
import Synchronization

/// An audit head with the control plane's signature.
package struct SignedAuditHead: Equatable, Sendable, Codable {
    package var head: AuditHead
    /// Ed25519 (RFC 8032), base64.
    package var signature: String

    package init(head: AuditHead, signature: String) { (self.head, self.signature) = (head, signature) }
}

/// Signs the end of the audit log with a key kept outside the database, and keeps the newest signed head outside it too: whoever
/// can write the database can neither rewrite the chain nor cut its tail off unnoticed.
///
/// Rows written after the last signature (at most ``period`` old) are guarded by the chain alone.
package final class AuditNotary: Sendable {
    /// How often a moved head is signed.
    package static let period = Duration.seconds(5)

    private let headPath: String
    private let key: Curve25519.Signing.PrivateKey
    private let newest: Mutex<SignedAuditHead?>

    /// Reads the key `audit.key` in the folder, making it where there is none, and the newest signed head `audit.head`.
    package init(folder: StateFolder) throws {
        let keyPath = "\(folder.root)/audit.key"
        headPath = "\(folder.root)/audit.head"
        if let text = try PrivateFile.readSecret(keyPath) {
            guard let raw = Data(base64Encoded: text), let read = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
            else {
                throw StoreError.unreadable("\(keyPath) is no Ed25519 key; put the right one back (32 bytes in base64)")
            }
            key = read
        } else {
            key = Curve25519.Signing.PrivateKey()
            try PrivateFile.write(Array(key.rawRepresentation.base64EncodedString().utf8), to: keyPath)
        }
        guard let bytes = try PrivateFile.read(headPath, limit: 4_096) else {
            newest = Mutex(nil)
            return
        }
        guard let signed = try? FleetJSON.decode(SignedAuditHead.self, from: bytes) else {
            throw StoreError.unreadable("\(headPath) is damaged; restore it, or remove it to accept the audit log as it stands")
        }
        newest = Mutex(signed)
    }

    /// The newest signed head, whether or not its signature holds.
    package var signedHead: SignedAuditHead? { newest.withLock { $0 } }

    package func isGenuine(_ signed: SignedAuditHead) -> Bool {
        guard let signature = Data(base64Encoded: signed.signature) else { return false }
        return key.publicKey.isValidSignature(signature, for: Self.message(signed.head))
    }

    /// Signs a head that moved on. One that went back is never signed, so that a cut or restored log stays noticed.
    package func sign(_ head: AuditHead) throws {
        if let newest = signedHead, head.sequence <= newest.head.sequence { return }
        let signature = try key.signature(for: Self.message(head))
        let signed = SignedAuditHead(head: head, signature: signature.base64EncodedString())
        try PrivateFile.write(try FleetJSON.encode(signed), to: headPath)
        newest.withLock { $0 = signed }
    }

    private static func message(_ head: AuditHead) -> Data {
        Data("tradewind audit head\n\(head.sequence)\n\(head.hash)".utf8)
    }
}
