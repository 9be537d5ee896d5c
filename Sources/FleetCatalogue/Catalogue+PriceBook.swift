package import FleetModel

extension Catalogue {
    /// A place this near to a measured region shares its round trips to the rest of the world, to a millisecond or so.
    static let vantageKilometres = 100.0

    /// What this catalogue knows about the places and machines a fleet names, and nothing else.
    package func priceBook(for fleet: Fleet) -> PriceBook {
        var book = PriceBook(asOf: Self.asOf)
        let regions = Set(fleet.planes.map(\.regionKey)).sorted()
        for plane in fleet.planes {
            for machine in plane.pools.compactMap(\.offer) {
                guard let offer = offer(machine, in: plane.regionKey) else { continue }
                book.quotes[offer.key] = Dictionary(
                    offer.quotes.map { ($0.option, $0.quote) }, uniquingKeysWith: { first, _ in first })
                book.interruptionBands[offer.key] = offer.interruptions
                if !offer.cautions.isEmpty { book.cautions[offer.key] = offer.cautions.map(\.text) }
            }
        }
        for region in regions {
            book.egress[region] = egressQuote(provider: region.provider, region: region.region)
        }
        for place in fleet.gateways.map(\.location.coordinates) + fleet.workloads.flatMap(\.demand).map(\.location.coordinates) {
            book.vantages[place] = measuredRegion(near: place)
        }
        let ends = Set(regions + book.vantages.values).sorted()
        for (position, one) in ends.enumerated() {
            for other in ends[..<position] {
                book.roundTrips[RegionPair(one, other)] = measuredRoundTrip(from: one, to: other)
            }
        }
        let providers = Set(regions.map(\.provider))
        book.attestations = attestations.filter { providers.contains($0.provider) }
        return book
    }

    /// The nearest region that round trips were measured from, the first by name of equally near ones; nil where none is within
    /// 100 km.
    package func measuredRegion(near place: Coordinates) -> RegionKey? {
        measuredRegions.compactMap { key -> (distance: Double, key: RegionKey)? in
            guard let region = region(key) else { return nil }
            let distance = region.location.coordinates.kilometres(to: place)
            return distance <= Self.vantageKilometres ? (distance, key) : nil
        }.min { ($0.distance, $0.key) < ($1.distance, $1.key) }?.key
    }
}
