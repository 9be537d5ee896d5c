import FleetControl
import FleetDocuments
import FleetModel
import Synchronization

/// Workloads' versions between their stored texts and the model.
final class RolloutShelf: Sendable {
    /// Specifications already decoded, by their text; those of the last reading are kept.
    private let decoded = Mutex<[String: Workload]>([:])

    init() {}

    /// What the loop knows of versions. A row that cannot be read fails the whole: a workload without its history
    /// would be taken for one
    /// whose declared version has always served.
    func histories(_ rows: [WorkloadName: RolloutRow]) throws -> [WorkloadName: RolloutHistory] {
        var used: [String: Workload] = [:]
        func workload(_ text: String) throws -> Workload {
            if let known = used[text] ?? decoded.withLock({ $0[text] }) {
                used[text] = known
                return known
            }
            guard case .success(.workload(let workload)) = FleetDecoder.decodeResource(json: text) else {
                throw StoreError.unreadable("a stored version of a workload is not readable by this version")
            }
            used[text] = workload
            return workload
        }
        let histories = try rows.mapValues { row in
            RolloutHistory(
                record: row.record, stable: try workload(row.stable), target: try row.target.map(workload),
                previous: try row.previous.map(workload))
        }
        let newest = used
        decoded.withLock { $0 = newest }
        return histories
    }

    /// What differs from what was read, as it is to be stored.
    func changes(
        _ decisions: [WorkloadName: RolloutDecision], from rows: [WorkloadName: RolloutRow],
        _ histories: [WorkloadName: RolloutHistory]
    ) -> [WorkloadName: RolloutChange] {
        var changes: [WorkloadName: RolloutChange] = [:]
        for (name, decision) in decisions where decision.history != histories[name] {
            let history = decision.history
            changes[name] = RolloutChange(
                before: rows[name],
                after: RolloutRow(
                    record: history.record, stable: Self.text(history.stable), target: history.target.map(Self.text),
                    previous: history.previous.map(Self.text)))
        }
        return changes
    }

    private static func text(_ workload: Workload) -> String {
        ResourceDocuments.write(.workload(workload), expectedVersion: nil).spec
    }
}
