import FleetModel
import FleetSimulation

/// Small fleets for worlds to play.
enum WorldFixtures {
    static let virginia = Location(coordinates: Coordinates(latitude: 39, longitude: -77.5), country: "US")
    static let frankfurt = Location(coordinates: Coordinates(latitude: 50.1, longitude: 8.7), country: "DE")

    static func pool(
        _ name: PoolName, _ tier: CapacityPool.Tier, nodes: Int, accelerators: Int = 1, usd: Double = 1,
        interruptions: Double? = nil, away: Duration? = nil
    ) -> CapacityPool {
        CapacityPool(
            name: name, accelerator: "L4-24GB", acceleratorsPerNode: accelerators, tier: tier, maxNodes: nodes,
            usdPerNodeHour: usd, interruptionsPerNodeHour: interruptions, replacementTime: away)
    }

    static func plane(
        _ name: String, provider: ProviderName = "aws", region: String = "us-east-1", at location: Location = virginia,
        _ pools: [CapacityPool]
    ) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: provider, region: region, location: location, driver: .local,
            pools: pools)
    }

    /// One request a second and replica, at most.
    static func workload(
        _ name: String = "chat", rate: Double = 1, peak: Double = 2, profile: Demand.Profile = .constant,
        from location: Location = virginia, scaling: ScalingPolicy = ScalingPolicy(minReplicas: 1, maxReplicas: 64),
        admission: WorkloadAdmission = .standard, data: DataRules = DataRules()
    ) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: [name],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "L4-24GB", accelerators: 1, rate: RequestsPerSecond(rate))],
                engine: .simulated(SimulatedEngineSpec(loadMilliseconds: 2_000))),
            data: data, scaling: scaling,
            demand: [
                Demand(
                    from: "users", location: location, peak: RequestsPerSecond(peak), profile: profile,
                    utcOffset: UTCOffset(minutes: 0))
            ],
            admission: admission)
    }

    static func fleet(_ planes: [WorkloadPlane], _ workloads: [Workload], gateways: [Location] = [virginia]) -> Fleet {
        let providers = Set(planes.map(\.provider)).sorted().map {
            Provider(metadata: Metadata(name: $0.rawValue), kind: .hyperscaler)
        }
        return Fleet(
            providers.map(Resource.provider) + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload)
                + gateways.enumerated().map { index, location in
                    .gateway(Gateway(metadata: Metadata(name: "gateway-\(index)"), location: location))
                })
    }

    static func world(_ fleet: Fleet, _ scenario: Scenario) throws -> FleetWorld {
        try FleetWorld(WorldSetup(fleet: fleet, scenario: scenario))
    }
}
