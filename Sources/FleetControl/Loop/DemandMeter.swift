package import FleetModel

/// Turns what gateways count since their start into what happens per second now.
///
/// Each rate is taken between the two newest reports of a gateway that lie at least ``leastSpan`` apart, and smoothed with time
/// constant ``smoothing``; a count that fell is a gateway that started anew, whose first report says nothing of a rate.
package struct DemandMeter: Equatable, Sendable {
    package static let leastSpan = Duration.milliseconds(900)
    package static let smoothing = Duration.seconds(10)
    /// Requests that found no replica and went elsewhere are remembered for so long: three reports may be lost.
    package static let missMemory = Duration.seconds(4)

    /// More requests than can be missed at a gateway between two reports.
    private static let mostMissed: UInt64 = 1_000_000_000

    package struct Rates: Equatable, Sendable {
        package var arrivalsPerSecond = 0.0
        package var tokensPerSecond = 0.0
        package init() {}
    }

    private struct Key: Hashable {
        var gateway: GatewayName
        var workload: String
    }

    private struct Mark: Equatable {
        var demand: WorkloadDemand
        var at: Moment
        var rates: Rates?
    }

    private struct Misses: Equatable {
        var counted: UInt64
        /// By how many the count grew last, and when.
        var growth: UInt64 = 0
        var at: Moment
    }

    private var marks: [Key: Mark] = [:]
    private var misses: [Key: Misses] = [:]

    package init() {}

    /// Takes a gateway's report at the moment it was heard.
    package mutating func receive(_ report: GatewayReport, at: Moment) {
        for (workload, demand) in report.demand ?? [:] {
            let key = Key(gateway: report.gateway, workload: workload)
            noteMisses(demand.missed, key, at: at)
            guard let old = marks[key], demand.arrived >= old.demand.arrived,
                demand.promptTokens >= old.demand.promptTokens, demand.completionTokens >= old.demand.completionTokens
            else {
                marks[key] = Mark(demand: demand, at: at)
                continue
            }
            let span = at.since(old.at)
            guard span >= Self.leastSpan else { continue }
            var now = Rates()
            now.arrivalsPerSecond = Double(demand.arrived - old.demand.arrived) / span.seconds
            let tokens =
                Double(demand.promptTokens - old.demand.promptTokens)
                + Double(demand.completionTokens - old.demand.completionTokens)
            now.tokensPerSecond = tokens / span.seconds
            if let before = old.rates {
                // The exact step response of a first-order filter over an uneven span is 1 - e^(-span/τ); its Padé form.
                let ratio = span.seconds / Self.smoothing.seconds
                let part = ratio / (1 + ratio)
                now.arrivalsPerSecond = before.arrivalsPerSecond + part * (now.arrivalsPerSecond - before.arrivalsPerSecond)
                now.tokensPerSecond = before.tokensPerSecond + part * (now.tokensPerSecond - before.tokensPerSecond)
            }
            marks[key] = Mark(demand: demand, at: at, rates: now)
        }
    }

    /// What arrives at one gateway for one workload; nil until two reports told.
    package func rates(of workload: WorkloadName, at gateway: GatewayName) -> Rates? {
        marks[Key(gateway: gateway, workload: workload.rawValue)]?.rates
    }

    private mutating func noteMisses(_ missed: UInt64, _ key: Key, at: Moment) {
        // What was missed before the first report heard may have been long ago.
        guard let old = misses[key] else {
            misses[key] = Misses(counted: missed, at: at)
            return
        }
        // A count that fell is a gateway that started anew: all of it is new.
        let growth = missed >= old.counted ? missed - old.counted : missed
        if growth > 0 { misses[key] = Misses(counted: missed, growth: growth, at: at) } else { misses[key]?.counted = missed }
    }

    /// Requests that lately found no replica of the workload at a gateway, and did not wait for one.
    package func missed(of workload: WorkloadName, at gateway: GatewayName, now: Moment) -> Int {
        guard let known = misses[Key(gateway: gateway, workload: workload.rawValue)], known.growth > 0,
            now.since(known.at) < Self.missMemory
        else { return 0 }
        return Int(min(known.growth, Self.mostMissed))
    }

    package mutating func retain(_ fleet: Fleet) {
        let (gateways, workloads) = (Set(fleet.gateways.map(\.name)), Set(fleet.workloads.map(\.name.rawValue)))
        marks = marks.filter { gateways.contains($0.key.gateway) && workloads.contains($0.key.workload) }
        misses = misses.filter { gateways.contains($0.key.gateway) && workloads.contains($0.key.workload) }
    }
}
