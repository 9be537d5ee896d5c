import FleetModel

/// For clients of which places the planes of a workload are inside its fence.
package struct PlaceAdmission: Sendable {
    /// What clients of some places are told where nobody may serve them.
    struct Reason: Sendable {
        var places: PlaceSet
        var refusal: String?
        var excludedPlanes: [RoutingSnapshot.Exclusion]
    }

    /// By position in the workload's ``WorkloadEntry/allowedPlanes``.
    let places: [PlaceSet]
    private let reasons: [Reason]

    /// Nil where the workload's fence is the same for all places.
    init?(_ workload: RoutingSnapshot.Workload, planes: [PlaneName]) {
        guard let fences = workload.placeFences else { return nil }
        let known = fences.compactMap { fence in
            PlaceSet(countries: fence.countries, includesUnknown: fence.includesUnknown).map { (places: $0, fence: fence) }
        }
        reasons =
            [Reason(places: .gateway, refusal: workload.refusal, excludedPlanes: workload.excludedPlanes)]
            + known.map { Reason(places: $0.places, refusal: $0.fence.refusal, excludedPlanes: $0.fence.excludedPlanes) }
        places = planes.map { plane in
            var admitted: PlaceSet?
            if workload.refusal == nil, workload.allowedPlanes.contains(plane) { admitted = .gateway }
            for (places, fence) in known where fence.refusal == nil && fence.allowedPlanes.contains(plane) {
                admitted = admitted?.union(places) ?? places
            }
            return admitted ?? .nowhere
        }
    }

    /// The fences of a pair of workloads: a place may go where both let it; nil where no place makes a difference.
    static func fences(
        _ first: RoutingSnapshot.Workload, _ second: RoutingSnapshot.Workload
    ) -> [RoutingSnapshot.PlaceFence]? {
        guard first.placeFences != nil || second.placeFences != nil else { return nil }
        return first.fencesByPlace.flatMap { one in
            second.fencesByPlace.compactMap { other -> RoutingSnapshot.PlaceFence? in
                let countries = other.countries.filter(Set(one.countries).contains)
                let includesUnknown = one.includesUnknown && other.includesUnknown
                guard !countries.isEmpty || includesUnknown else { return nil }
                return RoutingSnapshot.PlaceFence(
                    countries: countries, includesUnknown: includesUnknown,
                    allowedPlanes: other.allowedPlanes.filter(one.allowedPlanes.contains),
                    excludedPlanes: other.excludedPlanes + one.excludedPlanes, refusal: one.refusal ?? other.refusal)
            }
        }
    }

    /// Why clients of these places are served nowhere: of the first rule that concerns one of them and leaves it out. Where each
    /// place alone would be served, and only all together are not, those rules together.
    func reason(for places: PlaceSet) -> (refusal: String?, excludedPlanes: [RoutingSnapshot.Exclusion]) {
        let concerned = reasons.filter { !$0.places.isDisjoint(with: places) }
        if let refusal = concerned.lazy.compactMap(\.refusal).first { return (refusal, []) }
        var seen: Set<PlaneName> = []
        return (nil, concerned.flatMap(\.excludedPlanes).filter { seen.insert($0.plane).inserted })
    }
}

extension WorkloadEntry {
    /// Whether some plane may serve clients of all these places.
    func servesSomewhere(_ places: PlaceSet) -> Bool {
        guard let placeAdmission else { return !allowedPlanes.isEmpty }
        return placeAdmission.places.contains { places.isServed(by: $0) }
    }
}
