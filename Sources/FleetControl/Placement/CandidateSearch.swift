import FleetModel

/// Matches one workload's requirements and rules against every pool.
struct CandidateSearch {
    /// Users in one place asking for the workload.
    struct Load: Equatable {
        let from: String
        let location: Location
        let rate: RequestsPerSecond
    }

    let workload: Workload
    /// The declared demand at its peak.
    let loads: [Load]
    private(set) var candidates: [Candidate] = []
    private(set) var rejections: [PlacementDecision.Rejection] = []

    init(workload: Workload, inputs: PlacementInputs) {
        self.workload = workload
        loads = workload.demand.map { Load(from: $0.from, location: $0.location, rate: $0.peak) }
        let fence = inputs.fleet.fence
        for plane in inputs.fleet.planes {
            consider(plane, inputs: inputs, fence: fence)
        }
    }

    /// Replicas the whole load would take on the fastest eligible hardware, a fraction where it is not full.
    var leastReplicas: Double {
        guard let fastest = candidates.map(\.profile.rate).max() else { return 0 }
        return loads.reduce(0) { $0 + $1.rate.value } / fastest.value
    }

    private mutating func consider(_ plane: WorkloadPlane, inputs: PlacementInputs, fence: Fence) {
        if inputs.drained.contains(plane.name) {
            reject(plane, pool: nil, "it is drained")
            return
        }
        if let because = inputs.failed[plane.name] {
            reject(plane, pool: nil, "it is failed: \(because)")
            return
        }
        // A workload nobody's demand is declared for may be asked for from anywhere: the strictest rule holds.
        let places: [[Jurisdiction]?] = loads.isEmpty ? [nil] : loads.map { $0.location.jurisdictions }
        let verdicts = places.map { fence.verdict(workload: workload, plane: plane, userJurisdictions: $0) }
        guard verdicts.contains(where: \.isInside) else {
            if case .outside(let because) = verdicts[0] { reject(plane, pool: nil, because) }
            return
        }
        let roundTrips = loads.map { Self.roundTrip(from: $0.location, to: plane.location, through: inputs.fleet.gateways) }
        for pool in plane.pools {
            guard let profile = matchingProfile(plane: plane, pool: pool) else { continue }
            candidates.append(
                Candidate(
                    plane: plane, pool: pool, profile: profile, admitted: loads.isEmpty ? [] : verdicts.map(\.isInside),
                    roundTrips: roundTrips, preference: workload.purchase.rank(of: pool)))
        }
        if plane.pools.isEmpty { reject(plane, pool: nil, "it declares no capacity pool") }
    }

    private mutating func matchingProfile(plane: WorkloadPlane, pool: CapacityPool) -> AcceleratorProfile? {
        switch workload.replica.match(pool) {
        case .cannot(let because):
            reject(plane, pool: pool.name, because)
            return nil
        case .runs(let profile):
            if workload.replica.engine == nil, plane.driver == .local {
                reject(plane, pool: pool.name, "the workload declares no engine that a local plane could start")
                return nil
            }
            return profile
        }
    }

    private mutating func reject(_ plane: WorkloadPlane, pool: PoolName?, _ because: String) {
        rejections.append(PlacementDecision.Rejection(plane: plane.name, pool: pool, because: because))
    }

    /// Users to gateway plus gateway to plane by the best gateway; direct where the fleet declares none.
    private static func roundTrip(from users: Location, to plane: Location, through gateways: [Gateway]) -> Duration {
        gateways.map {
            users.coordinates.expectedRoundTrip(to: $0.location.coordinates)
                + $0.location.coordinates.expectedRoundTrip(to: plane.coordinates)
        }.min() ?? users.coordinates.expectedRoundTrip(to: plane.coordinates)
    }
}
