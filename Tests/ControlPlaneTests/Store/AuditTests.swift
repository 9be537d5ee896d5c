import ControlPlane
import FleetModel
import FleetTransport
import Foundation
import GRDB
import Logging
import Testing

@Suite("The audit log")
struct AuditTests {
    private let folder = ScratchFolder()
    private let time = Timestamp(seconds: 1_800_000_000)

    /// A store with five audited writes, and its notary with the head signed.
    private func signedStore() async throws -> (SQLiteStore, AuditNotary) {
        try PrivateFile.makeFolder(folder.state.root)
        let notary = try AuditNotary(folder: folder.state)
        let store = try SQLiteStore(path: folder.state.database, now: time)
        for number in 1...5 { try await write(number, to: store) }
        await AuditSigning(store: store, notary: notary, logger: Logger(label: "test")).sign()
        return (store, notary)
    }

    private func write(_ number: Int, to store: SQLiteStore) async throws {
        let key = ResourceKey(kind: .workload, name: "w\(number)")
        let basedOn = try await store.contents().declarationVersion
        _ = try await store.declare(
            Declaration(basedOn: basedOn, writes: [.init(key: key, spec: "\(number)")]), by: .system, at: time)
    }

    /// Changes the file as somebody with the database, but not with our program, would.
    private func tamper(_ sql: String, keepingTriggers: Bool = false) throws {
        let database = try DatabaseQueue(path: folder.state.database)
        try database.write { database in
            if !keepingTriggers {
                try database.execute(sql: "DROP TRIGGER audit_is_never_updated; DROP TRIGGER audit_is_never_deleted;")
            }
            try database.execute(sql: sql)
        }
        try database.close()
    }

    @Test("an untouched log is intact, signed to its end")
    func intact() async throws {
        let (store, notary) = try await signedStore()
        #expect(try await store.verifyAudit(against: notary.signedHead) == .intact(rows: 5, signedThrough: 5))
        #expect(notary.signedHead.map(notary.isGenuine) == true)
    }

    @Test("a row says who did what, and never a token")
    func rows() async throws {
        let (store, _) = try await signedStore()
        let token = try await store.addToken(TokenRecord(token: "tw_secret", scope: .admin), by: .system, at: time)
        let row = try #require(try await store.audit(after: 5, limit: 10).first)
        #expect(row.verb == "mint")
        #expect(row.subject == "Token/admin#\(token.id)")
        #expect(row.author == "system")
        #expect(Author(token: token).description == "admin#\(token.id)")
        let first = try #require(try await store.audit(after: 0, limit: 1).first)
        #expect(first.specDigest == digest("1"))
        #expect(first.subject == "Workload/w1")
    }

    @Test(
        "the database itself refuses to change or remove a row",
        arguments: [
            "UPDATE audit SET author = 'nobody' WHERE sequence = 3", "DELETE FROM audit WHERE sequence = 3",
        ])
    func triggers(sql: String) async throws {
        let (store, notary) = try await signedStore()
        #expect(throws: DatabaseError.self) { try tamper(sql, keepingTriggers: true) }
        #expect(try await store.verifyAudit(against: notary.signedHead) == .intact(rows: 5, signedThrough: 5))
    }

    @Test(
        "tampering is noticed and the first broken row named",
        arguments: [
            ("UPDATE audit SET author = 'nobody' WHERE sequence = 3", 3),
            ("UPDATE audit SET spec_digest = '' WHERE sequence = 1", 1),
            ("UPDATE audit SET previous_hash = hash WHERE sequence = 4", 4),
            ("DELETE FROM audit WHERE sequence = 2", 2),
            ("DELETE FROM audit WHERE sequence = 1", 1),
            ("DELETE FROM audit WHERE sequence > 3", 4),
            ("DELETE FROM audit", 1),
        ] as [(String, UInt64)])
    func tampering(sql: String, broken: UInt64) async throws {
        let (store, notary) = try await signedStore()
        try tamper(sql)
        guard case .broken(let sequence, let reason) = try await store.verifyAudit(against: notary.signedHead) else {
            Issue.record("not noticed: \(sql)")
            return
        }
        #expect(sequence == broken)
        #expect(!reason.isEmpty)
    }

    @Test("a chain rewritten with right hashes from some row on is caught by the signed head")
    func rewritten() async throws {
        let (store, notary) = try await signedStore()
        var rows = try await store.audit(after: 0, limit: 10)
        rows[4].author = "somebody"
        try tamper("UPDATE audit SET author = 'somebody', hash = '\(rows[4].computedHash)' WHERE sequence = 5")
        #expect(try await store.verifyAudit(against: nil) == .intact(rows: 5, signedThrough: 0))
        #expect(
            try await store.verifyAudit(against: notary.signedHead)
                == .broken(sequence: 5, because: "it is not the row that was signed"))
    }

    @Test("rows written over a cut tail are not signed, so that the cut stays noticed")
    func cutStaysNoticed() async throws {
        let (store, notary) = try await signedStore()
        try tamper("DELETE FROM audit WHERE sequence > 3")
        for number in 6...9 { try await write(number, to: store) }
        await AuditSigning(store: store, notary: notary, logger: Logger(label: "test")).sign()
        #expect(notary.signedHead?.head.sequence == 5)
        #expect(
            try await store.verifyAudit(against: notary.signedHead)
                == .broken(sequence: 5, because: "it is not the row that was signed"))
    }

    @Test("key and signed head outlive the process; another key's signature is not genuine")
    func keys() async throws {
        let (_, notary) = try await signedStore()
        let reopened = try AuditNotary(folder: folder.state)
        let signed = try #require(reopened.signedHead)
        #expect(signed == notary.signedHead)
        #expect(reopened.isGenuine(signed))
        let stranger = ScratchFolder()
        #expect(try AuditNotary(folder: stranger.state).isGenuine(signed) == false)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.state.root + "/audit.key")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test(
        "a row of the wrong types is named as broken, and neither listing nor the next write ends the process",
        arguments: [
            ("UPDATE audit SET resource_version = 'x' WHERE sequence = 3", 3),
            ("UPDATE audit SET author = x'00FF' WHERE sequence = 2", 2),
            ("UPDATE audit SET sequence = -1 WHERE sequence = 1", 1),
            ("INSERT INTO audit VALUES (9223372036854775807, '', '', '', '', 0, '', '', '')", 6),
        ] as [(String, UInt64)])
    func wrongTypes(change: String, sequence: UInt64) async throws {
        let (store, notary) = try await signedStore()
        try tamper(change)
        guard case .broken(let broken, _) = try await store.verifyAudit(against: notary.signedHead) else {
            Issue.record("not noticed")
            return
        }
        #expect(broken == sequence)
        _ = try? await store.newestAudit(limit: 100)
        try? await write(9, to: store)
    }

    @Test("a database with nonsense in its counters is refused with a reason")
    func nonsenseCounters() async throws {
        let (store, _) = try await signedStore()
        try tamper("UPDATE counters SET value = -5 WHERE name = 'epoch'", keepingTriggers: true)
        try store.close()
        #expect(throws: StoreError.self) { try SQLiteStore(path: folder.state.database, now: time) }
    }
}
