package import FleetCatalogue
import FleetModel
import FleetTransport

/// What `catalog list` prints.
package struct CatalogListing: Sendable {
    package let catalogue: Catalogue
    package let filter: OfferFilter
    package let offers: [Offer]

    package init(_ catalogue: Catalogue, filter: OfferFilter, order: CatalogOrder) {
        self.catalogue = catalogue
        self.filter = filter
        let found = catalogue.offers(matching: filter)
        offers =
            switch order {
            case .price: found
            case .provider: found.sorted { ($0.region, $0.machine) < ($1.region, $1.machine) }
            // By price already: of one type, the order stays.
            case .accelerator:
                found.enumerated().sorted { ($0.element.accelerator, $0.offset) < ($1.element.accelerator, $1.offset) }
                    .map(\.element)
            }
    }

    /// Text that ends with a line break.
    package func rendered(_ format: CatalogFormat) -> String {
        switch format {
        case .table: table
        case .json: JSONText.pretty(json) + "\n"
        case .yaml: YAMLText.document(json)
        case .csv: TradewindFormat.text(TradewindFormat.quotes(of: offers))
        }
    }

    private var json: JSONValue {
        [
            "asOf": .string(Catalogue.asOf), "caveat": .string(QuoteText.caveat),
            "offers": .array(offers.map { QuoteText.json($0, in: catalogue) }),
        ]
    }

    private var table: String {
        let option = filter.comparedOption
        let rows = offers.map { offer in
            [
                offer.region.provider.rawValue, offer.region.region, catalogue.region(offer.region)?.location.country ?? "",
                offer.machine, "\(offer.accelerators) x \(offer.accelerator)", offer.vcpus.map(plainNumber) ?? "",
                offer.memory?.text ?? "", QuoteText.price(offer[option]?.usdPerHour),
                QuoteText.price(offer.usdPerAcceleratorHour(option)), QuoteText.date(offer[option]), offer[option]?.source ?? "",
                offer.cautions.compactMap { $0.note(on: option) }.joined(separator: ", "),
            ]
        }
        let table = Table(
            headings: [
                "PROVIDER", "REGION", "COUNTRY", "MACHINE", "ACCELERATORS", "VCPUS", "MEMORY", "USD/H", "USD/ACCELERATOR-H",
                "AS OF", "SOURCE", "NOTE",
            ], rows: rows)
        let count = offers.count == 1 ? "1 offer" : "\(offers.count) offers"
        return table.rendered() + "\n\(count) \(option); catalogue of \(Catalogue.asOf). \(QuoteText.caveat)\n"
    }

    /// Said where nothing was found, and why that may be.
    package var emptyRemark: String? {
        guard offers.isEmpty else { return nil }
        guard let wanted = filter.attestation else { return "No offer meets that." }
        let records = catalogue.attestations.filter { Attestation.isShown(wanted, by: [$0.attestation]) }
        let evidence = records.map {
            "\($0.provider) (\($0.status.rawValue), \($0.asOf ?? "undated"), \(AttestationText.scope($0)))"
        }
        return "No offer meets that. Of \(wanted) there is on record: \(NearestWord.choices(evidence)). "
            + "What does not say where it holds counts as not proven."
    }
}

/// Shows what is on record about an attestation.
enum AttestationText {
    static func scope(_ record: AttestationRecord) -> String {
        switch record.scope {
        case .everyRegion: "all regions"
        case .regions(let names): names.joined(separator: ",")
        case .unknown: "scope unknown"
        }
    }
}
