extension RoutingSnapshot {
    /// A workload's fence for clients of some places. Over all fences of a workload every place stands in one; a place that stands
    /// in none is served nowhere.
    package struct PlaceFence: Equatable, Sendable, Codable {
        /// ISO 3166-1 alpha-2, sorted.
        package var countries: [String]
        /// Holds for clients of whom nobody knows where they are.
        package var includesUnknown: Bool
        /// Sorted.
        package var allowedPlanes: [PlaneName]
        package var excludedPlanes: [Exclusion]
        /// Set when this gateway itself must refuse these clients: the reason they are told.
        package var refusal: String?

        package init(
            countries: [String], includesUnknown: Bool = false, allowedPlanes: [PlaneName], excludedPlanes: [Exclusion] = [],
            refusal: String? = nil
        ) {
            self.countries = countries
            self.includesUnknown = includesUnknown
            self.allowedPlanes = allowedPlanes
            self.excludedPlanes = excludedPlanes
            self.refusal = refusal
        }
    }
}

extension RoutingSnapshot.Workload {
    /// The fences of every place but the gateway's own, whether or not they differ.
    package var fencesByPlace: [RoutingSnapshot.PlaceFence] {
        placeFences ?? [
            RoutingSnapshot.PlaceFence(
                countries: PlaceRules.countries, includesUnknown: true, allowedPlanes: allowedPlanes,
                excludedPlanes: excludedPlanes, refusal: refusal)
        ]
    }
}
