import FleetModel

/// One version of a workload and its share of the requests.
package struct RevisionShare: Equatable, Sendable {
    package let generation: UInt64
    /// 0 to 1, all of a workload's together 1; nil where load alone decides.
    package let share: Double?

    /// The newest first, so that a growing share of it takes from the others and keeps what it has. A list without
    /// weights, or with
    /// none above 0, is only counted by.
    static func shares(of weights: [RevisionWeight]) -> [RevisionShare] {
        let sorted = weights.filter { $0.generation != 0 }.sorted { $0.generation > $1.generation }
        let usable = sorted.map { weight in
            weight.weight.flatMap { $0.isFinite && $0 >= 0 ? min($0, 1e6) : nil }
        }
        let total = usable.reduce(0) { $0 + ($1 ?? 0) }
        return zip(sorted, usable).map { weight, usable in
            RevisionShare(generation: weight.generation, share: total > 0 ? (usable ?? 0) / total : nil)
        }
    }
}

/// A version as the router keeps it.
struct RevisionState: Equatable, Sendable {
    var workload: Int32
    var share: Double?
    var outcome: RevisionOutcome
}
