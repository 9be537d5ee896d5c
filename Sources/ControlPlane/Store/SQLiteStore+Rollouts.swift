package import FleetControl
package import FleetModel
import FleetTransport
import GRDB

extension SQLiteStore {
    // MARK: Versions

    package func rollouts() async throws -> [WorkloadName: RolloutRow] {
        try await pool.read { database in
            var rollouts: [WorkloadName: RolloutRow] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT * FROM rollouts") {
                rollouts[WorkloadName(try row.text("name"))] = try Self.rolloutRow(row)
            }
            return rollouts
        }
    }

    package func recordRollouts(_ changes: [WorkloadName: RolloutChange]) async throws -> Bool {
        guard !changes.isEmpty else { return true }
        return try await pool.write { database in
            for (name, change) in changes {
                guard try Self.rollout(name, in: database)?.record == change.before?.record else { return false }
            }
            for (name, change) in changes.sorted(by: { $0.key < $1.key }) {
                // A workload that was deleted meanwhile has no versions to keep.
                let isDeclared = try Row.fetchOne(
                    database, sql: "SELECT 1 FROM resources WHERE kind = ? AND name = ?",
                    arguments: [ResourceKind.workload.rawValue, name.rawValue])
                guard isDeclared != nil else { continue }
                try Self.save(change.after, of: name, in: database)
            }
            return true
        }
    }

    package func direct(
        _ command: RolloutCommand, rollout workload: WorkloadName, by author: Author, at time: Timestamp
    ) async throws -> RolloutRecord {
        try await pool.write { database in
            let key = ResourceKey(kind: .workload, name: workload.rawValue)
            guard var row = try Self.rollout(workload, in: database) else { throw StoreError.notFound(key) }
            try row.record.apply(command)
            try Self.save(row, of: workload, in: database)
            try Self.appendAudit(
                .rollout, subject: "\(key)/\(command.rawValue)", version: 0, spec: nil, by: author, at: time, in: database)
            return row.record
        }
    }

    // MARK: Single replicas

    package func drain(replica: ReplicaID, by author: Author, at time: Timestamp) async throws {
        try await pool.write { database in
            let key = ResourceKey(kind: .workloadPlane, name: replica.plane.rawValue)
            guard try Bool.fetchOne(database, sql: "SELECT 1 FROM planes WHERE name = ?", arguments: [key.name]) != nil else {
                throw StoreError.notFound(key)
            }
            let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM drained_replicas") ?? 0
            guard count < Self.maximumDrainedReplicas else { throw StoreError.tooMany("replicas are being drained") }
            try database.execute(
                sql: "INSERT OR IGNORE INTO drained_replicas (plane, workload, incarnation) VALUES (?, ?, ?)",
                arguments: [replica.plane.rawValue, replica.workload.rawValue, Int64(clamping: replica.incarnation)])
            guard database.changesCount > 0 else { return }
            try Self.appendAudit(.drain, subject: "Replica/\(replica)", version: 0, spec: nil, by: author, at: time, in: database)
        }
    }

    package func drainedReplicas() async throws -> Set<ReplicaID> {
        try await pool.read { database in
            Set(
                try Row.fetchAll(database, sql: "SELECT * FROM drained_replicas").map { row in
                    ReplicaID(
                        plane: PlaneName(try row.text("plane")), workload: WorkloadName(try row.text("workload")),
                        incarnation: try row.number("incarnation"))
                })
        }
    }

    package func forgetDrained(_ replicas: Set<ReplicaID>) async throws {
        guard !replicas.isEmpty else { return }
        try await pool.write { database in
            for replica in replicas {
                try database.execute(
                    sql: "DELETE FROM drained_replicas WHERE plane = ? AND workload = ? AND incarnation = ?",
                    arguments: [replica.plane.rawValue, replica.workload.rawValue, Int64(clamping: replica.incarnation)])
            }
        }
    }

    /// Replicas that drain at once; more than a plane's fleet has at a time.
    private static let maximumDrainedReplicas = 4_096

    // MARK: Inside a transaction

    private static func rollout(_ workload: WorkloadName, in database: Database) throws -> RolloutRow? {
        try Row.fetchOne(database, sql: "SELECT * FROM rollouts WHERE name = ?", arguments: [workload.rawValue]).map(rolloutRow)
    }

    private static func rolloutRow(_ row: Row) throws -> RolloutRow {
        let text = try row.text("record")
        guard let record = try? FleetJSON.decode(RolloutRecord.self, from: Array(text.utf8)) else {
            throw StoreError.unreadable("the database holds a rollout that this version cannot read")
        }
        return RolloutRow(
            record: record, stable: try row.text("stable"), target: try row.optionalText("target"),
            previous: try row.optionalText("previous"))
    }

    private static func save(_ row: RolloutRow, of workload: WorkloadName, in database: Database) throws {
        let record = String(decoding: try FleetJSON.encode(row.record), as: UTF8.self)
        try database.execute(
            sql: "INSERT OR REPLACE INTO rollouts (name, record, stable, target, previous) VALUES (?, ?, ?, ?, ?)",
            arguments: [workload.rawValue, record, row.stable, row.target, row.previous])
    }
}
