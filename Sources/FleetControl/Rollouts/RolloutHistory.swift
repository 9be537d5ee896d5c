package import FleetModel

/// What is kept of one workload's versions: where its rollout stands, and the specifications that replicas were made from.
package struct RolloutHistory: Equatable, Sendable {
    package var record: RolloutRecord
    /// The version that serves when nothing is under way.
    package private(set) var stable: Workload
    /// The version that takes over, or was rolled back; nil where there is none.
    package private(set) var target: Workload?
    /// The version before the stable one, for an undo; nil where there was none.
    package private(set) var previous: Workload?

    package init(record: RolloutRecord, stable: Workload, target: Workload? = nil, previous: Workload? = nil) {
        self.record = record
        self.stable = Self.kept(stable, record.stable)
        self.target = target.map { Self.kept($0, record.progress?.target ?? 0) }
        self.previous = previous.map { Self.kept($0, 0) }
    }

    /// The history of a workload of which nothing is known but that it is declared.
    package init(of declared: Workload) {
        self.init(record: RolloutRecord(stable: declared.metadata.generation ?? 0), stable: declared)
    }

    mutating func begin(_ declared: Workload) {
        let generation = declared.metadata.generation ?? 0
        record.progress = RolloutRecord.Progress(target: generation)
        target = Self.kept(declared, generation)
    }

    mutating func promote() {
        guard let target, let progress = record.progress else { return }
        self = RolloutHistory(record: RolloutRecord(stable: progress.target), stable: target, previous: stable)
    }

    /// Nothing is under way, and what is declared is the stable version.
    mutating func settle(_ declared: Workload) {
        self = RolloutHistory(record: RolloutRecord(stable: record.stable), stable: declared, previous: previous)
    }

    /// Of the metadata, the name and the generation that its replicas carry.
    private static func kept(_ workload: Workload, _ generation: UInt64) -> Workload {
        var workload = workload
        workload.metadata = Metadata(name: workload.metadata.name, generation: generation)
        return workload
    }
}
