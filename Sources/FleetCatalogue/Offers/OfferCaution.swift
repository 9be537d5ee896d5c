package import FleetModel

/// What a buyer should know before trusting an offer's prices.
package enum OfferCaution: Hashable, Sendable {
    case capacityUnproven
    case regionUnchecked
    case spotEstimated(asOf: String)
    case spotAtFloor
    case spotSavesNothing
    /// A commitment costs more than on-demand does on a later day.
    case commitmentAboveOnDemand(PurchaseOption, asOf: String, onDemandAsOf: String)

    /// AWS lets no spot price fall below a tenth of on-demand. What stands near it looks idle or unreal.
    static let spotFloor = 0.12
    /// From this share of on-demand, spot saves nothing worth its interruptions.
    static let spotWithoutSaving = 0.98

    /// In plain words.
    package var text: String {
        switch self {
        case .capacityUnproven: "priced in this region, which does not prove capacity"
        case .regionUnchecked: "one price for all regions of the provider; that this region has it was not checked"
        case .spotEstimated(let asOf):
            "no spot price was quoted: estimated from the average saving AWS published for \(asOf)"
        case .spotAtFloor: "spot is at the floor of a tenth of on-demand: probably idle or unreal"
        case .spotSavesNothing: "spot costs as much as on-demand"
        case .commitmentAboveOnDemand(let option, let asOf, let onDemandAsOf):
            "\(option) of \(asOf) costs more than on-demand of \(onDemandAsOf)"
        }
    }

    /// In a word or two, for a column; nil for what holds of half the catalogue or stands in another column.
    package func note(on option: PurchaseOption) -> String? {
        switch self {
        case .capacityUnproven, .spotEstimated: nil
        case .regionUnchecked: "region unchecked"
        case .spotAtFloor: option == .spot ? "at floor" : nil
        case .spotSavesNothing: option == .spot ? "saves nothing" : nil
        case .commitmentAboveOnDemand(let above, _, _): option == above ? "above on-demand" : nil
        }
    }
}

extension Offer {
    package var cautions: [OfferCaution] {
        var cautions: [OfferCaution] = []
        switch availability {
        case .offered, .imported: break
        case .priced: cautions.append(.capacityUnproven)
        case .uniform: cautions.append(.regionUnchecked)
        }
        if let spot, spot.evidence == .estimated {
            cautions.append(.spotEstimated(asOf: spot.asOf))
        } else if let spot, let onDemand {
            if spot.usdPerHour < onDemand.usdPerHour * OfferCaution.spotFloor {
                cautions.append(.spotAtFloor)
            } else if spot.usdPerHour >= onDemand.usdPerHour * OfferCaution.spotWithoutSaving {
                cautions.append(.spotSavesNothing)
            }
        }
        for option in [PurchaseOption.reserved(.oneYear), .reserved(.threeYears)] {
            if let reserved = self[option], let onDemand, reserved.usdPerHour > onDemand.usdPerHour {
                cautions.append(.commitmentAboveOnDemand(option, asOf: reserved.asOf, onDemandAsOf: onDemand.asOf))
            }
        }
        return cautions
    }
}
