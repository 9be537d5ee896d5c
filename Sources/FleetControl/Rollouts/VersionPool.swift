import FleetModel

/// One pool as a rollout sees it: what is wanted there and what its plane reports of both versions.
struct VersionPool: Equatable {
    let key: PoolKey
    let accelerator: AcceleratorType
    /// Of the placement.
    let acceleratorsPerReplica: Int
    let sizeStable: Int
    let sizeTarget: Int
    let wanted: Int
    /// Its plane does not report: it goes on as it is.
    let isFrozen: Bool
    let isUnbounded: Bool
    /// Whether its plane ever said what it runs.
    let isHeard: Bool
    /// Replicas that hold a place: starting, ready, unready, or waiting for another start.
    var aliveStable = 0
    var aliveTarget = 0
    var readyStable = 0
    var readyTarget = 0
    /// Ready for ``RolloutRun/settling``.
    var settledTarget = 0

    /// The pools that are to run a workload, and those that still do; sorted by plane, then pool.
    static func pools(
        stable: Workload, target: Workload, fleet: Fleet, assigned: PlacementDecision, observation: FleetObservation, now: Moment
    ) -> [VersionPool] {
        let reports = Dictionary(
            observation.reports(now: now).map { ($0.report.plane, $0) }, uniquingKeysWith: { first, _ in first })
        var pools: [VersionPool] = []
        for plane in fleet.planes {
            let placements = assigned.placements(of: target.name, on: plane.name)
            let isLocal = plane.driver == .local
            for pool in plane.pools {
                let placement = placements.first { $0.pool == pool.name }
                // However many are counted on, an endpoint plane opens one forwarder, in the first pool wanted.
                let count = placement?.count ?? 0
                let wanted = isLocal ? count : placements.first { $0.count > 0 }?.pool == pool.name ? 1 : 0
                let size = placement?.acceleratorsPerReplica
                func own(_ workload: Workload) -> Int? {
                    workload.replica.profile.first { $0.accelerator == pool.accelerator }?.accelerators
                }
                var entry = VersionPool(
                    key: PoolKey(plane: plane.name, pool: pool.name), accelerator: pool.accelerator,
                    acceleratorsPerReplica: size ?? own(target) ?? own(stable) ?? 1,
                    sizeStable: own(stable) ?? size ?? 1, sizeTarget: own(target) ?? size ?? 1, wanted: wanted,
                    isFrozen: observation.connection(of: plane.name, now: now) != .connected, isUnbounded: !isLocal,
                    isHeard: reports[plane.name] != nil)
                if let (report, age) = reports[plane.name] {
                    for replica in report.replicas where replica.id.workload == target.name && replica.pool == pool.name {
                        entry.take(replica, age: age, target: target.metadata.generation ?? 0)
                    }
                }
                if wanted > 0 || entry.aliveStable > 0 || entry.aliveTarget > 0 { pools.append(entry) }
            }
        }
        return pools.sorted { ($0.key.plane, $0.key.pool) < ($1.key.plane, $1.key.pool) }
    }

    private mutating func take(_ replica: ReplicaReport, age: Duration, target: UInt64) {
        switch replica.state {
        case .draining, .gone: return
        case .starting, .unready, .backingOff, .ready: break
        }
        let isReady = replica.state == .ready
        guard replica.generation == target else {
            aliveStable += 1
            if isReady { readyStable += 1 }
            return
        }
        aliveTarget += 1
        guard isReady else { return }
        readyTarget += 1
        if replica.stateAgeMilliseconds + age.milliseconds >= RolloutRun.settling.milliseconds { settledTarget += 1 }
    }
}
