package import FleetModel

/// Facts that users need not write down: regions, machine types and their prices, what moving data costs, measured round trips,
/// attestations, large cities. The embedded ones, under what the user imported.
///
/// `Sources/CatalogueTables/Data` holds the tables, the README beside them their sources and dates. Region names collide between
/// providers: a region is always looked up by (provider, region). What is not here is unknown, never zero.
package struct Catalogue: Sendable {
    /// The day the facts were gathered, ISO 8601. Each price carries its own date beside.
    package static let asOf = "2026-11-21"
    /// Nothing but the facts this program was built with. Tables are read when they are first asked for.
    package static let embedded = Catalogue()

    /// Nil where nothing was imported.
    private let imported: Imported?

    private struct Imported: Sendable {
        let offers: OfferTable
        let machines: MachineTable
    }

    private init() { imported = nil }

    /// The embedded facts with imported quotes in place of those with the same provider, region, machine and way to buy.
    package init(importing quotes: [ImportedQuote]) {
        let merged = ImportedQuote.merged(quotes, over: OfferTable.embedded.offers)
        let machines = Dictionary(
            merged.map { (MachineTable.Key(provider: $0.region.provider, machine: $0.machine), $0) },
            uniquingKeysWith: { first, _ in first })
        let added = machines.filter { MachineTable.embedded[$0.key] == nil }.map { key, offer in
            Machine(
                provider: key.provider, name: key.machine, accelerator: offer.accelerator, accelerators: offer.accelerators,
                vcpus: offer.vcpus, memory: offer.memory)
        }
        let all = (MachineTable.embedded.machines + added).sorted { ($0.provider, $0.name) < ($1.provider, $1.name) }
        imported = Imported(offers: OfferTable(merged), machines: MachineTable(all))
    }

    // MARK: Places

    /// Sorted by provider, then name.
    package var regions: [Region] { RegionTable.embedded.regions }
    /// The most populous first.
    package var metros: [Metro] { MetroTable.embedded.metros }

    package func region(_ name: String, of provider: ProviderName) -> Region? { region(RegionKey(provider, name)) }
    package func region(_ key: RegionKey) -> Region? { RegionTable.embedded[key] }
    package func metro(_ name: String) -> Metro? { MetroTable.embedded[name] }

    package func regionNames(of provider: ProviderName) -> [String] {
        regions.filter { $0.provider == provider }.map(\.name)
    }

    /// Every provider with a region or an offer, sorted.
    package var providers: [ProviderName] {
        Set(regions.map(\.provider) + machines.map(\.provider)).sorted()
    }

    /// Nil for a provider known only from imported offers.
    package func kind(of provider: ProviderName) -> Provider.Kind? { regions.first { $0.provider == provider }?.providerKind }

    // MARK: Machines and prices

    /// Sorted by provider, then name.
    package var machines: [Machine] { machineTable.machines }
    /// Sorted by provider, region, then machine.
    package var offers: [Offer] { offerTable.offers }

    private var offerTable: OfferTable { imported?.offers ?? OfferTable.embedded }
    private var machineTable: MachineTable { imported?.machines ?? MachineTable.embedded }

    package func machine(_ name: String, of provider: ProviderName) -> Machine? {
        machineTable[MachineTable.Key(provider: provider, machine: name)]
    }

    package func machineNames(of provider: ProviderName) -> [String] {
        machines.filter { $0.provider == provider }.map(\.name)
    }

    package func offer(_ machine: String, in region: RegionKey) -> Offer? {
        offerTable[PriceBook.MachineKey(region, machine)]
    }

    /// - Parameter commitment: Of reserved capacity only; one year where it is nil.
    package func quote(
        provider: ProviderName, region: String, machine: String, tier: CapacityPool.Tier,
        commitment: CapacityPool.Commitment? = nil
    ) -> Quote? {
        offer(machine, in: RegionKey(provider, region))?[PurchaseOption(tier: tier, commitment: commitment)]
    }

    /// How often AWS reclaimed spot machines of the type there; nil for everybody else.
    package func interruptionBand(provider: ProviderName, region: String, machine: String) -> InterruptionBand? {
        offer(machine, in: RegionKey(provider, region))?.interruptions
    }

    // MARK: Network

    /// Price of data leaving a region for users; where it depends on their country, that country's.
    package func egressQuote(provider: ProviderName, region: String, toCountry country: String? = nil) -> TransferQuote? {
        EgressTable.embedded.internet(from: RegionKey(provider, region), toCountry: country)
    }

    /// Price of data moved between two regions: the provider's own rate, or to another provider that of the internet.
    package func transferQuote(from: RegionKey, to: RegionKey) -> TransferQuote? {
        EgressTable.embedded.transfer(from: from, to: to)
    }

    /// Between two regions that were measured; nil from a region to itself.
    package func measuredRoundTrip(from: RegionKey, to: RegionKey) -> MeasuredRoundTrip? { RoundTripTable.embedded[from, to] }

    /// Regions that round trips were measured from.
    package var measuredRegions: [RegionKey] { RoundTripTable.embedded.regions }

    // MARK: Records

    /// By attestation. Whether a record proves anything for a region: ``AttestationRecord/proves(region:)``.
    package func attestations(of provider: ProviderName) -> [AttestationRecord] {
        AttestationTable.embedded.records.filter { $0.provider == provider }
    }

    package var attestations: [AttestationRecord] { AttestationTable.embedded.records }

    /// Where the figures of a source come from; nil for what a user imported.
    package func source(_ name: String) -> Source? { SourceTable.embedded[name] }
}

extension Catalogue {
    package struct Region: Equatable, Sendable {
        /// What the coordinates point at.
        package enum Precision: String, Sendable {
            case metro, state, country
        }

        package let provider: ProviderName
        package let name: String
        /// As the provider calls it for people.
        package let title: String
        package let location: Location
        package let precision: Precision
        package let providerKind: Provider.Kind

        package var key: RegionKey { RegionKey(provider, name) }
    }

    /// A machine type: what it carries, not what it costs.
    package struct Machine: Equatable, Sendable {
        package let provider: ProviderName
        package let name: String
        package let accelerator: AcceleratorType
        package let accelerators: Int
        package let vcpus: Double?
        /// Of the host.
        package let memory: Gibibytes?

        var key: MachineTable.Key { MachineTable.Key(provider: provider, machine: name) }
    }

    package struct Metro: Equatable, Sendable {
        package let name: String
        package let location: Location
        /// Around 2000 to 2015.
        package let populationMillions: Double
    }

    package struct Source: Equatable, Sendable {
        package let name: String
        package let origin: String
        package let licence: String
        /// Whether it carries no dates, so that those of its figures are inferred.
        package let datesAreInferred: Bool
    }
}
