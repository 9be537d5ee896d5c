package import FleetRouting

/// What one event loop counted of answers that come token by token, and of waiting for them. By workload: row 0 is none, and
/// workloads beyond ``LoopCounters/workloadLimit`` share the last row.
package struct GenerationCounters: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        /// From a request's first byte to the first data of its event stream.
        package var firstToken = Histogram()
        /// In line for a replica, of requests that stood in it.
        package var queueWait = Histogram()
        package var inputTokens: UInt64 = 0
        package var outputTokens: UInt64 = 0
    }

    package private(set) var rows: [Row] = []

    package init() {}

    package mutating func firstToken(_ workload: WorkloadIndex?, after duration: Duration) {
        rows[row(workload)].firstToken.observe(duration)
    }

    package mutating func waited(_ workload: WorkloadIndex?, _ duration: Duration) {
        rows[row(workload)].queueWait.observe(duration)
    }

    package mutating func used(_ workload: WorkloadIndex?, input: Int64, output: Int64) {
        let row = row(workload)
        rows[row].inputTokens &+= UInt64(max(0, input))
        rows[row].outputTokens &+= UInt64(max(0, output))
    }

    package mutating func add(_ other: GenerationCounters) {
        reserve(other.rows.count - 1)
        for (index, row) in other.rows.enumerated() {
            rows[index].firstToken.add(row.firstToken)
            rows[index].queueWait.add(row.queueWait)
            rows[index].inputTokens &+= row.inputTokens
            rows[index].outputTokens &+= row.outputTokens
        }
    }

    /// Makes room; allocates only when a workload is counted for the first time.
    private mutating func row(_ workload: WorkloadIndex?) -> Int {
        let row = workload.map { min($0.value, LoopCounters.workloadLimit - 1) + 1 } ?? 0
        reserve(row)
        return row
    }

    private mutating func reserve(_ row: Int) {
        while rows.count <= row { rows.append(Row()) }
    }
}
