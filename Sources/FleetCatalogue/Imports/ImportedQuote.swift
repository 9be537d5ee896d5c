package import FleetModel

/// One price from a user's file: a machine in a region, bought one way.
package struct ImportedQuote: Equatable, Sendable {
    /// What a later import replaces.
    package struct Key: Hashable, Sendable, Comparable {
        package let region: RegionKey
        package let machine: String
        package let option: PurchaseOption

        package static func < (left: Self, right: Self) -> Bool {
            (left.region, left.machine, left.option) < (right.region, right.machine, right.option)
        }
    }

    package let key: Key
    package let accelerator: AcceleratorType
    package let accelerators: Int
    package let vcpus: Double?
    /// Of the host.
    package let memory: Gibibytes?
    /// Nil where the file says that there is no price.
    package let quote: Quote?

    /// Older quotes with newer ones in the place of those with their keys, sorted by key.
    package static func replacing(_ older: [ImportedQuote], with newer: [ImportedQuote]) -> [ImportedQuote] {
        var latest: [Key: ImportedQuote] = [:]
        for quote in older + newer { latest[quote.key] = quote }
        return latest.values.sorted { $0.key < $1.key }
    }

    /// Offers with imported quotes in place of their own, and offers only the import knows; without those left with no price.
    /// Sorted as the offers of a catalogue are.
    static func merged(_ quotes: [ImportedQuote], over offers: [Offer]) -> [Offer] {
        var merged = offers
        var positions = Dictionary(offers.indices.map { (offers[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
        for imported in quotes {
            let key = PriceBook.MachineKey(imported.key.region, imported.key.machine)
            let position = positions[key] ?? merged.count
            if position == merged.count {
                positions[key] = position
                merged.append(
                    Offer(
                        region: imported.key.region, machine: imported.key.machine, accelerator: imported.accelerator,
                        accelerators: imported.accelerators, vcpus: nil, memory: nil, availability: .imported))
            }
            merged[position].vcpus = imported.vcpus ?? merged[position].vcpus
            merged[position].memory = imported.memory ?? merged[position].memory
            merged[position][imported.key.option] = imported.quote
            if imported.key.option == .spot { merged[position].spotZones = nil }
        }
        return merged.filter { !$0.quotes.isEmpty }.sorted { ($0.region, $0.machine) < ($1.region, $1.machine) }
    }
}
