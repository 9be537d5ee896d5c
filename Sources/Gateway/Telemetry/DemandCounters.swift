package import FleetRouting

/// What one event loop counted of the demand for each workload, beside what ``LoopCounters`` count of answers. Row 0 is the first
/// workload; those beyond ``LoopCounters/workloadLimit`` share the last row.
package struct DemandCounters: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        /// Requests that were admitted, or came from another workload's chain.
        package var arrived: UInt64 = 0
        /// Those that found no replica anywhere and did not wait for one.
        package var missed: UInt64 = 0
        /// Tokens by what answers said; of an event stream that said nothing, one per event.
        package var promptTokens: UInt64 = 0
        package var completionTokens: UInt64 = 0
    }

    package private(set) var rows: [Row] = []

    package init() {}

    @inline(__always)
    package mutating func arrived(_ workload: WorkloadIndex) { rows[row(workload)].arrived += 1 }
    package mutating func missed(_ workload: WorkloadIndex) { rows[row(workload)].missed += 1 }

    package mutating func used(_ workload: WorkloadIndex, prompt: Int64, completion: Int64) {
        let row = row(workload)
        rows[row].promptTokens &+= UInt64(max(0, prompt))
        rows[row].completionTokens &+= UInt64(max(0, completion))
    }

    package mutating func add(_ other: DemandCounters) {
        reserve(other.rows.count - 1)
        for (index, row) in other.rows.enumerated() {
            rows[index].arrived &+= row.arrived
            rows[index].missed &+= row.missed
            rows[index].promptTokens &+= row.promptTokens
            rows[index].completionTokens &+= row.completionTokens
        }
    }

    /// Makes room; allocates only when a workload is counted for the first time.
    private mutating func row(_ workload: WorkloadIndex) -> Int {
        let row = min(workload.value, LoopCounters.workloadLimit - 1)
        reserve(row)
        return row
    }

    private mutating func reserve(_ row: Int) {
        while rows.count <= row { rows.append(Row()) }
    }
}
