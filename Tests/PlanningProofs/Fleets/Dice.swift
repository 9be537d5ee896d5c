import FleetPlanning
import SeededCases

/// Draws one planning problem. One in three is scarce: little reach, low quotas, much demand, many rules; the others mostly can
/// be met.
struct Dice {
    private var random: SeededGenerator
    private let size: RandomFleets.Size
    private let isScarce: Bool

    private static let accelerators: [(name: String, perNode: Int, price: Double)] = [
        ("H100-80GB", 8, 24), ("A100-80GB", 4, 8), ("L4-24GB", 2, 1.4), ("MI300X-192GB", 8, 28),
    ]

    init(seed: UInt64, size: RandomFleets.Size) {
        random = SeededGenerator(seed: seed)
        self.size = size
        isScarce = random.isOne(in: 3)
    }

    /// One in `scarce` of the scarce problems' draws, one in `plenty` of the others'.
    private mutating func isOne(in scarce: Int, else plenty: Int) -> Bool { random.isOne(in: isScarce ? scarce : plenty) }

    mutating func problem() -> PlanningProblem {
        let blocks = someBlocks()
        let planes = somePlanes()
        let pools = planes.flatMap { somePools(of: $0) }
        let workloads = (0..<random.next(in: 1...size.limits.workloads)).map { workload($0) }
        let origins = (0..<random.next(in: 1...size.limits.origins)).map { "o\($0)" }
        let demand = workloads.flatMap { demandRows(of: $0, origins, blocks) }
        var problem = PlanningProblem(
            blocks: blocks, planes: planes, pools: pools, workloads: workloads, demand: demand, rtt: rtt(origins, planes))
        let known = origins.filter { name in
            problem.demand.contains { $0.origin == name } || problem.rtt.contains { $0.origin == name }
        }
        problem.forbidden = forbidden(workloads, known, planes)
        problem.budgets = budgets(workloads)
        // 3,600 π is what an hour of one req/s is worth: from far above any price to about the price of serving it.
        problem.unmetUSDPerRequest = random.pick([1, 1, 1, 0.1, 0.1, 0.01, 0.002, 0.0007])
        if size == .enumerable, origins.count > 1 {
            for at in problem.workloads.indices { problem.workloads[at].egressGiBPerRequest = 0 }
        }
        return problem
    }

    private mutating func someBlocks() -> [PlanningProblem.Block] {
        (0..<random.next(in: 1...size.limits.blocks)).map { .init(name: "b\($0)", hours: random.pick([1, 6, 12.5, 240, 365])) }
    }

    private mutating func somePlanes() -> [PlanningProblem.Plane] {
        let least = size == .tiny ? 2 : 1
        return (0..<random.next(in: least...size.limits.planes)).map { at in
            // Region names collide between providers, and now and then two planes share a region.
            let (provider, region) = (random.pick(["aws", "azure", "gcp"]), "r\(random.below(3))")
            let egress = random.pick([0, 0.02, 0.09, 0.12])
            return .init(name: "p\(at)", provider: provider, region: region, egressUSDPerGiB: egress)
        }
    }

    private mutating func somePools(of plane: PlanningProblem.Plane) -> [PlanningProblem.Pool] {
        let most = size.limits.pools
        return (0..<random.next(in: size == .medium ? 0...most : 1...most)).map { at in
            let kind =
                size == .enumerable ? random.pick([Self.accelerators[1], Self.accelerators[2]]) : random.pick(Self.accelerators)
            let tier = random.pick(PlanningProblem.Pool.Tier.allCases)
            let isOwned = tier == .reserved && random.isOne(in: 3)
            let factor: Double =
                switch tier {
                case .reserved: isOwned ? 0 : 0.55
                case .onDemand: 1
                case .spot: 0.35
                }
            var price = kind.price * factor * Double(random.next(in: 80...130)) / 100
            if random.isOne(in: 3) { price = price.rounded() }
            var pool = PlanningProblem.Pool(
                plane: plane.name, name: "n\(at)", accelerator: kind.name, acceleratorsPerNode: kind.perNode, tier: tier,
                usdPerNodeHour: price,
                maxNodes: isOne(in: 12, else: 40) ? 0 : random.next(in: 1...(isOne(in: 3, else: 12) ? 2 : size.limits.nodes)))
            if tier == .spot, !random.isOne(in: 3) {
                pool.interruptionsPerNodeHour = random.pick([0.01, 0.05, 0.2])
                pool.replacementHours = random.pick([0.1, 0.5, 1])
            }
            return pool
        }
    }

    private mutating func workload(_ number: Int) -> PlanningProblem.Workload {
        var profile: [String: PlanningProblem.Profile] = [:]
        // A size that divides no node now and then: 3 of 8.
        let base = random.pick(size == .enumerable ? [1, 2, 3] : [1, 1, 2, 2, 3, 4, 5, 8])
        for kind in Self.accelerators where !isOne(in: 3, else: 8) {
            let size = max(1, kind.name.hasPrefix("L4") ? base / 2 : base)
            let rate = Double(size) * kind.price / Double(kind.perNode) * Double(random.next(in: 50...150)) / 100
            profile[kind.name] = .init(acceleratorsPerReplica: size, requestsPerSecond: (rate * 10).rounded() / 10)
        }
        if isOne(in: 15, else: 50) { profile = ["Q1": .init(acceleratorsPerReplica: 1, requestsPerSecond: 1)] }
        let latency = Double(random.pick(isScarce ? [60, 120, 200, 300] : [150, 200, 300]))
        return .init(
            name: "w\(number)", profile: profile, targetUtilization: random.pick([1, 0.9, 0.7, 0.5]),
            maxSpotShare: random.pick([1, 1, 0.5, 0.3, isScarce ? 0 : 0.7]), latencyBudgetMilliseconds: latency,
            failoverLatencyBudgetMilliseconds: latency + Double(random.pick([0, 50, 150])),
            survive: random.pick(PlanningProblem.Workload.Survival.allCases), keptShare: random.pick([1, 1, 0.8, 0.5, 0]),
            minReplicas: random.pick([0, 0, 0, 1, 2, 3, isOne(in: 3, else: 30) ? 60 : 0]),
            egressGiBPerRequest: random.pick([0, 0, 0.0001, 0.002]))
    }

    private mutating func demandRows(
        of workload: PlanningProblem.Workload, _ origins: [String], _ blocks: [PlanningProblem.Block]
    ) -> [PlanningProblem.Demand] {
        // About as many nodes as the size has on offer; now and then far more.
        let rate = workload.profile.keys.sorted().first.flatMap { workload.profile[$0]?.requestsPerSecond } ?? 1
        let scale = rate * Double(size.limits.nodes) * (isScarce ? (random.isOne(in: 8) ? 20 : 1) : 0.3)
        var rows: [PlanningProblem.Demand] = []
        for origin in origins where !random.isOne(in: 6) {
            let own: Double? = isOne(in: 4, else: 10) ? Double(random.pick([40, 150, 400])) : nil
            for block in blocks where !random.isOne(in: 15) {
                let amount = random.isOne(in: 8) ? 0 : (scale * Double(random.next(in: 1...100))).rounded() / 100
                rows.append(
                    .init(
                        workload: workload.name, origin: origin, block: block.name, requestsPerSecond: amount,
                        latencyBudgetMilliseconds: own))
            }
        }
        return rows
    }

    private mutating func rtt(_ origins: [String], _ planes: [PlanningProblem.Plane]) -> [PlanningProblem.RoundTrip] {
        var rows: [PlanningProblem.RoundTrip] = []
        for origin in origins {
            for plane in planes where !isOne(in: 10, else: 40) {
                let milliseconds = Double(random.next(in: 4...(isScarce ? 260 : 190)))
                rows.append(.init(origin: origin, plane: plane.name, milliseconds: milliseconds))
            }
        }
        return rows
    }

    private mutating func forbidden(
        _ workloads: [PlanningProblem.Workload], _ origins: [String], _ planes: [PlanningProblem.Plane]
    ) -> [PlanningProblem.Forbidden] {
        var rows: [PlanningProblem.Forbidden] = []
        for workload in workloads {
            for plane in planes {
                let isFenced = isOne(in: 8, else: 20)
                for origin in origins where isFenced || isOne(in: 10, else: 40) {
                    rows.append(.init(workload: workload.name, origin: origin, plane: plane.name, because: "residency"))
                }
            }
        }
        return rows
    }

    private mutating func budgets(_ workloads: [PlanningProblem.Workload]) -> [PlanningProblem.Budget] {
        guard random.isOne(in: 4) else { return [] }
        let some = workloads.map(\.name).filter { _ in random.isOne(in: 2) }
        guard !some.isEmpty else { return [] }
        return [.init(name: "team", workloads: some, usdPerHour: Double(random.pick(isScarce ? [0, 5, 20] : [20, 60, 300])))]
    }
}
