import GRDB

/// The database's tables and how older ones are brought up to date. Released migrations never change; new ones are added.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 foundation") { database in
            try database.execute(sql: foundation)
        }
        migrator.registerMigration("2 demand history") { database in
            try database.execute(sql: demandHistory)
        }
        migrator.registerMigration("3 rollouts") { database in
            try database.execute(sql: rollouts)
        }
        migrator.registerMigration("4 loop memory") { database in
            try database.execute(sql: loopMemory)
        }
        return migrator
    }

    /// One row: what the loop learnt, as JSON.
    private static let loopMemory = """
        CREATE TABLE loop_memory (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            value TEXT NOT NULL
        );
        """

    private static let demandHistory = """
        CREATE TABLE demand_history (
            workload TEXT NOT NULL,
            slot INTEGER NOT NULL,
            rate REAL NOT NULL,
            PRIMARY KEY (workload, slot)
        ) WITHOUT ROWID;
        CREATE INDEX demand_history_by_slot ON demand_history (slot);
        """

    private static let foundation = """
        CREATE TABLE counters (
            name TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL
        ) WITHOUT ROWID;
        INSERT INTO counters VALUES ('epoch', 0), ('genesis', 0), ('resourceVersion', 0), ('declarationVersion', 0), ('generation', 0);

        CREATE TABLE resources (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            labels TEXT NOT NULL,
            spec TEXT NOT NULL,
            resource_version INTEGER NOT NULL UNIQUE,
            generation INTEGER NOT NULL,
            created TEXT NOT NULL,
            status TEXT,
            PRIMARY KEY (kind, name)
        );

        CREATE TABLE planes (
            kind TEXT NOT NULL DEFAULT 'WorkloadPlane' CHECK (kind = 'WorkloadPlane'),
            name TEXT PRIMARY KEY NOT NULL,
            drained INTEGER NOT NULL DEFAULT 0,
            feed_address TEXT,
            FOREIGN KEY (kind, name) REFERENCES resources (kind, name) ON DELETE CASCADE
        );

        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            first_time TEXT NOT NULL,
            last_time TEXT NOT NULL,
            count INTEGER NOT NULL
        );
        CREATE INDEX events_by_resource ON events (kind, name, id);

        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY NOT NULL,
            time TEXT NOT NULL,
            author TEXT NOT NULL,
            verb TEXT NOT NULL,
            subject TEXT NOT NULL,
            resource_version INTEGER NOT NULL,
            spec_digest TEXT NOT NULL,
            previous_hash TEXT NOT NULL,
            hash TEXT NOT NULL
        );
        CREATE TRIGGER audit_is_never_updated BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            scope TEXT NOT NULL,
            digest TEXT NOT NULL UNIQUE,
            feed_seed TEXT,
            created TEXT NOT NULL
        );

        CREATE TABLE sent_documents (
            recipient TEXT PRIMARY KEY NOT NULL,
            digest TEXT NOT NULL,
            generation INTEGER NOT NULL
        ) WITHOUT ROWID;
        """

    private static let rollouts = """
        CREATE TABLE rollouts (
            kind TEXT NOT NULL DEFAULT 'Workload' CHECK (kind = 'Workload'),
            name TEXT PRIMARY KEY NOT NULL,
            record TEXT NOT NULL,
            stable TEXT NOT NULL,
            target TEXT,
            previous TEXT,
            FOREIGN KEY (kind, name) REFERENCES resources (kind, name) ON DELETE CASCADE
        );

        CREATE TABLE drained_replicas (
            plane TEXT NOT NULL REFERENCES planes (name) ON DELETE CASCADE,
            workload TEXT NOT NULL,
            incarnation INTEGER NOT NULL,
            PRIMARY KEY (plane, workload, incarnation)
        ) WITHOUT ROWID;
        """
}
