package import FleetCatalogue
import FleetModel

/// What `catalog list` was asked, as typed. ``filter(in:)`` reads it, and every mistake is told with what would be right.
package struct CatalogQuestion: Equatable, Sendable {
    package var accelerator: String?
    package var architecture: String?
    package var memory: String?
    package var count: String?
    package var region: String?
    package var jurisdiction: String?
    package var provider: String?
    package var providerKind: String?
    package var attestation: String?
    package var maxPrice: String?
    package var tier: String?
    package var commitment: String?

    package init() {}

    package func filter(in catalogue: Catalogue) throws(CommandFailure) -> OfferFilter {
        var filter = OfferFilter()
        if let accelerator { filter.accelerators = try Self.accelerators(accelerator) }
        if let architecture { filter.architecture = try Self.architecture(architecture) }
        if let memory { filter.memory = try Self.memory(memory) }
        if let count { filter.count = try Self.count(count) }
        if let provider { filter.provider = try Self.provider(provider, in: catalogue) }
        if let region { try Self.read(region: region, into: &filter, in: catalogue) }
        if let jurisdiction { filter.jurisdiction = try Self.jurisdiction(jurisdiction, in: catalogue) }
        if let providerKind { filter.providerKind = try Self.kind(providerKind) }
        if let attestation { filter.attestation = try Self.attestation(attestation, in: catalogue) }
        if let maxPrice { filter.mostUSDPerAcceleratorHour = try Self.price(maxPrice) }
        filter.option = try option()
        return filter
    }

    private func option() throws(CommandFailure) -> PurchaseOption? {
        let tiers = CapacityPool.Tier.allCases
        let terms = CapacityPool.Commitment.allCases
        guard let tier else {
            if commitment != nil { throw CommandFailure(.usage, "--commitment goes with --tier reserved") }
            return nil
        }
        guard let known = tiers.first(where: { $0.rawValue == tier }) else {
            throw Self.wrong("--tier", tier, "is no way to buy", among: tiers.map(\.rawValue))
        }
        guard let commitment else { return PurchaseOption(tier: known) }
        guard known == .reserved else { throw CommandFailure(.usage, "--commitment goes with --tier reserved") }
        guard let term = terms.first(where: { $0.rawValue == commitment }) else {
            throw Self.wrong("--commitment", commitment, "is no term", among: terms.map(\.rawValue))
        }
        return .reserved(term)
    }

    /// A name that several products carry asks for any of them.
    private static func accelerators(_ text: String) throws(CommandFailure) -> [AcceleratorType] {
        let reading = AcceleratorType.normalised(text)
        guard reading.candidates.isEmpty else { return reading.candidates }
        let objection = reading.objection(to: text)
        throw CommandFailure(.usage, "--accelerator: \(objection?.message ?? ""); \(objection?.accepted ?? "")")
    }

    private static func architecture(_ text: String) throws(CommandFailure) -> AcceleratorArchitecture {
        if let architecture = AcceleratorArchitecture(spelling: text) { return architecture }
        throw wrong("--architecture", text, "is none", among: AcceleratorArchitecture.allCases.map(\.rawValue))
    }

    private static func memory(_ text: String) throws(CommandFailure) -> Comparison {
        if let bound = Comparison(text, read: { Gibibytes(text: $0)?.value }) { return bound }
        throw CommandFailure(
            .usage, "--memory: \(quoted(text)) is no size; give that of one accelerator, such as 80GiB or '>=80GiB'")
    }

    private static func count(_ text: String) throws(CommandFailure) -> Comparison {
        if let bound = Comparison(text, read: { Int($0).flatMap { $0 >= 0 ? Double($0) : nil } }) { return bound }
        throw CommandFailure(.usage, "--count: \(quoted(text)) is no number of accelerators; give one such as 8 or '>=4'")
    }

    private static func price(_ text: String) throws(CommandFailure) -> Double {
        if let price = Double(text), price.isFinite, price >= 0 { return price }
        throw CommandFailure(
            .usage, "--max-price: \(quoted(text)) is no price; give US dollars per accelerator and hour, such as 2.50")
    }

    private static func provider(_ text: String, in catalogue: Catalogue) throws(CommandFailure) -> ProviderName {
        let name = ProviderName(text.lowercased())
        if catalogue.providers.contains(name) { return name }
        throw wrong("--provider", text, "is no provider of the catalogue", among: catalogue.providers.map(\.rawValue))
    }

    /// `us-east-1` of any provider, or `aws/us-east-1`.
    private static func read(
        region text: String, into filter: inout OfferFilter, in catalogue: Catalogue
    ) throws(CommandFailure) {
        let key = RegionKey(text)
        if let key {
            let named = try provider(key.provider.rawValue, in: catalogue)
            if let already = filter.provider, already != named {
                throw CommandFailure(.usage, "--region \(text) and --provider \(already) exclude each other")
            }
            filter.provider = named
        }
        let name = key?.region ?? text
        let known = catalogue.regions.map(\.key) + catalogue.offers.map(\.region)
        let names = known.filter { filter.provider == nil || $0.provider == filter.provider }.map(\.region)
        guard names.contains(name) else {
            throw wrong("--region", text, "is no region of the catalogue", among: Set(names).sorted(), limit: 12)
        }
        filter.region = name
    }

    private static func jurisdiction(_ text: String, in catalogue: Catalogue) throws(CommandFailure) -> Jurisdiction {
        let code = text.uppercased()
        let known = Set(catalogue.regions.flatMap(\.location.jurisdictions)).sorted()
        if let jurisdiction = known.first(where: { $0.code == (code == "GB" ? "UK" : code) }) { return jurisdiction }
        throw wrong("--jurisdiction", text, "holds in no region of the catalogue", among: known.map(\.code), limit: 100)
    }

    private static func kind(_ text: String) throws(CommandFailure) -> Provider.Kind {
        if let kind = Provider.Kind(rawValue: text.lowercased()) { return kind }
        throw wrong("--provider-kind", text, "is no kind of provider", among: Provider.Kind.allCases.map(\.rawValue))
    }

    private static func attestation(_ text: String, in catalogue: Catalogue) throws(CommandFailure) -> String {
        let known = Set(catalogue.attestations.map(\.attestation)).sorted()
        if Attestation.isShown(text, by: known) { return text }
        throw wrong("--attestation", text, "is on no record of the catalogue", among: known)
    }

    private static func wrong(
        _ option: String, _ text: String, _ what: String, among known: [String], limit: Int = 40
    ) -> CommandFailure {
        let nearest = NearestName.find(text, among: known).map { "did you mean \($0)? " } ?? ""
        return CommandFailure(
            .usage, "\(option): \(quoted(text)) \(what); \(nearest)Known are \(NearestWord.choices(known, limit: limit))")
    }
}

/// How `catalog` prints.
package enum CatalogFormat: String, CaseIterable, Sendable {
    case table, json, yaml, csv
}

/// The order `catalog list` prints offers in.
package enum CatalogOrder: String, CaseIterable, Sendable {
    /// The cheapest per accelerator first.
    case price
    /// By provider, region, machine.
    case provider
    /// By type, then price.
    case accelerator
}
