import FleetModel
import FleetPlanning

/// Parts of small fleets whose problems can be worked out by hand.
enum SmallFleet {
    static let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
    static let frankfurt = Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE")
    static let singapore = Location(coordinates: Coordinates(latitude: 1.29, longitude: 103.85), country: "SG")

    static func provider(_ name: ProviderName, egress: USDPerGiB? = nil) -> Resource {
        .provider(Provider(metadata: Metadata(name: name.rawValue), kind: .hyperscaler, egress: egress))
    }

    static func pool(
        _ name: PoolName = "h100", _ accelerator: AcceleratorType = "H100-80GB", each count: Int = 8,
        tier: CapacityPool.Tier = .onDemand, owned: Bool = false, offer: String? = nil, price: Double? = 10, most: Int = 5
    ) -> CapacityPool {
        CapacityPool(
            name: name, offer: offer, accelerator: accelerator, acceleratorsPerNode: count, tier: tier, owned: owned,
            maxNodes: most, usdPerNodeHour: price)
    }

    static func plane(
        _ name: PlaneName, _ provider: ProviderName, _ region: String, at location: Location, pools: [CapacityPool] = [pool()],
        egress: USDPerGiB? = nil
    ) -> Resource {
        .workloadPlane(
            WorkloadPlane(
                metadata: Metadata(name: name.rawValue), provider: provider, region: region, location: location, driver: .local,
                pools: pools, egress: egress))
    }

    static func gateway(_ name: GatewayName, at location: Location) -> Resource {
        .gateway(Gateway(metadata: Metadata(name: name.rawValue), location: location))
    }

    static func workload(
        _ name: WorkloadName, demand: [Demand], profile: [AcceleratorProfile]? = nil, objective: Objective = Objective(),
        data: DataRules = DataRules(), engine: EngineSpec? = .simulated(SimulatedEngineSpec())
    ) -> Resource {
        .workload(
            Workload(
                metadata: Metadata(name: name.rawValue), models: [name.rawValue],
                replica: ReplicaRequirement(
                    profile: profile ?? [
                        AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(12))
                    ],
                    engine: engine),
                objective: objective, data: data, demand: demand))
    }

    static func demand(
        _ from: String, _ location: Location, _ peak: Double, _ profile: Demand.Profile = .constant
    ) -> Demand {
        Demand(
            from: from, location: location, peak: RequestsPerSecond(peak), profile: profile, utcOffset: UTCOffset(minutes: 0))
    }

    static func facts(_ resources: [Resource], prices: PriceBook = PriceBook(asOf: "2026-11-21")) -> PlanningFacts {
        PlanningFacts(fleet: Fleet(resources), prices: prices)
    }
}
