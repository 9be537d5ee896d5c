package import FleetModel
package import FleetRouting

/// Tells from counts since the start what share of the last attempts at each plane got no answer.
package struct PlaneSightMeter: Sendable {
    /// Counts are compared with those of so long ago.
    package static let window = Duration.seconds(10)
    /// Between two marks: reports of news come in quick succession.
    package static let pace = Duration.seconds(1)
    /// Fewer attempts than this say nothing.
    package static let leastAttempts: UInt64 = 10

    private struct Mark {
        var at: Moment
        var answered: UInt64
        var unanswered: UInt64
    }

    private var marks: [PlaneName: [Mark]] = [:]

    package init() {}

    /// Looks at every plane's counts; to be called once per report.
    package mutating func shares(_ tallies: [PlaneName: PlaneTally], now: Moment) -> [PlaneName: Double] {
        marks = marks.filter { tallies.keys.contains($0.key) }
        var shares: [PlaneName: Double] = [:]
        for (plane, tally) in tallies {
            let newest = Mark(at: now, answered: tally.answered, unanswered: tally.unanswered)
            var known = (marks[plane] ?? []).filter { now.since($0.at) <= Self.window }
            if let oldest = known.first, newest.answered >= oldest.answered, newest.unanswered >= oldest.unanswered {
                let unanswered = newest.unanswered - oldest.unanswered
                let all = unanswered + (newest.answered - oldest.answered)
                if all >= Self.leastAttempts { shares[plane] = Double(unanswered) / Double(all) }
            }
            if known.last.map({ now.since($0.at) >= Self.pace }) ?? true { known.append(newest) }
            marks[plane] = known
        }
        return shares
    }
}
