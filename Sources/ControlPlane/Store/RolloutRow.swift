package import FleetControl

/// What is stored of one workload's versions: where its rollout stands, and the specifications that replicas were made from.
package struct RolloutRow: Equatable, Sendable {
    package var record: RolloutRecord
    /// As in ``StoredResource/spec``.
    package var stable: String
    package var target: String?
    package var previous: String?

    package init(record: RolloutRecord, stable: String, target: String? = nil, previous: String? = nil) {
        self.record = record
        self.stable = stable
        self.target = target
        self.previous = previous
    }
}

/// One workload's versions before and after a pass. It is stored only over what the pass was made from.
package struct RolloutChange: Equatable, Sendable {
    package var before: RolloutRow?
    package var after: RolloutRow

    package init(before: RolloutRow?, after: RolloutRow) { (self.before, self.after) = (before, after) }
}
