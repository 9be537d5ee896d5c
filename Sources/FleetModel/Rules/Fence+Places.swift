extension Fence {
    /// Places whose users the policies treat alike.
    package struct PlaceGroup: Equatable, Sendable {
        /// Sorted.
        package var countries: [String]
        /// Whether users of whom nobody knows where they are belong to it.
        package var includesUnknown: Bool

        /// What ``Fence/verdict(workload:plane:userJurisdictions:)`` is asked with, for all of them.
        package var jurisdictions: [Jurisdiction]? { countries.first.map { Jurisdiction.covering(country: $0) } }
    }

    /// All countries there are, and the unknown place, as the policies for a classification tell them apart. The unknown one is
    /// always by itself.
    package func placeGroups(of classification: DataRules.Classification) -> [PlaceGroup] {
        let scoped = policies.filter { policy in
            let scope = policy.appliesTo
            return !scope.jurisdictions.isEmpty
                && (scope.classifications.isEmpty || scope.classifications.contains(classification))
        }
        var groups: [PlaceGroup] = []
        var positions: [[Bool]: Int] = [:]
        for country in PlaceRules.countries {
            let laws = Jurisdiction.covering(country: country)
            let pattern = scoped.map { $0.appliesTo.jurisdictions.contains(where: laws.contains) }
            if let position = positions[pattern] {
                groups[position].countries.append(country)
            } else {
                positions[pattern] = groups.count
                groups.append(PlaceGroup(countries: [country], includesUnknown: false))
            }
        }
        return groups + [PlaceGroup(countries: [], includesUnknown: true)]
    }
}
