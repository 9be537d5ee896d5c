package import FleetControl
import FleetModel
import GRDB

extension SQLiteStore {
    package func recordDemand(_ measured: [DemandHistory.Entry]) async throws {
        guard let newest = measured.map(\.slot).max() else { return }
        try await pool.write { database in
            for entry in measured {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO demand_history VALUES (?, ?, ?)",
                    arguments: [entry.workload.rawValue, entry.slot, entry.rate])
            }
            try database.execute(
                sql: "DELETE FROM demand_history WHERE slot <= ?", arguments: [newest - Int64(DemandHistory.capacity)])
            // What a clock that was wrong said lies after what a workload has now.
            for (workload, entries) in Dictionary(grouping: measured, by: \.workload) {
                try database.execute(
                    sql: "DELETE FROM demand_history WHERE workload = ? AND slot > ?",
                    arguments: [workload.rawValue, entries.map(\.slot).max() ?? newest])
            }
        }
    }

    package func demandHistory() async throws -> [DemandHistory.Entry] {
        try await pool.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM demand_history ORDER BY slot, workload").map { row in
                DemandHistory.Entry(
                    workload: WorkloadName(try row.text("workload")), slot: Int64(clamping: try row.number("slot")),
                    rate: try row.real("rate"))
            }
        }
    }
}
