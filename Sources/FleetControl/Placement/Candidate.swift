import FleetModel

/// What a placement asks of a candidate for each replica.
struct CandidateTerms {
    let key: PoolKey
    let tier: CapacityPool.Tier
    /// Of one replica: accelerators, requests per second, and its share of its node's price where that is known.
    let accelerators: Int
    let rate: Double
    let usdPerReplica: Double?

    init(_ candidate: Candidate) {
        key = candidate.ledgerKey
        tier = candidate.pool.tier
        accelerators = candidate.profile.accelerators
        rate = candidate.profile.rate.value
        usdPerReplica = candidate.usdPerReplica
    }
}

/// A pool that could run a workload: its hardware matches and the fence allows its plane for somebody who asks.
struct Candidate {
    let plane: WorkloadPlane
    let pool: CapacityPool
    let profile: AcceleratorProfile
    /// Which loads (by index) the fence lets this plane serve.
    let admitted: [Bool]
    /// Round trip from each load's users, through the best gateway.
    let roundTrips: [Duration]
    /// Place of its type among the workload's fallbacks; what is not listed comes last.
    let preference: Int

    var ledgerKey: PoolKey { PoolKey(plane: plane.name, pool: pool.name) }

    /// A replica's share of its node's price in an hour; nil where the price is not known.
    var usdPerReplica: Double? { pool.usdPerHour(accelerators: profile.accelerators) }

    /// Price of one request per second of throughput; nil where the price is not known.
    var usdPerRate: Double? { usdPerReplica.map { $0 / profile.rate.value } }

    /// How near it is to a load: 0 inside the latency budget, 1 inside the failover budget, 2 beyond.
    func band(load: Int, budget: Duration, failoverBudget: Duration) -> Int {
        roundTrips[load] <= budget ? 0 : roundTrips[load] <= failoverBudget ? 1 : 2
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
    /// bought; the workload's order of types; known prices ascending, unknown last; nearer; then by name, so that the order is total.
    func precedes(_ other: Candidate, load: Int, budget: Duration, failoverBudget: Duration) -> Bool {
        let mine = band(load: load, budget: budget, failoverBudget: failoverBudget)
        let theirs = other.band(load: load, budget: budget, failoverBudget: failoverBudget)
        if mine != theirs { return mine < theirs }
        if pool.owned != other.pool.owned { return pool.owned }
        if preference != other.preference { return preference < other.preference }
        let (price, otherPrice) = (usdPerRate ?? .infinity, other.usdPerRate ?? .infinity)
        if price != otherPrice { return price < otherPrice }
        if roundTrips[load] != other.roundTrips[load] { return roundTrips[load] < other.roundTrips[load] }
        return (plane.name, pool.name) < (other.plane.name, other.pool.name)
    }
}
