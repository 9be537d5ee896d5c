package import FleetModel

/// Which offers somebody asks for, by requirement. Every property that is set must hold; what is unknown about an offer does not meet
/// a requirement.
package struct OfferFilter: Equatable, Sendable {
    /// Any of these types.
    package var accelerators: [AcceleratorType]?
    package var architecture: AcceleratorArchitecture?
    /// GiB of one accelerator, nominal.
    package var memory: Comparison?
    /// Accelerators of one machine.
    package var count: Comparison?
    package var provider: ProviderName?
    /// The provider's name of the region.
    package var region: String?
    package var jurisdiction: Jurisdiction?
    package var providerKind: Provider.Kind?
    /// Proven to hold in the offer's region.
    package var attestation: String?
    /// US dollars per accelerator and hour, bought by `option`.
    package var mostUSDPerAcceleratorHour: Double?
    /// Only offers with a price for it. Prices are compared and sorted by it, or on demand where it is nil.
    package var option: PurchaseOption?

    package init() {}

    package var comparedOption: PurchaseOption { option ?? .onDemand }
}

extension Catalogue {
    /// The offers that meet every requirement, the cheapest per accelerator first; those without a price to compare come last, by
    /// provider, region and machine.
    package func offers(matching filter: OfferFilter) -> [Offer] {
        let option = filter.comparedOption
        return offers.filter { meets(filter, $0) }
            .map { (offer: $0, price: $0.usdPerAcceleratorHour(option) ?? .infinity) }
            .sorted { left, right in
                (left.price, left.offer.region, left.offer.machine) < (right.price, right.offer.region, right.offer.machine)
            }
            .map(\.offer)
    }

    private func meets(_ filter: OfferFilter, _ offer: Offer) -> Bool {
        if let types = filter.accelerators, !types.contains(offer.accelerator) { return false }
        if let wanted = filter.architecture, offer.accelerator.architecture != wanted { return false }
        if let bound = filter.memory {
            guard let memory = offer.accelerator.memory, bound.holds(memory.value) else { return false }
        }
        if let bound = filter.count, !bound.holds(Double(offer.accelerators)) { return false }
        if let provider = filter.provider, offer.region.provider != provider { return false }
        if let region = filter.region, offer.region.region != region { return false }
        if let option = filter.option, offer[option] == nil { return false }
        if let most = filter.mostUSDPerAcceleratorHour {
            guard let price = offer.usdPerAcceleratorHour(filter.comparedOption), price <= most else { return false }
        }
        return meetsPlace(filter, offer)
    }

    private func meetsPlace(_ filter: OfferFilter, _ offer: Offer) -> Bool {
        if filter.jurisdiction != nil || filter.providerKind != nil {
            guard let region = region(offer.region) else { return false }
            if let wanted = filter.jurisdiction, !region.location.jurisdictions.contains(wanted) { return false }
            if let kind = filter.providerKind, region.providerKind != kind { return false }
        }
        guard let wanted = filter.attestation else { return true }
        let proven = attestations(of: offer.region.provider).filter { $0.proves(region: offer.region.region) }
        return Attestation.isShown(wanted, by: proven.map(\.attestation))
    }
}
