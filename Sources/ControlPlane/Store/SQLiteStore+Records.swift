package import FleetControl
package import FleetModel
import FleetTransport
import GRDB

extension SQLiteStore {
    // MARK: Events

    package func recordEvents(_ events: [FleetEvent], at time: Timestamp) async throws {
        guard !events.isEmpty else { return }
        try await pool.write { database in
            for event in events { try Self.record(event, at: time.description, in: database) }
            try database.execute(
                sql: "DELETE FROM events WHERE id <= (SELECT MAX(id) FROM events) - ?", arguments: [EventLimits.total])
        }
    }

    package func events(of key: ResourceKey?, limit: Int) async throws -> [StoredEvent] {
        try await pool.read { database in
            let rows =
                if let key {
                    try Row.fetchAll(
                        database, sql: "SELECT * FROM events WHERE kind = ? AND name = ? ORDER BY id DESC LIMIT ?",
                        arguments: [key.kind.rawValue, key.name, limit])
                } else {
                    try Row.fetchAll(database, sql: "SELECT * FROM events ORDER BY id DESC LIMIT ?", arguments: [limit])
                }
            return try rows.reversed().compactMap(Self.storedEvent)
        }
    }

    private static func record(_ event: FleetEvent, at time: String, in database: Database) throws {
        let subject: StatementArguments = [event.subject.kind.rawValue, event.subject.name]
        let newest = try Row.fetchOne(
            database, sql: "SELECT * FROM events WHERE kind = ? AND name = ? ORDER BY id DESC LIMIT 1", arguments: subject)
        if let newest, let stored = try storedEvent(newest), stored.event == event {
            try database.execute(
                sql: "UPDATE events SET count = count + 1, last_time = ? WHERE id = ?", arguments: [time, Int64(stored.id)])
            return
        }
        try database.execute(
            sql: """
                INSERT INTO events (kind, name, type, reason, message, first_time, last_time, count)
                VALUES (?, ?, ?, ?, ?, ?, ?, 1)
                """,
            arguments: subject + [event.severity.rawValue, event.reason, event.message, time, time])
        try database.execute(
            sql: """
                DELETE FROM events WHERE kind = ? AND name = ? AND id NOT IN
                    (SELECT id FROM events WHERE kind = ? AND name = ? ORDER BY id DESC LIMIT ?)
                """,
            arguments: subject + subject + [EventLimits.perResource])
    }

    private static func storedEvent(_ row: Row) throws -> StoredEvent? {
        guard let kind = ResourceKind(rawValue: try row.text("kind")),
            let severity = FleetEvent.Severity(rawValue: try row.text("type"))
        else { return nil }
        return StoredEvent(
            id: try row.number("id"),
            event: FleetEvent(
                subject: ResourceKey(kind: kind, name: try row.text("name")), severity: severity,
                reason: try row.text("reason"), message: try row.text("message")),
            firstTime: try row.text("first_time"), lastTime: try row.text("last_time"),
            count: Int(clamping: try row.number("count")))
    }

    // MARK: Tokens

    package func addToken(_ token: TokenRecord, by author: Author, at time: Timestamp) async throws -> StoredToken {
        try await pool.write { database in
            if let subject = token.scope.subject {
                guard try Self.resource(subject, in: database) != nil else { throw StoreError.notFound(subject) }
                try database.execute(sql: "DELETE FROM tokens WHERE scope = ?", arguments: [token.scope.description])
            }
            try database.execute(
                sql: "INSERT INTO tokens (scope, digest, feed_seed, created) VALUES (?, ?, ?, ?)",
                arguments: [token.scope.description, token.digest, token.feedSeed, time.description])
            let id = UInt64(database.lastInsertedRowID)
            try Self.appendAudit(
                .mint, subject: "Token/\(token.scope)#\(id)", version: 0, spec: nil, by: author, at: time, in: database)
            return StoredToken(
                id: id, scope: token.scope, digest: token.digest, feedSeed: token.feedSeed, created: time.description)
        }
    }

    package func tokens() async throws -> [StoredToken] {
        try await pool.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM tokens ORDER BY id").compactMap { row in
                guard let scope = TokenScope(try row.text("scope")) else { return nil }
                return StoredToken(
                    id: try row.number("id"), scope: scope, digest: try row.text("digest"),
                    feedSeed: try row.optionalText("feed_seed"), created: try row.text("created"))
            }
        }
    }

    // MARK: Planes

    package func setDrained(_ drained: Bool, plane: PlaneName, by author: Author, at time: Timestamp) async throws {
        try await pool.write { database in
            let key = ResourceKey(kind: .workloadPlane, name: plane.rawValue)
            let stored = try Bool.fetchOne(
                database, sql: "SELECT drained FROM planes WHERE name = ?", arguments: [plane.rawValue])
            guard let stored else { throw StoreError.notFound(key) }
            guard stored != drained else { return }
            try database.execute(
                sql: "UPDATE planes SET drained = ? WHERE name = ?", arguments: [drained, plane.rawValue])
            try Self.appendAudit(
                drained ? .drain : .undrain, subject: key.description, version: 0, spec: nil, by: author, at: time,
                in: database)
        }
    }

    package func planeRecords() async throws -> [PlaneName: PlaneRecord] {
        try await pool.read { database in
            var records: [PlaneName: PlaneRecord] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT * FROM planes") {
                records[PlaneName(try row.text("name"))] = PlaneRecord(
                    isDrained: try row.number("drained") != 0, feedAddress: try row.optionalText("feed_address"))
            }
            return records
        }
    }

    package func recordFeedAddress(_ address: String, plane: PlaneName) async throws {
        try await pool.write { database in
            try database.execute(
                sql: "UPDATE planes SET feed_address = ? WHERE name = ?", arguments: [address, plane.rawValue])
        }
    }

    // MARK: Generations

    package func issueGenerations(_ digests: [String: String]) async throws -> [String: IssuedGeneration] {
        try await pool.write { database in
            var issued: [String: IssuedGeneration] = [:]
            var next: UInt64?
            for (recipient, digest) in digests.sorted(by: { $0.key < $1.key }) {
                let known = try Row.fetchOne(
                    database, sql: "SELECT digest, generation FROM sent_documents WHERE recipient = ?", arguments: [recipient])
                if let known, try known.text("digest") == digest {
                    issued[recipient] = IssuedGeneration(generation: try known.number("generation"), isNew: false)
                    continue
                }
                let generation = try next ?? Self.advance(.generation, in: database)
                next = generation
                try database.execute(
                    sql: "INSERT OR REPLACE INTO sent_documents VALUES (?, ?, ?)",
                    arguments: [recipient, digest, Int64(generation)])
                issued[recipient] = IssuedGeneration(generation: generation, isNew: true)
            }
            return issued
        }
    }
}
