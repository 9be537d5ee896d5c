package import FleetModel
import FleetTransport
import GRDB

extension SQLiteStore {
    package func contents() async throws -> StoreContents {
        try await pool.read { try Self.contents(where: "", arguments: [], in: $0) }
    }

    package func contents(of kind: ResourceKind) async throws -> StoreContents {
        try await pool.read { try Self.contents(where: "WHERE kind = ?", arguments: [kind.rawValue], in: $0) }
    }

    package func resource(_ key: ResourceKey) async throws -> StoredResource? {
        try await pool.read { try Self.resource(key, in: $0) }
    }

    package func declare(
        _ declaration: Declaration, by author: Author, at time: Timestamp
    ) async throws -> [DeclarationOutcome] {
        try await pool.write { database in
            guard try Self.counter(.declarationVersion, in: database) == declaration.basedOn else {
                throw StoreError.declarationsMoved
            }
            var changes: [StoreChange] = []
            var outcomes: [DeclarationOutcome] = []
            for write in declaration.writes {
                outcomes.append(
                    try Self.perform(
                        write, isDryRun: declaration.isDryRun, by: author, at: time, changes: &changes, in: database))
            }
            for key in declaration.removals {
                outcomes.append(
                    try Self.remove(
                        key, isDryRun: declaration.isDryRun, by: author, at: time, changes: &changes, in: database))
            }
            self.announce(changes, after: database)
            return outcomes
        }
    }

    package func recordStatuses(_ statuses: [ResourceKey: String], at time: Timestamp) async throws {
        try await pool.write { database in
            var changes: [StoreChange] = []
            for (key, status) in statuses.sorted(by: { $0.key < $1.key }) {
                guard var stored = try Self.resource(key, in: database), stored.status != status else { continue }
                stored.status = status
                stored.resourceVersion = try Self.advance(.resourceVersion, in: database)
                try database.execute(
                    sql: "UPDATE resources SET status = ?, resource_version = ? WHERE kind = ? AND name = ?",
                    arguments: [status, Int64(stored.resourceVersion), key.kind.rawValue, key.name])
                changes.append(StoreChange(kind: .modified, resource: stored, version: stored.resourceVersion))
            }
            self.announce(changes, after: database)
        }
    }

    // MARK: Inside a transaction

    private static func perform(
        _ write: Declaration.Write, isDryRun: Bool, by author: Author, at time: Timestamp, changes: inout [StoreChange],
        in database: Database
    ) throws -> DeclarationOutcome {
        let existing = try resource(write.key, in: database)
        if let expected = write.expectedVersion, expected != existing?.resourceVersion {
            throw StoreError.conflict(write.key, expected: expected, stored: existing?.resourceVersion)
        }
        if let existing, existing.spec == write.spec, existing.labels == write.labels {
            return DeclarationOutcome(key: write.key, action: .unchanged, resourceVersion: existing.resourceVersion)
        }
        let action: DeclarationOutcome.Action = existing == nil ? .created : .configured
        guard !isDryRun else {
            return DeclarationOutcome(key: write.key, action: action, resourceVersion: existing?.resourceVersion ?? 0)
        }
        let version = try advanceDeclaration(in: database)
        let isSpecChanged = existing?.spec != write.spec
        let stored = StoredResource(
            key: write.key, labels: write.labels, spec: write.spec, resourceVersion: version,
            generation: (existing?.generation ?? 0) + (isSpecChanged ? 1 : 0), created: existing?.created ?? time.description,
            status: existing?.status)
        try save(stored, in: database)
        if write.key.kind == .workloadPlane {
            try database.execute(sql: "INSERT OR IGNORE INTO planes (name) VALUES (?)", arguments: [write.key.name])
        }
        try appendAudit(
            existing == nil ? .create : .update, subject: write.key.description, version: version, spec: write.spec, by: author,
            at: time, in: database)
        changes.append(StoreChange(kind: existing == nil ? .added : .modified, resource: stored, version: version))
        return DeclarationOutcome(key: write.key, action: action, resourceVersion: version)
    }

    private static func remove(
        _ key: ResourceKey, isDryRun: Bool, by author: Author, at time: Timestamp, changes: inout [StoreChange],
        in database: Database
    ) throws -> DeclarationOutcome {
        guard let existing = try resource(key, in: database) else { throw StoreError.notFound(key) }
        guard !isDryRun else {
            return DeclarationOutcome(key: key, action: .deleted, resourceVersion: existing.resourceVersion)
        }
        let version = try advanceDeclaration(in: database)
        try database.execute(
            sql: "DELETE FROM resources WHERE kind = ? AND name = ?", arguments: [key.kind.rawValue, key.name])
        if let scope = tokenScope(of: key) {
            try database.execute(sql: "DELETE FROM tokens WHERE scope = ?", arguments: [scope.description])
        }
        try appendAudit(
            .delete, subject: key.description, version: version, spec: nil, by: author, at: time, in: database)
        changes.append(StoreChange(kind: .deleted, resource: existing, version: version))
        return DeclarationOutcome(key: key, action: .deleted, resourceVersion: version)
    }

    /// The tokens that live and die with a resource.
    private static func tokenScope(of key: ResourceKey) -> TokenScope? {
        switch key.kind {
        case .workloadPlane: .plane(PlaneName(key.name))
        case .gateway: .gateway(GatewayName(key.name))
        case .provider, .workload, .compliancePolicy, .route, .budget, .placementPlan, .tenant: nil
        }
    }

    private static func advanceDeclaration(in database: Database) throws -> UInt64 {
        let version = try advance(.resourceVersion, in: database)
        try setCounter(.declarationVersion, to: version, in: database)
        return version
    }

    private static func save(_ resource: StoredResource, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO resources (kind, name, labels, spec, resource_version, generation, created, status)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (kind, name) DO UPDATE SET labels = excluded.labels, spec = excluded.spec,
                    resource_version = excluded.resource_version, generation = excluded.generation
                """,
            arguments: [
                resource.key.kind.rawValue, resource.key.name, try encode(resource.labels), resource.spec,
                Int64(resource.resourceVersion), Int64(resource.generation), resource.created, resource.status,
            ])
    }

    private static func contents(
        where condition: String, arguments: StatementArguments, in database: Database
    ) throws -> StoreContents {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM resources \(condition)", arguments: arguments)
        return StoreContents(
            resources: try rows.map(decode).sorted { $0.key < $1.key },
            resourceVersion: try counter(.resourceVersion, in: database),
            declarationVersion: try counter(.declarationVersion, in: database))
    }

    static func resource(_ key: ResourceKey, in database: Database) throws -> StoredResource? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM resources WHERE kind = ? AND name = ?", arguments: [key.kind.rawValue, key.name]
        ).map(decode)
    }

    private static func decode(_ row: Row) throws -> StoredResource {
        let kindName = try row.text("kind")
        guard let kind = ResourceKind(rawValue: kindName) else {
            throw StoreError.unreadable("the database holds a resource of the unknown kind \(kindName)")
        }
        return StoredResource(
            key: ResourceKey(kind: kind, name: try row.text("name")),
            labels: try FleetJSON.decode([String: String].self, from: Array(try row.text("labels").utf8)),
            spec: try row.text("spec"), resourceVersion: try row.number("resource_version"),
            generation: try row.number("generation"), created: try row.text("created"),
            status: try row.optionalText("status"))
    }

    private static func encode(_ labels: [String: String]) throws -> String {
        String(decoding: try FleetJSON.encode(labels), as: UTF8.self)
    }
}
