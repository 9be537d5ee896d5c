import CatalogueTables
import FleetModel

/// Machine types of known providers.
struct MachineTable: Sendable {
    static let embedded = MachineTable(embedded: ())

    struct Key: Hashable {
        var provider: ProviderName
        var machine: String
    }

    /// Sorted by provider, then name.
    let machines: [Catalogue.Machine]
    private let positions: [Key: Int]

    /// `provider,machine,accelerator,accelerators,vcpus,memory_gib`
    private init(embedded: Void) {
        self.init(
            EmbeddedTable.rows(catalogue_table_machines()).compactMap { row in
                guard row.count == 6, let accelerators = Int(row[3]) else { return nil }
                return Catalogue.Machine(
                    provider: ProviderName(row[0]), name: row[1], accelerator: AcceleratorType(row[2]),
                    accelerators: accelerators, vcpus: row.number(4), memory: row.number(5).map { Gibibytes($0) })
            })
    }

    /// Of two machines with one name, the first counts.
    init(_ machines: [Catalogue.Machine]) {
        self.machines = machines
        positions = Dictionary(machines.indices.map { (machines[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: Key) -> Catalogue.Machine? { positions[key].map { machines[$0] } }
}

/// What is offered where, and its prices.
struct OfferTable: Sendable {
    static let embedded = OfferTable(embedded: ())

    /// Sorted by provider, region, then machine.
    let offers: [Offer]
    private let positions: [PriceBook.MachineKey: Int]

    init(_ offers: [Offer]) {
        self.offers = offers
        positions = Dictionary(offers.indices.map { (offers[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: PriceBook.MachineKey) -> Offer? { positions[key].map { offers[$0] } }

    /// Where and when a set of rows got its prices, by purchase option.
    private struct PriceSet {
        struct Origin {
            let source: String
            let asOf: String
            let evidence: Quote.Evidence
        }

        var origins: [Origin?] = []
    }

    /// The day of the AWS Spot Advisor's figures.
    static let spotAdvisorAsOf = "2025-06-28"
    static let spotAdvisorSource = "aws-spot-advisor"

    /// `provider,region,machine,on_demand,spot,reserved_1y,reserved_3y,spot_zones,availability,set,spot_savings_percent,interruption_band`
    private init(embedded: Void) {
        let sets = Self.priceSets()
        self.init(
            EmbeddedTable.rows(catalogue_table_offers()).compactMap { row in
                guard row.count == 12, let set = sets[row[9]], let availability = Offer.Availability(rawValue: row[8]),
                    let machine = MachineTable.embedded[MachineTable.Key(provider: ProviderName(row[0]), machine: row[2])]
                else { return nil }
                var offer = Offer(region: RegionKey(machine.provider, row[1]), machine: machine, availability: availability)
                for (column, option) in PurchaseOption.allCases.enumerated() {
                    guard let price = row.number(3 + column), let origin = set.origins[column] else { continue }
                    offer[option] = Quote(
                        usdPerHour: price, asOf: origin.asOf, source: origin.source, evidence: origin.evidence)
                }
                offer.spotZones = row.isEmpty(7) ? nil : Int(row[7])
                offer.interruptions = InterruptionBand(rawValue: row[11])
                if offer.spot == nil, let saved = row.number(10) { offer.estimateSpot(savedPercent: saved) }
                return offer
            })
    }

    /// `set,on_demand_source,on_demand_as_of,spot_source,spot_as_of,reserved_1y_source,…,reserved_3y_source,…`
    private static func priceSets() -> [String: PriceSet] {
        var sets: [String: PriceSet] = [:]
        for row in EmbeddedTable.rows(catalogue_table_price_sets()) where row.count == 9 {
            sets[row[0]] = PriceSet(
                origins: PurchaseOption.allCases.indices.map { option in
                    let source = row[1 + 2 * option]
                    guard let known = SourceTable.embedded[source] else { return nil }
                    return PriceSet.Origin(
                        source: source, asOf: row[2 + 2 * option], evidence: known.datesAreInferred ? .dateInferred : .dated)
                })
        }
        return sets
    }
}

extension Offer {
    /// The spot price to expect from what AWS says spot saved on average, where none was quoted: on-demand × (1 − saving). Over the
    /// 232 embedded offers that have both, the estimate is 0.95 of the quote in the median and 0.79 to 1.17 in the middle half.
    /// Savings at AWS's floor look unreal and are no basis for an estimate.
    fileprivate mutating func estimateSpot(savedPercent: Double) {
        guard let onDemand, 1 - savedPercent / 100 > OfferCaution.spotFloor else { return }
        spot = Quote(
            usdPerHour: (onDemand.usdPerHour * (100 - savedPercent) * 100).rounded() / 10_000,
            asOf: OfferTable.spotAdvisorAsOf, source: OfferTable.spotAdvisorSource, evidence: .estimated)
    }
}
