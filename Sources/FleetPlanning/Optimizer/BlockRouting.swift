/// Who is served where, for one service in one block: as planned, and after each loss.
struct BlockRouting {
    struct Flow {
        let origin: Int
        /// Position in the service's planes.
        let plane: Int
        let rate: Double
    }

    struct LossOutcome {
        let label: String
        let servedShare: Double
        let worstRoundTrip: Double
    }

    struct UnprotectedOrigin {
        let origin: Int
        let rate: Double
        let lost: [String]
    }

    private struct Supply {
        let group: Int
        let origin: Int
        let rate: Double
    }

    private let compiled: CompiledProblem
    private let service: CompiledProblem.Service
    private let replicas: [Double]
    private let unmet: [Double]
    private let unprotected: [Double]
    /// Demand by member.
    private let demand: [Supply]
    private let groupDemand: [Double]
    private let routed: CheapestTransport
    private let supplies: [Supply]

    /// Amounts below this are rounding.
    private static let negligible = 1e-7

    init(
        compiled: CompiledProblem, service: CompiledProblem.Service, block: Int, replicas: [Double], unmet: [Double],
        unprotected: [Double]
    ) {
        self.compiled = compiled
        self.service = service
        self.replicas = replicas
        self.unprotected = unprotected
        groupDemand = service.groups.map { $0.demand[block] }
        // A solver's tolerance can leave a hair too little or too much.
        self.unmet = zip(unmet, groupDemand).map { $0 < Self.negligible * max(1, $1) ? 0 : min($0, $1) }
        demand = service.groups.enumerated().flatMap { group, value in
            value.members.compactMap { member in
                member.demand[block] > 0 ? Supply(group: group, origin: member.origin, rate: member.demand[block]) : nil
            }
        }
        let (unmet, groupDemand) = (self.unmet, self.groupDemand)
        supplies = demand.map {
            Supply(group: $0.group, origin: $0.origin, rate: $0.rate * (1 - unmet[$0.group] / groupDemand[$0.group]))
        }
        routed = CheapestTransport(
            supply: supplies.map(\.rate),
            room: service.throughput(replicas, lost: nil).map { $0 * service.workload.targetUtilization },
            cost: supplies.map { Self.costs($0, service: service, compiled: compiled) })
    }

    /// Egress first; among equals the nearer plane.
    private static func costs(
        _ supply: Supply, service: CompiledProblem.Service, compiled: CompiledProblem
    ) -> [Double?] {
        let dearest = max(service.egressUSD.max() ?? 0, .leastNormalMagnitude)
        let allowed = service.groups[supply.group].base
        return service.planes.enumerated().map { position, plane in
            guard allowed.contains(plane), let time = compiled.roundTrip[supply.origin][plane] else { return nil }
            return service.egressUSD[position] / dearest * 1e9 + time
        }
    }

    func flows() -> [Flow] {
        supplies.indices.flatMap { index -> [Flow] in
            let least = 1e-9 * max(1, supplies[index].rate)
            var row = routed.flow[index]
            // What rounding left over goes where most of it went, so that flows and what is unmet add up to the demand.
            if routed.unrouted[index] > 0, !isSignificant(routed.unrouted[index]),
                let largest = row.indices.max(by: { row[$0] < row[$1] })
            {
                row[largest] += routed.unrouted[index]
            }
            return row.indices.compactMap {
                row[$0] > least ? Flow(origin: supplies[index].origin, plane: $0, rate: row[$0]) : nil
            }
        }
    }

    private func isSignificant(_ rate: Double) -> Bool { rate > Self.negligible * max(1, groupDemand.reduce(0, +)) }

    func unmetByOrigin() -> [(origin: Int, rate: Double)] {
        demand.indices.compactMap { index in
            var rate = demand[index].rate - supplies[index].rate
            if isSignificant(routed.unrouted[index]) { rate += routed.unrouted[index] }
            return rate > Self.negligible ? (demand[index].origin, rate) : nil
        }
    }

    /// After each loss: first what the plan protects is routed, then the rest of what should be kept, then whatever else still fits.
    func losses() -> (scenarios: [LossOutcome], unprotected: [UnprotectedOrigin]) {
        guard !service.losses.isEmpty else { return ([], []) }
        let served = zip(groupDemand, unmet).map { $0 - $1 }
        let arcs = wantedArcs()
        var outcomes: [LossOutcome] = []
        var shortfall = [Double](repeating: 0, count: served.count)
        var lost = [[String]](repeating: [], count: served.count)
        for loss in service.losses {
            var network = TransportNetwork(arcs: arcs, capacity: service.throughput(replicas, lost: loss))
            let kept = served.map { $0 * service.workload.keptShare }
            let required = zip(kept, unprotected).map { max(0, $0 - $1) }
            network.route(adding: required)
            network.route(adding: zip(kept, required).map { $0 - $1 })
            let left = network.unrouted
            network.route(adding: zip(served, kept).map { $0 - $1 })
            for group in served.indices {
                let short = min(left[group], network.unrouted[group])
                guard short > Self.negligible * max(1, served[group]) else { continue }
                shortfall[group] = max(shortfall[group], short)
                lost[group].append(loss.label)
            }
            let total = served.reduce(0, +)
            outcomes.append(
                LossOutcome(
                    label: loss.label, servedShare: total > 0 ? min(1, max(0, 1 - network.totalUnrouted / total)) : 1,
                    worstRoundTrip: worstRoundTrip(network)))
        }
        let rows = demand.compactMap { member -> UnprotectedOrigin? in
            let rate = shortfall[member.group] * member.rate / groupDemand[member.group]
            return shortfall[member.group] > 0
                ? UnprotectedOrigin(origin: member.origin, rate: rate, lost: lost[member.group]) : nil
        }
        return (outcomes, rows)
    }

    /// By group, positions of planes it may use after a loss, nearest first.
    private func wantedArcs() -> [[Int]] {
        service.arcs(failover: true).enumerated().map { group, planes in
            let farthest = planes.map { farthestMember(of: group, plane: $0) }
            return planes.indices.sorted { (farthest[$0], $0) < (farthest[$1], $1) }.map { planes[$0] }
        }
    }

    /// The longest round trip to a plane of a group's members who ask for anything.
    private func farthestMember(of group: Int, plane: Int) -> Double {
        demand.reduce(0) { worst, member in
            member.group == group ? max(worst, compiled.roundTrip[member.origin][service.planes[plane]] ?? 0) : worst
        }
    }

    private func worstRoundTrip(_ network: TransportNetwork) -> Double {
        var worst = 0.0
        for group in service.groups.indices {
            for plane in service.planes.indices where network.flow[group][plane] > Self.negligible {
                worst = max(worst, farthestMember(of: group, plane: plane))
            }
        }
        return worst
    }
}
