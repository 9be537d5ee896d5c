import FleetCatalogue
import FleetModel

extension CatalogDescription {
    var text: String {
        switch entry {
        case .provider(let name): provider(name)
        case .region(let key): region(key)
        case .machine(let provider, let name): machine(name, of: provider)
        case .accelerator(let type): accelerator(type)
        }
    }

    // MARK: Entries

    private func provider(_ name: ProviderName) -> String {
        let regions = catalogue.regions.filter { $0.provider == name }
        let machines = catalogue.machines.filter { $0.provider == name }
        return facts([
            ("Provider", name.rawValue), ("Kind", catalogue.kind(of: name)?.rawValue ?? "unknown"),
            ("Regions", String(regions.count)), ("Machines", String(machines.count)),
        ]) + section("Attestations", attestations(of: name, in: nil), empty: "nothing on record")
            + section(
                "Regions",
                Table(
                    headings: ["REGION", "PLACE", "COUNTRY", "JURISDICTIONS", "OFFERS", "EGRESS USD/GiB", "AS OF"],
                    rows: regions.map { region in
                        let egress = catalogue.egressQuote(provider: name, region: region.name)
                        return [
                            region.name, region.title, region.location.country,
                            region.location.jurisdictions.map(\.code).joined(separator: ","),
                            String(offers.count(where: { $0.region == region.key })), QuoteText.price(egress?.price.value),
                            egress?.asOf ?? "unknown",
                        ]
                    }), empty: "none in the catalogue")
            + section("Machines, where they cost least on demand", cheapest(machines), empty: "none in the catalogue")
    }

    private func region(_ key: RegionKey) -> String {
        let place = catalogue.region(key)
        let egress = catalogue.egressQuote(provider: key.provider, region: key.region)
        var rows = [("Region", key.description), ("Place", place?.title ?? "unknown")]
        if let place {
            let coordinates = place.location.coordinates
            rows += [
                ("Country", place.location.country),
                ("Jurisdictions", place.location.jurisdictions.map(\.code).joined(separator: ", ")),
                (
                    "Coordinates",
                    "\(plainNumber(coordinates.latitude)), \(plainNumber(coordinates.longitude)) (\(place.precision.rawValue))"
                ),
                ("Kind", place.providerKind.rawValue),
            ]
        }
        rows.append(
            (
                "Egress",
                egress.map { "\(QuoteText.price($0.price.value)) USD/GiB to the internet, \($0.asOf), \($0.source)" } ?? "unknown"
            ))
        return facts(rows)
            + section("Attestations", attestations(of: key.provider, in: key.region), empty: "nothing on record")
            + section("Offers", prices(offers, showingPlace: false), empty: "none in the catalogue")
            + section("Nearest measured regions", nearest(to: key), empty: "no round trip was measured from here")
    }

    private func machine(_ name: String, of provider: ProviderName) -> String {
        let known = catalogue.machine(name, of: provider)
        let cautions = Set(offers.flatMap { offer in offer.cautions.map(\.text) }).sorted()
        return facts([
            ("Machine", "\(provider)/\(name)"),
            ("Accelerators", known.map { "\($0.accelerators) x \($0.accelerator)" } ?? ""),
            ("Architecture", known?.accelerator.architecture?.rawValue ?? "unknown"),
            ("vCPUs", known?.vcpus.map(plainNumber) ?? "unknown"), ("Memory", known?.memory?.text ?? "unknown"),
        ]) + section("Prices", prices(offers, showingPlace: true), empty: "none in the catalogue") + list("Cautions", cautions)
            + section("Attestations", attestations(of: provider, in: nil), empty: "nothing on record")
            + list("Sources", origins(offers))
    }

    private func accelerator(_ type: AcceleratorType) -> String {
        let machines = catalogue.machines.filter { $0.accelerator == type }
        return facts([
            ("Accelerator", type.name), ("Architecture", type.architecture?.rawValue ?? "unknown"),
            ("Memory", type.memory.map { "\($0.text) nominal" } ?? "unknown"), ("Offers", String(offers.count)),
        ]) + section("Machines, where they cost least on demand", cheapest(machines), empty: "nobody in the catalogue offers it")
    }

    // MARK: Parts

    private func facts(_ rows: [(String, String)]) -> String {
        rows.map { title, value in
            let label = "\(title):"
            return label + String(repeating: " ", count: max(1, 15 - label.count)) + TerminalText.escaped(value) + "\n"
        }.joined()
    }

    private func section(_ title: String, _ table: Table, empty: String) -> String {
        table.rows.isEmpty ? "\(title): \(empty)\n" : "\(title):\n" + table.rendered(indentation: "  ")
    }

    private func list(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\(title):\n" + lines.map { "  \(TerminalText.escaped($0))\n" }.joined()
    }

    /// One line for each price.
    private func prices(_ offers: [Offer], showingPlace: Bool) -> Table {
        let place = showingPlace ? ["REGION", "COUNTRY"] : ["MACHINE", "ACCELERATORS"]
        let rows = offers.flatMap { offer in
            offer.quotes.map { option, quote in
                let first =
                    showingPlace
                    ? [offer.region.region, catalogue.region(offer.region)?.location.country ?? ""]
                    : [offer.machine, "\(offer.accelerators) x \(offer.accelerator)"]
                let interruptions = option == .spot ? offer.interruptions?.rawValue ?? "" : ""
                return first + [
                    option.description, QuoteText.price(quote.usdPerHour), QuoteText.price(offer.usdPerAcceleratorHour(option)),
                    interruptions, QuoteText.date(quote), quote.source,
                ]
            }
        }
        return Table(
            headings: place + ["TIER", "USD/H", "USD/ACCELERATOR-H", "RECLAIMED %/MONTH", "AS OF", "SOURCE"], rows: rows)
    }

    /// Of each machine the offer with the lowest on-demand price, the cheapest accelerator first.
    private func cheapest(_ machines: [Catalogue.Machine]) -> Table {
        var best: [PriceBook.MachineKey: Offer] = [:]
        for offer in offers where offer.onDemand != nil {
            let key = PriceBook.MachineKey(RegionKey(offer.region.provider, ""), offer.machine)
            let price = { (offer: Offer?) in offer?.usdPerAcceleratorHour(.onDemand) ?? .infinity }
            if price(offer) < price(best[key]) { best[key] = offer }
        }
        let rows = machines.map { machine -> (price: Double, cells: [String]) in
            let offer = best[PriceBook.MachineKey(RegionKey(machine.provider, ""), machine.name)]
            let price = offer?.usdPerAcceleratorHour(.onDemand)
            return (
                price ?? .infinity,
                [
                    machine.provider.rawValue, machine.name, "\(machine.accelerators) x \(machine.accelerator)",
                    offer?.region.region ?? "", QuoteText.price(offer?.onDemand?.usdPerHour), QuoteText.price(price),
                    QuoteText.date(offer?.onDemand), offer?.onDemand?.source ?? "",
                ]
            )
        }
        return Table(
            headings: ["PROVIDER", "MACHINE", "ACCELERATORS", "REGION", "USD/H", "USD/ACCELERATOR-H", "AS OF", "SOURCE"],
            rows: rows.enumerated().sorted { ($0.element.price, $0.offset) < ($1.element.price, $1.offset) }.map(\.element.cells))
    }

    /// What is on record, and whether it proves anything in a region (with nil: anywhere).
    private func attestations(of provider: ProviderName, in region: String?) -> Table {
        Table(
            headings: ["ATTESTATION", region == nil ? "PROVEN IN" : "PROVEN HERE", "EVIDENCE", "AS OF", "SOURCE"],
            rows: catalogue.attestations(of: provider).map { record in
                let proven: String
                if let region {
                    proven = record.proves(region: region) ? "yes" : "no"
                } else if case .regions(let names) = record.scope, names.contains(where: record.proves(region:)) {
                    proven = names.joined(separator: ",")
                } else {
                    proven = record.scope == .everyRegion && record.proves(region: "") ? "all regions" : "nowhere"
                }
                return [
                    record.attestation, proven, "\(record.status.rawValue), \(AttestationText.scope(record))",
                    record.asOf ?? "undated", record.source,
                ]
            })
    }

    private func nearest(to key: RegionKey) -> Table {
        let measured = catalogue.measuredRegions.compactMap { other in
            catalogue.measuredRoundTrip(from: key, to: other).map { (other, $0) }
        }
        let nearest = measured.sorted { ($0.1.milliseconds, $0.0) < ($1.1.milliseconds, $1.0) }.prefix(8)
        return Table(
            headings: ["REGION", "ROUND TRIP", "AS OF", "SOURCE"],
            rows: nearest.map { [$0.0.description, "\(plainNumber($0.1.milliseconds)) ms", $0.1.asOf, $0.1.source] })
    }

    /// Where the figures of offers come from.
    private func origins(_ offers: [Offer]) -> [String] {
        let names = Set(offers.flatMap { $0.quotes.map(\.quote.source) }).sorted()
        return names.compactMap { name in
            catalogue.source(name).map { "\(name): \($0.origin) (licence: \($0.licence))" }
        }
    }
}
