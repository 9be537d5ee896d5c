import FleetModel
import FleetTransport
import GRDB

extension SQLiteStore {
    package func audit(after sequence: UInt64, limit: Int) async throws -> [AuditRow] {
        try await pool.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [Int64(clamping: sequence), limit]
            ).map(Self.auditRow)
        }
    }

    package func newestAudit(limit: Int) async throws -> [AuditRow] {
        try await pool.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM audit ORDER BY sequence DESC LIMIT ?", arguments: [limit])
                .map(Self.auditRow).reversed()
        }
    }

    package func auditHead() async throws -> AuditHead { try await pool.read(Self.auditHead) }

    package func auditHash(at sequence: UInt64) async throws -> String? {
        try await pool.read { database in
            if sequence == 0 { return try Self.genesis(in: database).hash }
            return try String.fetchOne(
                database, sql: "SELECT hash FROM audit WHERE sequence = ?", arguments: [Int64(clamping: sequence)])
        }
    }

    package func verifyAudit(against signed: SignedAuditHead?) async throws -> AuditVerdict {
        try await pool.read { database in
            var previous = try Self.genesis(in: database)
            var signedHash = signed?.head.sequence == 0 ? previous.hash : nil
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY sequence")
            while let row = try rows.next() {
                guard let row = try? Self.auditRow(row) else {
                    return .broken(sequence: previous.sequence + 1, because: "it is no entry that was ever written")
                }
                if let objection = Self.objection(to: row, after: previous) {
                    return .broken(sequence: previous.sequence + 1, because: objection)
                }
                previous = AuditHead(sequence: row.sequence, hash: row.hash)
                if signed?.head.sequence == row.sequence { signedHash = row.hash }
            }
            guard let signed else { return .intact(rows: previous.sequence, signedThrough: 0) }
            guard let signedHash else {
                return .broken(
                    sequence: previous.sequence + 1,
                    because: "the log was signed through row \(signed.head.sequence), but ends at row \(previous.sequence)")
            }
            guard signedHash == signed.head.hash else {
                return .broken(sequence: signed.head.sequence, because: "it is not the row that was signed")
            }
            return .intact(rows: previous.sequence, signedThrough: signed.head.sequence)
        }
    }

    private static func objection(to row: AuditRow, after previous: AuditHead) -> String? {
        if row.sequence != previous.sequence + 1 {
            return "the row is missing: row \(row.sequence) follows row \(previous.sequence)"
        }
        if row.previousHash != previous.hash { return "it does not continue the row before it" }
        if row.computedHash != row.hash { return "its content does not match its hash" }
        return nil
    }

    // MARK: Inside a transaction

    static func auditHead(in database: Database) throws -> AuditHead {
        let newest = try Row.fetchOne(database, sql: "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        guard let newest else { return try genesis(in: database) }
        return AuditHead(sequence: try newest.number("sequence"), hash: try newest.text("hash"))
    }

    /// - Parameter spec: canonical JSON of the specification written; only its digest is kept.
    static func appendAudit(
        _ verb: AuditRow.Verb, subject: String, version: UInt64, spec: String?, by author: Author, at time: Timestamp,
        in database: Database
    ) throws {
        let head = try auditHead(in: database)
        guard head.sequence < UInt64(Int64.max) else {
            throw StoreError.unreadable("the audit log was changed behind our back; run: tradewind audit verify")
        }
        var row = AuditRow(
            sequence: head.sequence + 1, time: time.description, author: author.description, verb: verb.rawValue,
            subject: subject, resourceVersion: version, specDigest: spec.map(digest) ?? "", previousHash: head.hash, hash: "")
        row.hash = row.computedHash
        try database.execute(
            sql: "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                Int64(row.sequence), row.time, row.author, row.verb, row.subject, Int64(row.resourceVersion), row.specDigest,
                row.previousHash, row.hash,
            ])
    }

    private static func genesis(in database: Database) throws -> AuditHead {
        .genesis(epoch: try counter(.genesis, in: database))
    }

    private static func auditRow(_ row: Row) throws -> AuditRow {
        AuditRow(
            sequence: try row.number("sequence"), time: try row.text("time"), author: try row.text("author"),
            verb: try row.text("verb"), subject: try row.text("subject"), resourceVersion: try row.number("resource_version"),
            specDigest: try row.text("spec_digest"), previousHash: try row.text("previous_hash"), hash: try row.text("hash"))
    }
}
