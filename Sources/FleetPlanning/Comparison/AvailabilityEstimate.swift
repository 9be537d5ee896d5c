/// How available a workload can be expected to be on a plan's capacity.
package struct AvailabilityEstimate: Equatable, Sendable {
    /// Two ends, because of what was not looked at: more outages at the same time than were enumerated.
    package struct Interval: Equatable, Sendable {
        package var low: Double
        package var high: Double

        package init(low: Double, high: Double) { (self.low, self.high) = (low, high) }
    }

    package struct Figures: Equatable, Sendable {
        /// Share of time in which at least the kept share of the demand the plan serves is served.
        package var kept: Interval
        /// Share of the horizon's requests that is served; those the plan leaves unmet are not.
        package var served: Interval
    }

    package struct Outage: Equatable, Sendable {
        /// What fails together: "region aws/us-east-1", "provider gcp".
        package var lost: [String]
        /// Share of time.
        package var probability: Double
        /// Share of demand served meanwhile in the busiest block, spot nodes all there.
        package var servedShare: Double
    }

    package var workload: String
    package var keptShare: Double
    package var independent: Figures
    package var correlated: Figures
    /// Smallest sets of failures after which less than the kept share is served in the busiest block, the most probable first.
    package var breakingOutages: [Outage]

    package var sentence: String {
        let share = keptShare >= 1 ? "all its demand" : "at least \(Figure.percent(keptShare)) of its demand"
        var text =
            "\(workload): \(share) is served \(Figure.availability(independent.kept.low)) of the time and "
            + "\(Figure.availability(independent.served.low)) of requests are, if what fails fails independently; "
            + "\(Figure.availability(correlated.kept.low)) and \(Figure.availability(correlated.served.low)) if failures are correlated"
        if let first = breakingOutages.first {
            text +=
                "; most often too little is left when \(first.lost.joined(separator: " and ")) \(first.lost.count == 1 ? "fails" : "fail") "
                + "(\(Figure.time(hours: first.probability * 8_766)) a year)"
        }
        return text
    }
}
