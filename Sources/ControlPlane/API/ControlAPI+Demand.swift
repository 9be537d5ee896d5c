import FleetControl
import FleetModel
import FleetTransport
import Hummingbird

extension ControlAPI {
    /// What arrived for each workload by quarters of an hour, the oldest first; null where nobody watched.
    func demand(_ request: Request) async throws -> Response {
        let wanted = request.uri.queryParameters["workload"].map { WorkloadName(String($0)) }
        var series: [WorkloadName: [DemandHistory.Entry]] = [:]
        for entry in try await store.demandHistory() where wanted == nil || entry.workload == wanted {
            series[entry.workload, default: []].append(entry)
        }
        if let wanted, series[wanted] == nil,
            try await store.resource(ResourceKey(kind: .workload, name: wanted.rawValue)) == nil
        {
            throw APIError.notFound("there is no Workload/\(wanted.rawValue), and no demand of one is kept")
        }
        let items = try series.sorted { $0.key < $1.key }.map { try Self.item($0.key, $0.value).canonicalText }
        return .list(items, resourceVersion: try await store.contents(of: .workload).resourceVersion)
    }

    private static func item(_ workload: WorkloadName, _ entries: [DemandHistory.Entry]) -> JSONValue {
        let (first, last) = (entries.first?.slot ?? 0, entries.last?.slot ?? 0)
        // Slots reach as far back as the history's capacity, which bounds the list.
        var rates = [JSONValue](repeating: .null, count: min(DemandHistory.capacity, Int(last - first) + 1))
        for entry in entries where rates.indices.contains(Int(entry.slot - first)) {
            rates[Int(entry.slot - first)] = .number((entry.rate * 1e6).rounded() / 1e6)
        }
        return [
            "kind": "DemandHistory", "metadata": ["name": .string(workload.rawValue)],
            "slotSeconds": .integer(DemandHistory.slotSeconds),
            "from": .string(Timestamp(seconds: UInt64(max(0, first * DemandHistory.slotSeconds))).description),
            "requestsPerSecond": .array(rates),
        ]
    }
}
