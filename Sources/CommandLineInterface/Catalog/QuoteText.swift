import FleetCatalogue
import FleetModel
import FleetTransport

/// Shows prices, never without their dates.
enum QuoteText {
    /// Up to four decimals, at least two: `4.29`, `0.1381`.
    static func price(_ usd: Double?) -> String {
        guard let usd, usd.isFinite, abs(usd) < 1e12 else { return "" }
        let tenThousandths = Int64((usd * 10_000).rounded())
        var decimals = String(10_000 + tenThousandths % 10_000).dropFirst()
        while decimals.count > 2, decimals.last == "0" { decimals = decimals.dropLast() }
        return "\(tenThousandths / 10_000).\(decimals)"
    }

    /// `2026-07-20`, `2025-H2 (inferred)`, `2025-06-28 (estimate)`.
    static func date(_ quote: Quote?) -> String {
        guard let quote else { return "" }
        switch quote.evidence {
        case .dated: return quote.asOf
        case .dateInferred: return "\(quote.asOf) (inferred)"
        case .estimated: return "\(quote.asOf) (estimate)"
        }
    }

    static func json(_ offer: Offer, in catalogue: Catalogue) -> JSONValue {
        let place = catalogue.region(offer.region)
        var members: [String: JSONValue] = [
            "provider": .string(offer.region.provider.rawValue), "region": .string(offer.region.region),
            "machine": .string(offer.machine), "accelerator": .string(offer.accelerator.name),
            "accelerators": .integer(Int64(offer.accelerators)), "availability": .string(offer.availability.rawValue),
            "quotes": .array(offer.quotes.map { json($0.option, $0.quote, accelerators: offer.accelerators) }),
        ]
        members["architecture"] = offer.accelerator.architecture.map { .string($0.rawValue) }
        members["acceleratorMemoryGiB"] = offer.accelerator.memory.map { .number($0.value) }
        members["vcpus"] = offer.vcpus.map { .number($0) }
        members["memoryGiB"] = offer.memory.map { .number($0.value) }
        members["country"] = place.map { .string($0.location.country) }
        members["jurisdictions"] = place.map { .array($0.location.jurisdictions.map { .string($0.code) }) }
        members["providerKind"] = place.map { .string($0.providerKind.rawValue) }
        members["spotZones"] = offer.spotZones.map { .integer(Int64($0)) }
        members["spotInterruptionsPercentPerMonth"] = offer.interruptions.map { .string($0.rawValue) }
        if !offer.cautions.isEmpty { members["cautions"] = .array(offer.cautions.map { .string($0.text) }) }
        return .object(members)
    }

    static func json(_ option: PurchaseOption, _ quote: Quote, accelerators: Int) -> JSONValue {
        var members: [String: JSONValue] = [
            "tier": .string(option.tier.rawValue), "usdPerHour": .number(quote.usdPerHour),
            "usdPerAcceleratorHour": .number((quote.usdPerHour / Double(accelerators) * 1e6).rounded() / 1e6),
            "asOf": .string(quote.asOf), "evidence": .string(quote.evidence.rawValue), "source": .string(quote.source),
        ]
        members["commitment"] = option.commitment.map { .string($0.rawValue) }
        return .object(members)
    }

    static func json(_ quote: TransferQuote?) -> JSONValue {
        guard let quote else { return .null }
        return [
            "usdPerGiB": .number(quote.price.value), "asOf": .string(quote.asOf), "source": .string(quote.source),
        ]
    }

    static let caveat = "List prices in US dollars without tax; they drift, so ask the provider before you rely on one."
}
