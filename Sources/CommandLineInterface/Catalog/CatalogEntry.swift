package import FleetCatalogue
package import FleetModel
import FleetTransport

/// What `catalog show NAME` can be about.
package enum CatalogEntry: Equatable, Sendable {
    case provider(ProviderName)
    case region(RegionKey)
    /// A machine type, of one provider.
    case machine(ProviderName, String)
    case accelerator(AcceleratorType)

    /// Everything a name means: a provider, a region or machine of any provider (`us-east-1`, `aws/us-east-1`), an accelerator in any
    /// spelling. Throws where it means nothing.
    package static func named(_ name: String, in catalogue: Catalogue) throws(CommandFailure) -> [CatalogEntry] {
        let key = RegionKey(name)
        let within = { (provider: ProviderName) in key == nil || key?.provider == provider }
        let bare = key?.region ?? name
        let regions = Set(catalogue.regions.map(\.key) + catalogue.offers.map(\.region)).sorted()
        var entries: [CatalogEntry] = []
        if catalogue.providers.contains(ProviderName(name)) { entries.append(.provider(ProviderName(name))) }
        entries += regions.filter { $0.region == bare && within($0.provider) }.map(CatalogEntry.region)
        entries += catalogue.machines.filter { $0.name == bare && within($0.provider) }.map { .machine($0.provider, $0.name) }
        if entries.isEmpty { entries = AcceleratorType.normalised(name).candidates.map(CatalogEntry.accelerator) }
        guard entries.isEmpty else { return entries }
        let known =
            catalogue.providers.map(\.rawValue) + regions.map(\.region) + catalogue.machines.map(\.name)
            + AcceleratorType.known.map(\.name)
        throw CommandFailure(
            .notFound,
            "the catalogue of \(Catalogue.asOf) has no provider, region, machine or accelerator \(quoted(name))"
                + (nearest(bare, among: known).map { "; did you mean \($0)?" } ?? ""))
    }

    /// Names are compared in portions, since no more than a few hundred are compared at once.
    private static func nearest(_ name: String, among known: [String]) -> String? {
        let portions = stride(from: 0, to: known.count, by: 200).map { Array(known[$0..<min($0 + 200, known.count)]) }
        return NearestName.find(name, among: portions.compactMap { NearestName.find(name, among: $0) })
    }
}

/// What `catalog show` prints about one entry.
package struct CatalogDescription: Sendable {
    let catalogue: Catalogue
    let entry: CatalogEntry

    package init(_ entry: CatalogEntry, in catalogue: Catalogue) { (self.entry, self.catalogue) = (entry, catalogue) }

    /// Several entries as one text that ends with a line break.
    package static func rendered(_ entries: [CatalogEntry], in catalogue: Catalogue, _ format: CatalogFormat) -> String {
        let descriptions = entries.map { CatalogDescription($0, in: catalogue) }
        switch format {
        case .table:
            let footer = "\nCatalogue of \(Catalogue.asOf). \(QuoteText.caveat)\n"
            return descriptions.map(\.text).joined(separator: "\n") + footer
        case .json:
            return JSONText.pretty(descriptions.count == 1 ? descriptions[0].json : .array(descriptions.map(\.json))) + "\n"
        case .yaml: return YAMLText.documents(descriptions.map(\.json))
        case .csv:
            let offers = descriptions.flatMap(\.offers)
            return TradewindFormat.text(TradewindFormat.quotes(of: offers))
        }
    }

    var offers: [Offer] {
        switch entry {
        case .provider(let name): catalogue.offers.filter { $0.region.provider == name }
        case .region(let key): catalogue.offers.filter { $0.region == key }
        case .machine(let provider, let name):
            catalogue.offers.filter { $0.region.provider == provider && $0.machine == name }
        case .accelerator(let type): catalogue.offers.filter { $0.accelerator == type }
        }
    }
}
