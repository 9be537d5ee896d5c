import Crypto
import FleetTransport

/// One entry of the audit log: who did what to which resource, chained to the entry before.
package struct AuditRow: Equatable, Sendable {
    package enum Verb: String, Sendable { case create, update, delete, drain, undrain, mint, restore, rollout }

    package var sequence: UInt64
    package var time: String
    /// Scope and number of the token, never the token.
    package var author: String
    package var verb: String
    /// `Workload/chat`, `token/plane/toronto`.
    package var subject: String
    package var resourceVersion: UInt64
    /// SHA-256 of the specification written, in hexadecimal; empty where none was.
    package var specDigest: String
    /// Hash of the entry before, in hexadecimal.
    package var previousHash: String
    /// SHA-256 over ``previousHash`` and ``canonical``, in hexadecimal.
    package var hash: String

    /// The content in one unambiguous form: each field behind its length (netstrings, D. J. Bernstein 1997).
    package var canonical: String {
        [String(sequence), time, author, verb, subject, String(resourceVersion), specDigest]
            .map { "\($0.utf8.count):\($0)," }.joined()
    }

    package var computedHash: String {
        var hash = SHA256()
        hash.update(data: Array(previousHash.utf8))
        hash.update(data: Array(canonical.utf8))
        return hexadecimal(hash.finalize())
    }
}

/// The end of the audit log.
package struct AuditHead: Hashable, Sendable, Codable {
    /// 0 where there is no entry.
    package var sequence: UInt64
    package var hash: String

    package init(sequence: UInt64, hash: String) { (self.sequence, self.hash) = (sequence, hash) }

    /// What stands before the first entry of a store created in this epoch.
    package static func genesis(epoch: UInt64) -> AuditHead {
        AuditHead(sequence: 0, hash: digest("tradewind audit log of epoch \(epoch)"))
    }
}

/// What a check of the audit log found.
package enum AuditVerdict: Equatable, Sendable {
    /// Every row follows from the one before. Rows up to `signedThrough` are vouched for by the signed head too.
    case intact(rows: UInt64, signedThrough: UInt64)
    /// The first row that does not hold.
    case broken(sequence: UInt64, because: String)
}
