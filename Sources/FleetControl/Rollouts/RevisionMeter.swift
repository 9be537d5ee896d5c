package import FleetModel

/// Adds up what gateways count of each version of a workload, over their restarts.
///
/// The first report after a start of this process only sets marks: what was counted before it belongs to a step that began before
/// it.
package struct RevisionMeter: Equatable, Sendable {
    package struct Key: Hashable, Sendable {
        package var workload: WorkloadName
        package var generation: UInt64

        package init(workload: WorkloadName, generation: UInt64) { (self.workload, self.generation) = (workload, generation) }
    }

    /// Versions of one workload that one gateway may tell of; more are passed over.
    private static let versionsPerReport = 4
    /// Versions remembered of one gateway: twice as many workloads as a large fleet has, each with two. A gateway may name
    /// anything.
    static let marksPerGateway = 4_096

    private var marks: [GatewayName: [Key: RevisionOutcome]] = [:]
    private var heard: Set<GatewayName> = []
    private var totals: [Key: RevisionOutcome] = [:]

    package init() {}

    package mutating func receive(_ report: GatewayReport) {
        let isFirst = heard.insert(report.gateway).inserted
        var marks = self.marks.removeValue(forKey: report.gateway) ?? [:]
        defer { self.marks[report.gateway] = marks }
        for (workload, outcomes) in (report.revisions ?? [:]).sorted(by: { $0.key < $1.key }) {
            for outcome in outcomes.prefix(Self.versionsPerReport) where Self.isSound(outcome) {
                let key = Key(workload: WorkloadName(workload), generation: outcome.generation)
                let before = marks[key]
                guard before != nil || marks.count < Self.marksPerGateway else { continue }
                marks[key] = outcome
                if before == nil, isFirst { continue }
                let grown = Self.growth(from: before, to: outcome)
                totals[key, default: RevisionOutcome(generation: outcome.generation)].add(grown)
            }
        }
    }

    package func total(of key: Key) -> RevisionOutcome { totals[key] ?? RevisionOutcome(generation: key.generation) }

    /// Forgets every version but these.
    package mutating func retain(_ keys: Set<Key>, gateways: Set<GatewayName>) {
        heard.formIntersection(gateways)
        marks = marks.filter { gateways.contains($0.key) }.mapValues { $0.filter { keys.contains($0.key) } }
        totals = totals.filter { keys.contains($0.key) }
    }

    /// A count that fell is one that began anew.
    private static func growth(from old: RevisionOutcome?, to new: RevisionOutcome) -> RevisionOutcome {
        guard let old, new.requests >= old.requests, new.failures >= old.failures, new.firstBytes >= old.firstBytes,
            new.firstByteMillisecondsSum >= old.firstByteMillisecondsSum
        else { return new }
        return difference(new, old)
    }

    static func difference(_ new: RevisionOutcome, _ old: RevisionOutcome) -> RevisionOutcome {
        RevisionOutcome(
            generation: new.generation, requests: new.requests - min(old.requests, new.requests),
            failures: new.failures - min(old.failures, new.failures),
            firstByteMillisecondsSum: max(0, new.firstByteMillisecondsSum - old.firstByteMillisecondsSum),
            firstBytes: new.firstBytes - min(old.firstBytes, new.firstBytes))
    }

    private static func isSound(_ outcome: RevisionOutcome) -> Bool {
        outcome.firstByteMillisecondsSum.isFinite && outcome.firstByteMillisecondsSum >= 0
            && max(outcome.requests, outcome.failures, outcome.firstBytes) < 1 << 53
    }
}
