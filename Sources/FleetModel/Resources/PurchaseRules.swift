/// How the capacity for a workload's replicas is bought. The names are those of a mixed instances policy of Amazon EC2 Auto
/// Scaling where it has them.
package struct PurchaseRules: Equatable, Sendable {
    /// Who decides how many spot replicas to hold where, and when on-demand takes their place.
    package enum SpotPolicy: String, CaseIterable, Sendable, Codable {
        /// What makes price and risk together least, with on-demand as a bridge. The default.
        case adaptiveHedge
        /// One spot replica more than needed, and on-demand for every one that is not ready (SkyServe, EuroSys 2025).
        case spotHedge
        /// Everything that is not paid for already on spot, the next pool with each loss; no on-demand.
        case roundRobinSpot
        /// The declared base and percentage on demand and the rest on spot, whatever becomes of it.
        case staticMix
        /// No spot.
        case onDemandOnly
    }

    /// Replicas that are never on spot; those on reserved capacity count.
    package var onDemandBaseCapacity: Int
    /// Of the replicas above the base, the share that is never on spot, rounded up.
    package var onDemandPercentageAboveBaseCapacity: Share
    /// Instance types (a pool's offer) and accelerator types in the order in which they are taken; those not listed come last.
    /// Empty where the price decides.
    package var fallbacks: [String]
    /// Nil where nothing is declared: ``SpotPolicy/adaptiveHedge`` for what scales by its load, and the cheapest pools for what is
    /// placed by its declared demand.
    package var spotPolicy: SpotPolicy?
    /// Spot replicas held beyond those wanted, as a share of them, rounded up.
    package var overProvision: Share

    package static let standard = PurchaseRules()

    package init(
        onDemandBaseCapacity: Int = 0, onDemandPercentageAboveBaseCapacity: Share = .none, fallbacks: [String] = [],
        spotPolicy: SpotPolicy? = nil, overProvision: Share = .none
    ) {
        self.onDemandBaseCapacity = onDemandBaseCapacity
        self.onDemandPercentageAboveBaseCapacity = onDemandPercentageAboveBaseCapacity
        self.fallbacks = fallbacks
        self.spotPolicy = spotPolicy
        self.overProvision = overProvision
    }

    /// Whether a pool is one of those listed, and at which place; the number of entries where it is not.
    package func rank(of pool: CapacityPool) -> Int {
        fallbacks.firstIndex { $0 == pool.offer || $0 == pool.accelerator.name } ?? fallbacks.count
    }
}
