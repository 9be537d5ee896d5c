/// One workload in one pool that can run it: what a replica takes, gives and costs there.
struct PoolFit: Equatable {
    let pool: Int
    let plane: Int
    let acceleratorsPerReplica: Int
    /// Replicas that fit in one node; none spans two.
    let replicasPerNode: Int
    /// Requests per second of one replica; on spot, of the share of time its node is there.
    let throughput: Double
    /// Requests per second of one replica that planned load may use.
    let plannedThroughput: Double
    /// US dollars an hour for the accelerators of one replica: c / a · g.
    let replicaUSDPerHour: Double
    /// US dollars for one request per second for an hour, compute only: c / a · g / (θ · presence · u).
    let computeUSD: Double
    /// US dollars for what one request per second sends to its users in an hour: 3600 · β · egress price.
    let egressUSD: Double
    let isSpot: Bool
    let isOwned: Bool

    /// Nil where the pool cannot run the workload.
    init?(
        workload: PlanningProblem.Workload, pool: PlanningProblem.Pool, poolIndex: Int, plane: PlanningProblem.Plane,
        planeIndex: Int
    ) {
        guard let profile = workload.profile[pool.accelerator], profile.acceleratorsPerReplica > 0,
            profile.requestsPerSecond > 0, workload.targetUtilization > 0, pool.acceleratorsPerNode > 0,
            profile.acceleratorsPerReplica <= pool.acceleratorsPerNode
        else { return nil }
        self.pool = poolIndex
        self.plane = planeIndex
        acceleratorsPerReplica = profile.acceleratorsPerReplica
        replicasPerNode = pool.acceleratorsPerNode / profile.acceleratorsPerReplica
        throughput = profile.requestsPerSecond * pool.presence
        plannedThroughput = throughput * workload.targetUtilization
        replicaUSDPerHour =
            pool.usdPerNodeHour / Double(pool.acceleratorsPerNode) * Double(profile.acceleratorsPerReplica)
        computeUSD = replicaUSDPerHour / plannedThroughput
        egressUSD = 3_600 * workload.egressGiBPerRequest * plane.egressUSDPerGiB
        isSpot = pool.tier == .spot
        isOwned = pool.usdPerNodeHour == 0
    }

    /// US dollars for one request per second for an hour, egress included.
    var unitUSD: Double { computeUSD + egressUSD }

    /// Replicas that serve so many planned requests per second.
    func replicas(for rate: Double) -> Int { Self.whole(rate / plannedThroughput) }

    /// Replicas that serve so many requests per second after a loss, when all throughput may be used.
    func replicasAfterLoss(for rate: Double) -> Int { Self.whole(rate / throughput) }

    func nodes(for replicas: Int) -> Int { (replicas + replicasPerNode - 1) / replicasPerNode }

    /// Rounded up, forgiving what arithmetic adds; at most a billion.
    private static func whole(_ value: Double) -> Int { Int(min(1e9, max(0, (value - 1e-9).rounded(.up)))) }
}

/// US dollars for one request per second for an hour, said per thousand requests.
func perThousand(_ unitUSD: Double) -> String { Figure.usd(unitUSD / 3.6) + " USD per 1,000 requests" }

/// Two such prices that a sentence compares.
func perThousand(_ unitUSD: Double, against other: Double) -> (String, String) {
    let (here, there) = Figure.usd(unitUSD / 3.6, against: other / 3.6)
    return (here + " USD per 1,000 requests", there)
}
