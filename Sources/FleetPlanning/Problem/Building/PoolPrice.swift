import FleetModel

extension ProblemOrigin.Price {
    /// Owned nodes cost nothing more; a declared price goes before the catalogue's; nil where neither knows one.
    init?(_ pool: CapacityPool, of plane: WorkloadPlane, prices: PriceBook) {
        let (planeName, poolName) = (plane.name.rawValue, pool.name.rawValue)
        if pool.owned {
            self.init(plane: planeName, pool: poolName, usdPerNodeHour: 0, source: .owned)
        } else if let price = pool.usdPerNodeHour {
            self.init(plane: planeName, pool: poolName, usdPerNodeHour: price, source: .declared)
        } else if let quote = prices.quote(for: pool, in: plane) {
            self.init(plane: planeName, pool: poolName, usdPerNodeHour: quote.usdPerHour, source: .quoted(quote))
        } else {
            return nil
        }
    }
}

/// Price of data leaving a plane for users: the plane's, else its provider's, else the catalogue's.
struct PlaneEgress {
    /// Nil where nobody knows.
    let usdPerGiB: Double?

    init(_ plane: WorkloadPlane, facts: PlanningFacts) {
        let provider = facts.fleet.providers.first { $0.name == plane.provider }
        let declared = plane.egress ?? provider?.egress
        let quoted = facts.prices.egressQuote(provider: plane.provider, region: plane.region)
        usdPerGiB = declared?.value ?? quoted?.price.value
    }
}

extension PlanningProblem.Pool.Tier {
    init(_ tier: CapacityPool.Tier) {
        switch tier {
        case .reserved: self = .reserved
        case .onDemand: self = .onDemand
        case .spot: self = .spot
        }
    }
}

extension PlanningProblem.Workload.Survival {
    init(_ survival: Objective.Survival) {
        switch survival {
        case .none: self = .none
        case .region: self = .region
        case .provider: self = .provider
        }
    }
}
