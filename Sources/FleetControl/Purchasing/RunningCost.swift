package import FleetModel

/// What a placement costs in an hour, each replica at its share of its node's price, by workload, tier and provider.
package struct RunningCost: Equatable, Sendable, Codable {
    /// Replicas of one workload that are bought one way from one provider.
    package struct Line: Equatable, Sendable, Codable {
        package var workload: WorkloadName
        package var tier: CapacityPool.Tier
        package var provider: ProviderName
        package var replicas: Int
        /// Of those whose price is known.
        package var usdPerHour: Double
        /// Replicas whose price is not known: counted in no sum.
        package var unpriced: Int
    }

    /// Sorted by workload, then tier in the order of ``CapacityPool/Tier``, then provider.
    package private(set) var lines: [Line] = []

    package init(of decision: PlacementDecision, fleet: Fleet) {
        let planes = Dictionary(fleet.planes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for workload in decision.workloads {
            for choice in workload.chosen where choice.placement.count > 0 {
                guard let plane = planes[choice.plane], let pool = plane.pools.first(where: { $0.name == choice.placement.pool })
                else { continue }
                count(choice.placement, of: workload.workload, pool, plane.provider)
            }
        }
        let order = CapacityPool.Tier.allCases
        lines.sort { left, right in
            if left.workload != right.workload { return left.workload < right.workload }
            let (first, second) = (order.firstIndex(of: left.tier) ?? 0, order.firstIndex(of: right.tier) ?? 0)
            return (first, left.provider) < (second, right.provider)
        }
    }

    private mutating func count(
        _ placement: PlaneAssignment.Placement, of workload: WorkloadName, _ pool: CapacityPool, _ provider: ProviderName
    ) {
        let price = pool.usdPerHour(accelerators: placement.acceleratorsPerReplica)
        let known = lines.firstIndex { $0.workload == workload && $0.tier == pool.tier && $0.provider == provider }
        let index = known ?? lines.count
        if known == nil {
            lines.append(
                Line(workload: workload, tier: pool.tier, provider: provider, replicas: 0, usdPerHour: 0, unpriced: 0))
        }
        lines[index].replicas += placement.count
        if let price {
            lines[index].usdPerHour += price * Double(placement.count)
        } else {
            lines[index].unpriced += placement.count
        }
    }

    /// USD in an hour of what is known.
    package var usdPerHour: Double { lines.reduce(0) { $0 + $1.usdPerHour } }
    /// Replicas whose price is not known.
    package var unpriced: Int { lines.reduce(0) { $0 + $1.unpriced } }

    package func lines(of workload: WorkloadName) -> [Line] { lines.filter { $0.workload == workload } }

    /// What one budget's workloads cost in an hour.
    package func usdPerHour(under budget: Budget) -> Double {
        lines.reduce(0) { budget.covers($1.workload) ? $0 + $1.usdPerHour : $0 }
    }

    /// What one workload runs on and costs, for people; empty where it runs nothing.
    package func text(of workload: WorkloadName) -> String {
        let own = lines(of: workload)
        guard !own.isEmpty else { return "" }
        let parts = own.map { line in
            let price = line.unpriced == line.replicas ? "price unknown" : Self.figure(line.usdPerHour)
            return "\(line.replicas) \(line.tier.rawValue) of \(line.provider) (\(price))"
        }
        let unpriced = own.reduce(0) { $0 + $1.unpriced }
        let sum = Self.figure(own.reduce(0) { $0 + $1.usdPerHour })
        return parts.joined(separator: ", ") + "; "
            + (unpriced == 0 ? sum : "\(sum) and \(unpriced) \(unpriced == 1 ? "replica" : "replicas") without a known price")
    }

    private static func figure(_ usd: Double) -> String { USDPerHour((usd * 1e4).rounded() / 1e4).text }
}
