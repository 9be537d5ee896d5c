package import FleetModel

/// One way to buy for a fleet, to be compared with others: what the fleet declares is changed, what decides is not.
package enum FleetVariant: Hashable, Sendable, CustomStringConvertible {
    /// As it is.
    case declared
    /// On-demand capacity alone.
    case onDemand
    /// A spot policy for every workload, whatever its document says, over on-demand and spot pools.
    case spot(PurchaseRules.SpotPolicy)
    /// So many percent of what the busiest hour needs on reserved, on on-demand and on spot nodes, held all the time.
    case fixed(reserved: Int, onDemand: Int, spot: Int)
    /// As a plan says, with as many reserved nodes as it buys.
    case planned

    /// The classic split.
    package static let classic = FleetVariant.fixed(reserved: 70, onDemand: 20, spot: 10)
    package static let accepted =
        "declared, planned, on-demand, round-robin, spothedge, default, static-RESERVED-ONDEMAND-SPOT such as static-70-20-10, or "
        + "lower-bound"

    /// By the names that the spot experiment has for them.
    private static let spotPolicies: [(name: String, policy: PurchaseRules.SpotPolicy)] = [
        ("round-robin", .roundRobinSpot), ("spothedge", .spotHedge), ("default", .adaptiveHedge),
    ]

    package init?(_ text: some StringProtocol) {
        switch text {
        case "declared": self = .declared
        case "on-demand": self = .onDemand
        case "planned": self = .planned
        case let name where Self.spotPolicies.contains(where: { $0.name == name }):
            self = .spot(Self.spotPolicies.first { $0.name == name }?.policy ?? .adaptiveHedge)
        default:
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0] == "static", let reserved = Int(parts[1]), let onDemand = Int(parts[2]),
                let spot = Int(parts[3]), [reserved, onDemand, spot].allSatisfy({ (0...100).contains($0) }),
                reserved + onDemand + spot == 100
            else { return nil }
            self = .fixed(reserved: reserved, onDemand: onDemand, spot: spot)
        }
    }

    package var description: String {
        switch self {
        case .declared: "declared"
        case .onDemand: "on-demand"
        case .planned: "planned"
        case .spot(let policy): Self.spotPolicies.first { $0.policy == policy }?.name ?? policy.rawValue
        case .fixed(let reserved, let onDemand, let spot): "static-\(reserved)-\(onDemand)-\(spot)"
        }
    }

    /// The fleet bought this way. Owned pools stay in each: they are paid for. Reserved nodes are paid for whether they are used or
    /// not, so that none stays that the way does not buy.
    ///
    /// - Parameter plan: what ``planned`` carries out; the fleet's own where it is nil.
    package func fleet(_ fleet: Fleet, plan: PlacementPlan? = nil) -> Fleet {
        switch self {
        case .declared: fleet
        case .onDemand: Self.replacing(fleet) { _, pool in pool.owned || pool.tier == .onDemand ? pool : nil }
        case .spot(let policy): Self.buying(fleet, policy)
        case .fixed(let reserved, let onDemand, let spot):
            FixedMix(fleet, shares: [.reserved: reserved, .onDemand: onDemand, .spot: spot]).fleet
        case .planned: Self.carryingOut(plan ?? fleet.planInForce, fleet)
        }
    }

    private static func buying(_ fleet: Fleet, _ policy: PurchaseRules.SpotPolicy) -> Fleet {
        let bought = replacing(fleet) { _, pool in pool.owned || pool.tier != .reserved ? pool : nil }
        return Fleet(
            bought.resources.map { resource in
                guard case .workload(var workload) = resource else { return resource }
                workload.purchase.spotPolicy = policy
                return .workload(workload)
            })
    }

    /// On-demand and spot pools stay as they are declared: the loop may go beyond a plan.
    private static func carryingOut(_ plan: PlacementPlan?, _ fleet: Fleet) -> Fleet {
        guard let plan else { return fleet }
        return replacing(fleet, plan: plan) { plane, pool in
            guard pool.tier == .reserved, !pool.owned else { return pool }
            let nodes = plan.nodes.filter { $0.plane == plane.name && $0.pool == pool.name }.map(\.count).max() ?? 0
            guard nodes > 0 else { return nil }
            var pool = pool
            pool.maxNodes = min(pool.maxNodes, nodes)
            return pool
        }
    }

    /// The fleet with other pools, and without a plan that was made for those it had.
    static func replacing(
        _ fleet: Fleet, plan: PlacementPlan? = nil, _ change: (WorkloadPlane, CapacityPool) -> CapacityPool?
    ) -> Fleet {
        var resources: [Resource] = fleet.resources.compactMap { resource in
            switch resource {
            case .workloadPlane(var plane):
                plane.pools = plane.pools.compactMap { change(plane, $0) }
                return .workloadPlane(plane)
            case .placementPlan: return nil
            default: return resource
            }
        }
        if let plan { resources.append(.placementPlan(plan)) }
        return Fleet(resources)
    }
}

/// Shares of what the busiest hour needs, one tier beside the other, as a plan that never changes.
///
/// Each workload's replicas for its peak (Σ of its origins' peaks, by the target utilisation) are split by the shares, fractions to
/// the tier that lost most by rounding down, and spread over the pools of a tier in turn, the cheapest first.
struct FixedMix {
    let fleet: Fleet

    init(_ declared: Fleet, shares: [CapacityPool.Tier: Int]) {
        var plan = PlacementPlan(
            metadata: Metadata(name: PlacementPlan.nameInForce.rawValue), blocks: ["always"],
            hours: [Int](repeating: 0, count: 24), replicas: [])
        // Nodes, by plane and pool; no two workloads share one.
        var used: [String: Int] = [:]
        for workload in declared.workloads {
            let wanted = Self.wanted(workload)
            for (tier, count) in Self.split(wanted, shares) {
                Self.spread(count, of: workload, over: tier, declared, into: &plan, used: &used)
            }
        }
        let planned = plan
        fleet = FleetVariant.replacing(declared, plan: planned) { plane, pool in
            if pool.owned { return pool }
            guard let nodes = used["\(plane.name)/\(pool.name)"], nodes > 0 else { return nil }
            var pool = pool
            pool.maxNodes = min(pool.maxNodes, nodes)
            return pool
        }
    }

    /// Replicas for the peak on the fastest hardware it has a profile for.
    private static func wanted(_ workload: Workload) -> Int {
        let peak = workload.demand.reduce(0) { $0 + $1.peak.value }
        let rate = workload.replica.profile.map(\.rate.value).max() ?? 1
        let exact = peak / (rate * workload.objective.targetUtilization.fraction)
        return min(workload.scaling.maxReplicas, max(workload.scaling.minReplicas, Int((exact - 1e-9).rounded(.up))))
    }

    private static func split(_ count: Int, _ shares: [CapacityPool.Tier: Int]) -> [(CapacityPool.Tier, Int)] {
        let tiers: [CapacityPool.Tier] = [.reserved, .onDemand, .spot]
        var counts = tiers.map { count * (shares[$0] ?? 0) / 100 }
        let byRest = tiers.indices.sorted { left, right in
            let (one, other) = (count * (shares[tiers[left]] ?? 0) % 100, count * (shares[tiers[right]] ?? 0) % 100)
            return (-one, left) < (-other, right)
        }
        for index in byRest.prefix(count - counts.reduce(0, +)) { counts[index] += 1 }
        return Array(zip(tiers, counts))
    }

    private static func spread(
        _ count: Int, of workload: Workload, over tier: CapacityPool.Tier, _ fleet: Fleet, into plan: inout PlacementPlan,
        used: inout [String: Int]
    ) {
        let fence = fleet.fence
        var places: [(plane: WorkloadPlane, pool: CapacityPool, accelerators: Int)] = []
        for plane in fleet.planes {
            let isInside = workload.demand.contains {
                fence.verdict(workload: workload, plane: plane, userJurisdictions: $0.location.jurisdictions).isInside
            }
            guard isInside else { continue }
            for pool in plane.pools where pool.tier == tier && !pool.owned {
                if case .runs(let profile) = workload.replica.match(pool) { places.append((plane, pool, profile.accelerators)) }
            }
        }
        places.sort {
            ($0.pool.usdPerNodeHour ?? .infinity, $0.plane.name, $0.pool.name)
                < ($1.pool.usdPerNodeHour ?? .infinity, $1.plane.name, $1.pool.name)
        }
        var counts = [Int](repeating: 0, count: places.count)
        var left = count
        while left > 0 {
            let before = left
            for index in places.indices where left > 0 {
                let place = places[index]
                let key = "\(place.plane.name)/\(place.pool.name)"
                let perNode = place.pool.acceleratorsPerNode / max(1, place.accelerators)
                let isNew = perNode > 0 && counts[index] % perNode == 0
                guard perNode > 0, !isNew || used[key, default: 0] < place.pool.maxNodes else { continue }
                if isNew { used[key, default: 0] += 1 }
                counts[index] += 1
                left -= 1
            }
            // What does not fit is not bought: the mix is as large as the pools are.
            if left == before { break }
        }
        for (index, place) in places.enumerated() where counts[index] > 0 {
            plan.replicas.append(
                PlacementPlan.Replicas(
                    workload: workload.name, plane: place.plane.name, pool: place.pool.name, block: "always",
                    count: counts[index]))
        }
    }
}
