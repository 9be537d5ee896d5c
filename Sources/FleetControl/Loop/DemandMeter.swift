package import FleetModel

/// Turns what gateways count since their start into what happens per second now.
///
/// Each rate is taken between the two newest reports of a gateway that lie at least ``leastSpan`` apart, and smoothed with time
/// constant ``smoothing``; a count that fell is a gateway that started anew, whose first report says nothing of a rate.
package struct DemandMeter: Equatable, Sendable {
    package static let leastSpan = Duration.milliseconds(900)
    package static let smoothing = Duration.seconds(10)

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

    private var marks: [Key: Mark] = [:]

    package init() {}

    /// Takes a gateway's report at the moment it was heard.
    package mutating func receive(_ report: GatewayReport, at: Moment) {
        for (workload, demand) in report.demand ?? [:] {
            let key = Key(gateway: report.gateway, workload: workload)
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
                demand.promptTokens - old.demand.promptTokens + (demand.completionTokens - old.demand.completionTokens)
            now.tokensPerSecond = Double(tokens) / span.seconds
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

    package mutating func retain(_ fleet: Fleet) {
        let (gateways, workloads) = (Set(fleet.gateways.map(\.name)), Set(fleet.workloads.map(\.name.rawValue)))
        marks = marks.filter { gateways.contains($0.key.gateway) && workloads.contains($0.key.workload) }
    }
}
