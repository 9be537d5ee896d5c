import FleetDocuments
package import FleetModel
import FleetSimulation
import FleetTransport

/// How recorded demand is written.
package enum DemandFormat: String, CaseIterable, Sendable {
    case csv, json
}

extension FleetClient {
    /// `tradewind demand export [WORKLOAD] [-o FORMAT]`: what arrived, as the control plane kept it.
    package func exportDemand(of workload: WorkloadName?, format: DemandFormat) async throws {
        let answer = try await connection.value(of: .demand(of: workload))
        if format == .json { return try console.write(JSONText.pretty(answer) + "\n") }
        var text = RecordedDemandFile.header + "\n"
        var count = 0
        for item in answer["items"].elements {
            guard let name = item["metadata"]["name"].text, let from = item["from"].text.flatMap(CivilTime.secondsSince1970),
                let seconds = item["slotSeconds"].integer.flatMap({ UInt64(exactly: $0) })
            else { throw CommandFailure(.serverFailed, "the control plane answered with demand that cannot be read") }
            for (index, rate) in item["requestsPerSecond"].elements.enumerated() {
                // A slot that was not watched says nothing.
                guard let rate = rate.double else { continue }
                let entry = RecordedDemand.Entry(
                    start: from + UInt64(index) * seconds, seconds: seconds, requestsPerSecond: rate)
                text += RecordedDemandFile.line(entry, of: WorkloadName(name))
                count += 1
            }
        }
        try console.write(text)
        if count == 0 {
            console.remark(
                "Nothing is recorded yet: demand is kept by quarters of an hour, of workloads whose scaling follows load.")
        }
    }
}
