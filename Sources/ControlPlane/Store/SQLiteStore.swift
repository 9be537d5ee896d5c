import FleetModel
import FleetTransport
import FoundationEssentials
import GRDB
import Synchronization

/// The store in one SQLite file.
///
/// Write-ahead log with `synchronous = FULL`: a commit returns after its log pages reached the disk, so an acknowledged write
/// survives both the process and the power. One writer at a time; changes are announced in commit order.
package final class SQLiteStore: FleetStore {
    /// Readers that may work beside the writer.
    package static let maximumReaders = 4

    package let epoch: UInt64
    let pool: DatabasePool
    /// Told of every committed change of resources, in commit order, on the writer's queue: must return at once.
    private let observer = Mutex<(@Sendable ([StoreChange]) -> Void)?>(nil)

    /// Opens or creates the file.
    ///
    /// - Parameters:
    ///   - now: becomes the epoch where the file is new.
    ///   - signed: the newest signed audit head. One beyond the stored log means that an older file was put back: a new
    ///     epoch begins then, so that planes and gateways do not take its documents for older ones.
    package init(path: String, now: Timestamp, signed: SignedAuditHead? = nil) throws {
        // The file holds feed seeds: made empty with mode 0600 before SQLite opens it, and its log files take the same mode.
        if !FileManager.default.fileExists(atPath: path) { try PrivateFile.write([], to: path) }
        var configuration = Configuration()
        configuration.label = "tradewind"
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = Self.maximumReaders
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        let migrator = Schema.migrator
        if try pool.read({ try migrator.hasBeenSuperseded($0) }) {
            throw StoreError.unreadable("\(path) was written by a newer tradewind; use that version or another state folder")
        }
        try migrator.migrate(pool)
        epoch = try pool.write { try Self.openEpoch($0, now: now, signed: signed) }
    }

    package func close() throws { try pool.close() }

    package func observe(_ observer: @escaping @Sendable ([StoreChange]) -> Void) {
        self.observer.withLock { $0 = observer }
    }

    func announce(_ changes: [StoreChange], after database: Database) {
        guard !changes.isEmpty else { return }
        database.afterNextTransaction { [self] _ in
            observer.withLock { $0 }?(changes)
        }
    }

    private static func openEpoch(_ database: Database, now: Timestamp, signed: SignedAuditHead?) throws -> UInt64 {
        let stored = try counter(.epoch, in: database)
        if stored == 0 {
            try setCounter(.epoch, to: now.seconds, in: database)
            try setCounter(.genesis, to: now.seconds, in: database)
            return now.seconds
        }
        let head = try auditHead(in: database)
        guard let signed, signed.head.sequence > head.sequence else { return stored }
        let epoch = max(stored + 1, now.seconds)
        try setCounter(.epoch, to: epoch, in: database)
        try appendAudit(
            .restore, subject: "store/epoch-\(epoch)", version: 0, spec: nil, by: .system, at: now, in: database)
        return epoch
    }

    // MARK: Counters

    enum Counter: String { case epoch, genesis, resourceVersion, declarationVersion, generation }

    static func counter(_ counter: Counter, in database: Database) throws -> UInt64 {
        try Row.fetchOne(database, sql: "SELECT value FROM counters WHERE name = ?", arguments: [counter.rawValue])?
            .number("value") ?? 0
    }

    static func setCounter(_ counter: Counter, to value: UInt64, in database: Database) throws {
        try database.execute(
            sql: "UPDATE counters SET value = ? WHERE name = ?", arguments: [Int64(value), counter.rawValue])
    }

    static func advance(_ counter: Counter, in database: Database) throws -> UInt64 {
        let next = try Self.counter(counter, in: database) + 1
        guard next <= UInt64(Int64.max) else {
            throw StoreError.unreadable("the database was changed behind our back: its counter \(counter.rawValue) is at its end")
        }
        try setCounter(counter, to: next, in: database)
        return next
    }
}
