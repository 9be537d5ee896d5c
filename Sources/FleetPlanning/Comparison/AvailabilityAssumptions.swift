package import FleetModel

/// What the availability arithmetic takes for granted, each with where it comes from.
package struct AvailabilityAssumptions: Equatable, Sendable {
    /// Share of time a region serves, by `provider/region`, as the fleet declares it.
    package var regions: [String: Double] = [:]
    /// Providers that are no hyperscaler: their regions are taken as single sites.
    package var singleSites: Set<String> = []
    /// Share of a domain's outages that it has in common with its like: the β of the beta-factor model.
    package var commonCauseShare = defaultCommonCauseShare

    /// The Region-level commitment of the Amazon Compute SLA (version of 2022-05-05): 99.99% a month. A promise with service
    /// credits behind it, not a measurement.
    package static let defaultRegion = 0.9999
    /// The instance-level commitment of the same SLA, 99.5%, for places that promise no more than one machine does.
    package static let defaultSingleSite = 0.995
    /// One outage of all regions like Google Cloud's of 2025-06-12 (10:51 to 18:18 Pacific time, 7.5 h) in three years:
    /// 1 − 7.5 / (3 · 8,766).
    package static let defaultProvider = 1 - 7.5 / (3 * 8_766)
    /// The upper end of what IEC 61508-6, annex D, estimates for redundant units.
    package static let defaultCommonCauseShare = 0.1

    package init() {}

    package init(fleet: Fleet) {
        for provider in fleet.providers where provider.kind != .hyperscaler { singleSites.insert(provider.name.rawValue) }
        let promised = Dictionary(
            fleet.providers.map { ($0.name, $0.availability) }, uniquingKeysWith: { first, _ in first })
        for plane in fleet.planes {
            if let share = plane.availability ?? promised[plane.provider] ?? nil {
                regions["\(plane.provider)/\(plane.region)"] = share.fraction
            }
        }
    }

    package func availability(region: String, provider: String) -> Double {
        regions[region] ?? (singleSites.contains(provider) ? Self.defaultSingleSite : Self.defaultRegion)
    }

    /// What was taken for granted, for the reader.
    package var sentences: [String] {
        let declared = regions.isEmpty ? "" : " where the fleet declares none"
        return [
            "a region serves \(Figure.availability(Self.defaultRegion)) of the time\(declared) (Region-level commitment of the Amazon "
                + "Compute SLA of 2022-05-05, a promise rather than a measurement); a site of a provider that is no hyperscaler "
                + "\(Figure.availability(Self.defaultSingleSite)) (instance-level commitment of the same)",
            "a provider as a whole serves \(Figure.availability(Self.defaultProvider)) of the time: one outage of all its regions like "
                + "Google Cloud's of 2025-06-12, 7.5 h, in three years",
            "independent: regions, providers and spot nodes fail independently of each other",
            "correlated: \(Figure.percent(commonCauseShare)) of every region's outages take all regions of its provider, "
                + "\(Figure.percent(commonCauseShare)) of every provider's outages take all providers (beta-factor model, Fleming 1975; IEC "
                + "61508-6 annex D), and all spot nodes of a provider are reclaimed at once",
        ]
    }
}
