package import FleetControl
import FleetTransport
import GRDB

extension SQLiteStore {
    /// Bytes of JSON: pools and planes of a large fleet take a few hundred thousand. What would be larger is not kept.
    private static let largestMemory = 4 << 20

    package func recordMemory(_ memory: ControllerMemory) async throws {
        let text = String(decoding: try FleetJSON.encode(memory), as: UTF8.self)
        guard text.utf8.count <= Self.largestMemory else { throw StoreError.tooMany("planes and pools are remembered") }
        try await pool.write { database in
            try database.execute(sql: "INSERT OR REPLACE INTO loop_memory (id, value) VALUES (1, ?)", arguments: [text])
        }
    }

    package func memory() async throws -> ControllerMemory? {
        let text = try await pool.read { database in
            try String.fetchOne(database, sql: "SELECT value FROM loop_memory WHERE id = 1")
        }
        guard let memory = text.flatMap({ try? FleetJSON.decode(ControllerMemory.self, from: Array($0.utf8)) }),
            memory.version == ControllerMemory.version
        else { return nil }
        return memory
    }
}
