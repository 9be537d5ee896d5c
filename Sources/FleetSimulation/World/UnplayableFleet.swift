import FleetModel

/// A fleet and a scenario that do not go together, or that are too large to play.
package struct UnplayableFleet: Error, Equatable, CustomStringConvertible {
    package var problems: [String]
    package var description: String { problems.joined(separator: "; ") }

    /// Most planes, gateways and workloads of a world.
    static let placeLimit = 1_000

    static func check(_ setup: WorldSetup) throws(UnplayableFleet) {
        let problems = problems(of: setup)
        guard problems.isEmpty else { throw UnplayableFleet(problems: problems) }
    }

    package static func problems(of setup: WorldSetup) -> [String] {
        let (fleet, scenario) = (setup.fleet, setup.scenario)
        var problems: [String] = []
        func need(_ isRight: Bool, _ problem: @autoclosure () -> String) {
            if !isRight { problems.append(problem()) }
        }
        need(!fleet.gateways.isEmpty, "the fleet declares no gateway; requests need one to come in by")
        need(!fleet.planes.isEmpty, "the fleet declares no plane; replicas need one to run in")
        need(!fleet.workloads.isEmpty, "the fleet declares no workload; nothing can be asked for")
        need(
            max(fleet.planes.count, fleet.gateways.count, fleet.workloads.count) <= placeLimit,
            "a world has at most \(placeLimit) planes, gateways and workloads")
        let duration = scenario.duration
        need(
            duration >= .seconds(1) && duration <= Scenario.longest,
            "duration is \(duration.text); a second to \(Scenario.longest.text) can be played")
        need(scenario.step >= .seconds(1), "step is \(scenario.step.text); a second is the least")
        func plane(_ name: PlaneName) -> WorkloadPlane? { fleet.planes.first { $0.name == name } }
        func known(_ name: PlaneName) -> String {
            "the fleet has no plane \(name); it has \(fleet.planes.map(\.name.rawValue).joined(separator: ", "))"
        }
        for workload in scenario.workloadTokens.keys.sorted() {
            need(fleet.workloads.contains { $0.name == workload }, "the fleet has no workload \(workload)")
        }
        for spike in scenario.demand.spikes {
            for workload in spike.workloads {
                need(fleet.workloads.contains { $0.name == workload }, "the fleet has no workload \(workload)")
            }
        }
        if case .trace(let workload, let trace) = scenario.demand.source {
            need(fleet.workloads.contains { $0.name == workload }, "the fleet has no workload \(workload)")
            need(!trace.entries.isEmpty, "the trace \(trace.name) has no request")
            need(
                fleet.workloads.first { $0.name == workload }?.demand.isEmpty != true,
                "workload \(workload) declares no demand; the requests of a trace come from its origins")
        }
        problems += sizes(of: setup)
        if case .recorded(let recorded) = scenario.demand.source { problems += Self.problems(of: recorded, setup) }
        for market in scenario.markets {
            guard let plane = plane(market.plane) else {
                problems.append(known(market.plane))
                continue
            }
            need(plane.pools.contains { $0.name == market.pool }, "plane \(market.plane) has no pool \(market.pool)")
        }
        for fault in scenario.faults {
            switch fault.kind {
            case .planeLost(let name), .slow(let name, _), .refused(let name, nil): need(plane(name) != nil, known(name))
            case .refused(let name, .some(let pool)):
                need(plane(name)?.pools.contains { $0.name == pool } == true, "plane \(name) has no pool \(pool)")
            case .regionLost(let provider, let region), .nodesLost(let provider, let region, _):
                need(
                    fleet.planes.contains { $0.provider == provider && $0.region == region },
                    "no plane of the fleet is in \(provider)/\(region)")
            case .providerLost(let provider):
                need(fleet.planes.contains { $0.provider == provider }, "no plane of the fleet is of provider \(provider)")
            case .spotLost(let provider):
                need(
                    fleet.planes.contains { $0.provider == provider && $0.pools.contains { $0.tier == .spot } },
                    "no plane of provider \(provider) has a spot pool")
            case .gatewayLost(let name): need(fleet.gateways.contains { $0.name == name }, "the fleet has no gateway \(name)")
            case .controlLost: break
            }
        }
        return problems
    }

    /// Most requests that are played one by one, and at all; how many times the declared demand may be asked for.
    private static let eventLimit = 1e9
    private static let requestLimit = 1e14
    private static let growthLimit = 1e6

    private static func sizes(of setup: WorldSetup) -> [String] {
        let demand = setup.scenario.demand
        let growth = demand.spikes.reduce(demand.scale) { $0 * max(1, $1.factor) }
        guard growth <= growthLimit else {
            return ["scale and spikes together make \(Int(min(1e18, growth))) times the demand; a million times can be played"]
        }
        let requests = DemandStream.expected(setup)
        if setup.scenario.resolution == .events, requests > eventLimit {
            return ["\(Int(min(1e18, requests))) requests are too many to play one by one; resolution fluid plays them as rates"]
        }
        return requests > requestLimit ? ["\(Int(min(1e18, requests))) requests are more than can be counted"] : []
    }

    private static func problems(of recorded: RecordedDemand, _ setup: WorldSetup) -> [String] {
        guard let span = recorded.span else { return ["\(recorded.name) has no rate"] }
        var problems: [String] = []
        let start = setup.scenario.startSecondsSince1970
        let end = start + UInt64(setup.scenario.duration.seconds.rounded(.up))
        if start < span.lowerBound || end > span.upperBound {
            problems.append(
                "\(recorded.name) knows \(CivilDate.text(secondsSince1970: span.lowerBound)) to "
                    + "\(CivilDate.text(secondsSince1970: span.upperBound)); the scenario is "
                    + "\(CivilDate.text(secondsSince1970: start)) to \(CivilDate.text(secondsSince1970: end))")
        }
        let known = setup.fleet.workloads.filter { workload in recorded.series.contains { $0.workload == workload.name } }
        if known.isEmpty { problems.append("\(recorded.name) knows no workload of the fleet") }
        for workload in known {
            if workload.demand.isEmpty {
                problems.append("workload \(workload.name) declares no demand: nobody knows where its users are")
            }
            for origin in recorded.series.filter({ $0.workload == workload.name }).compactMap(\.origin)
            where !workload.demand.contains(where: { $0.from == origin }) {
                problems.append(
                    "workload \(workload.name) declares no demand from \(origin); it has "
                        + workload.demand.map(\.from).joined(separator: ", "))
            }
        }
        return problems
    }
}
