import FleetModel

/// A pool that could run a workload: its hardware matches and the fence allows its plane for somebody who asks.
struct Candidate {
    let plane: WorkloadPlane
    let pool: CapacityPool
    let profile: AcceleratorProfile
    /// Which loads (by index) the fence lets this plane serve.
    let admitted: [Bool]
    /// Round trip from each load's users, through the best gateway.
    let roundTrips: [Duration]

    var ledgerKey: PoolKey { PoolKey(plane: plane.name, pool: pool.name) }

    /// Price of one request per second of throughput; nil where the price is not known.
    var usdPerRate: Double? {
        if pool.owned { return 0 }
        guard let price = pool.usdPerNodeHour else { return nil }
        return price * Double(profile.accelerators) / Double(pool.acceleratorsPerNode) / profile.rate.value
    }

    /// What is lost with this candidate at once.
    func domain(_ survival: Objective.Survival) -> String {
        switch survival {
        case .none: ""
        case .region: "\(plane.provider)/\(plane.region)"
        case .provider: plane.provider.rawValue
        }
    }

    /// Orders candidates for one load: inside the latency budget, then inside the failover budget, then beyond; owned before
    /// bought; known prices ascending, unknown last; nearer; then by name, so that the order is total.
    func precedes(_ other: Candidate, load: Int, budget: Duration, failoverBudget: Duration) -> Bool {
        func band(_ roundTrip: Duration) -> Int { roundTrip <= budget ? 0 : roundTrip <= failoverBudget ? 1 : 2 }
        let (mine, theirs) = (band(roundTrips[load]), band(other.roundTrips[load]))
        if mine != theirs { return mine < theirs }
        if pool.owned != other.pool.owned { return pool.owned }
        let (price, otherPrice) = (usdPerRate ?? .infinity, other.usdPerRate ?? .infinity)
        if price != otherPrice { return price < otherPrice }
        if roundTrips[load] != other.roundTrips[load] { return roundTrips[load] < other.roundTrips[load] }
        return (plane.name, pool.name) < (other.plane.name, other.pool.name)
    }
}
