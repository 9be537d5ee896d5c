package import FleetModel
package import FleetRouting

/// Tells from counts since the start what share of the last attempts at each plane got no answer.
package struct PlaneSightMeter: Sendable {
    /// So many looks back counts are compared: ten seconds of reports.
    package static let looks = 10
    /// Fewer attempts than this say nothing.
    package static let leastAttempts: UInt64 = 10

    private struct Mark {
        var answered: UInt64
        var unanswered: UInt64
    }

    private var marks: [PlaneName: [Mark]] = [:]

    package init() {}

    /// Looks at every plane's counts; to be called once per report.
    package mutating func shares(_ tallies: [PlaneName: PlaneTally]) -> [PlaneName: Double] {
        marks = marks.filter { tallies.keys.contains($0.key) }
        var shares: [PlaneName: Double] = [:]
        for (plane, tally) in tallies {
            let newest = Mark(answered: tally.answered, unanswered: tally.unanswered)
            var known = marks[plane] ?? []
            if let oldest = known.first, newest.answered >= oldest.answered, newest.unanswered >= oldest.unanswered {
                let unanswered = newest.unanswered - oldest.unanswered
                let all = unanswered + (newest.answered - oldest.answered)
                if all >= Self.leastAttempts { shares[plane] = Double(unanswered) / Double(all) }
            }
            known.append(newest)
            marks[plane] = known.suffix(Self.looks)
        }
        return shares
    }
}
