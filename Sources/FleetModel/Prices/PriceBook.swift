/// What a plan looks prices and distances up in: the facts about the places and machines one fleet names, each with its date.
///
/// What it does not answer is unknown, never zero.
package struct PriceBook: Equatable, Sendable {
    /// A machine type in one region.
    package struct MachineKey: Hashable, Sendable {
        package var region: RegionKey
        package var machine: String

        package init(_ region: RegionKey, _ machine: String) { (self.region, self.machine) = (region, machine) }
    }

    /// The day the facts were gathered, ISO 8601. Each carries its own date beside.
    package var asOf: String
    package var quotes: [MachineKey: [PurchaseOption: Quote]]
    package var interruptionBands: [MachineKey: InterruptionBand]
    /// What a buyer should know before trusting the quotes, in plain words.
    package var cautions: [MachineKey: [String]]
    /// Data leaving a region for users anywhere.
    package var egress: [RegionKey: TransferQuote]
    /// Round trips between regions of the fleet, and between those and ``vantages``.
    package var roundTrips: [RegionPair: MeasuredRoundTrip]
    /// For places of the fleet that are no region (users, gateways): the nearest region that round trips were measured from.
    package var vantages: [Coordinates: RegionKey]
    /// By provider, then attestation.
    package var attestations: [AttestationRecord]

    package init(asOf: String) {
        self.asOf = asOf
        (quotes, interruptionBands, cautions) = ([:], [:], [:])
        (egress, roundTrips, vantages, attestations) = ([:], [:], [:], [])
    }

    /// - Parameter commitment: Of reserved capacity only; one year where it is nil.
    package func quote(
        provider: ProviderName, region: String, machine: String, tier: CapacityPool.Tier,
        commitment: CapacityPool.Commitment? = nil
    ) -> Quote? {
        quotes[MachineKey(RegionKey(provider, region), machine)]?[PurchaseOption(tier: tier, commitment: commitment)]
    }

    /// What one node of a pool costs in a plane: the quote for the machine it was declared by, on its tier and term.
    package func quote(for pool: CapacityPool, in plane: WorkloadPlane) -> Quote? {
        guard let machine = pool.offer else { return nil }
        return quote(
            provider: plane.provider, region: plane.region, machine: machine, tier: pool.tier, commitment: pool.commitment)
    }

    package func egressQuote(provider: ProviderName, region: String) -> TransferQuote? { egress[RegionKey(provider, region)] }

    /// Expected reclaims of one spot node in an hour.
    package func interruptions(provider: ProviderName, region: String, machine: String) -> InterruptionRate? {
        interruptionBands[MachineKey(RegionKey(provider, region), machine)]?.rate
    }

    /// Between two regions. A region to itself is nearer than anything that was measured: nil.
    package func roundTrip(from: RegionKey, to: RegionKey) -> MeasuredRoundTrip? { roundTrips[RegionPair(from, to)] }

    /// From a place to a region by way of the measured region beside the place, where there is one. It leaves out the way from the
    /// place to that region.
    package func roundTrip(from place: Coordinates, to region: RegionKey) -> MeasuredRoundTrip? {
        vantages[place].flatMap { roundTrip(from: $0, to: region) }
    }

    package func attestations(of provider: ProviderName) -> [AttestationRecord] {
        attestations.filter { $0.provider == provider }
    }
}
