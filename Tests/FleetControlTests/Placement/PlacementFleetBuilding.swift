import FleetControl
import FleetModel
import SeededCases

/// Builds the fleets that placement is tested on.
protocol PlacementFleetBuilding {}

extension PlacementFleetBuilding {
    static var toronto: Location { Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA") }
    static var frankfurt: Location { Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE") }
    static var singapore: Location { Location(coordinates: Coordinates(latitude: 1.35, longitude: 103.82), country: "SG") }

    func fleet(_ planes: [WorkloadPlane], _ workloads: [Workload]) -> Fleet {
        let providers = Set(planes.map(\.provider)).sorted().map {
            Provider(metadata: Metadata(name: $0.rawValue), kind: .hyperscaler)
        }
        return Fleet(
            providers.map(Resource.provider) + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload))
    }

    func plane(
        _ name: String, _ location: Location, provider: ProviderName = "aws", pools: [CapacityPool]
    ) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: provider, region: name, location: location, driver: .local, pools: pools)
    }

    func pool(
        _ name: String, tier: CapacityPool.Tier, owned: Bool = false, price: Double? = nil, nodes: Int = 8, perNode: Int = 8
    ) -> CapacityPool {
        CapacityPool(
            name: PoolName(name), accelerator: "H100-80GB", acceleratorsPerNode: perNode, tier: tier, owned: owned,
            maxNodes: nodes,
            usdPerNodeHour: price)
    }

    func workload(_ name: String = "chat", demand: [(Location, Double)]) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: [name],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(10))],
                engine: .simulated(SimulatedEngineSpec())),
            objective: Objective(latencyBudget: .milliseconds(80)),
            demand: demand.map { Demand(from: "somewhere", location: $0.0, peak: RequestsPerSecond($0.1)) })
    }

    func randomFleet(_ random: inout SeededGenerator) -> Fleet {
        let places = [Self.toronto, Self.frankfurt, Self.singapore]
        let planes = (0..<Int.random(in: 0...5, using: &random)).map { index in
            plane(
                "plane-\(index)", places.randomElement(using: &random)!, provider: ["aws", "gcp"].randomElement(using: &random)!,
                pools: (0..<Int.random(in: 0...3, using: &random)).map { pool in
                    self.pool(
                        "pool-\(pool)", tier: CapacityPool.Tier.allCases.randomElement(using: &random)!,
                        owned: Bool.random(using: &random), price: [nil, 1, 4].randomElement(using: &random)!,
                        nodes: .random(in: 1...3, using: &random), perNode: .random(in: 1...8, using: &random))
                })
        }
        let workloads = (0..<Int.random(in: 1...4, using: &random)).map { index in
            var workload = workload(
                "workload-\(index)",
                demand: (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    (places.randomElement(using: &random)!, Double.random(in: 0.1...60, using: &random))
                })
            workload.replica.profile[0].accelerators = .random(in: 1...4, using: &random)
            workload.objective.survive = Objective.Survival.allCases.randomElement(using: &random)!
            workload.data.residency = [nil, ["CA", "EU"], ["SG"]].randomElement(using: &random)!
            workload.maxSpotShare = Share([0, 0.3, 1].randomElement(using: &random)!)
            workload.scaling = ScalingPolicy(
                minReplicas: .random(in: 0...3, using: &random), maxReplicas: .random(in: 3...9, using: &random))
            return workload
        }
        return fleet(planes, workloads)
    }
}
