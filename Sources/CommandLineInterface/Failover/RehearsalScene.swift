package import FleetModel

/// What a rehearsal takes away, who is asked while it is gone, and through which door.
package struct RehearsalScene: Equatable, Sendable {
    /// What a person asked to lose.
    package enum Target: Equatable, Sendable {
        case plane(PlaneName)
        /// Of any provider that has a region of this name, or of the one given as `provider/region`.
        case region(String)
        case provider(ProviderName)
        /// Each plane that has replicas, one after the other.
        case everyPlane
    }

    /// `plane toronto`.
    package var what: String
    package var planes: [PlaneName]
    package var gateway: GatewayName
    package var workloads: [WorkloadName]

    package init(what: String, planes: [PlaneName], gateway: GatewayName, workloads: [WorkloadName]) {
        (self.what, self.planes, self.gateway, self.workloads) = (what, planes, gateway, workloads)
    }

    /// The scenes of a game day, in order. Workloads without replicas on what is lost are left out, and so are losses that nobody
    /// would notice; a workload without a model is asked for by nobody.
    ///
    /// - Parameters:
    ///   - placed: planes that have replicas of each workload.
    ///   - gateways: those that can be asked.
    ///   - gateway: the one to ask; nil: the nearest to what is lost, for its users are served from there.
    package static func scenes(
        _ target: Target, _ fleet: Fleet, placed: [WorkloadName: Set<PlaneName>], gateways: Set<GatewayName>,
        through gateway: GatewayName?, classes: Set<Workload.Class>
    ) throws(CommandFailure) -> [RehearsalScene] {
        if let gateway, !gateways.contains(gateway) {
            throw FleetClient.notFound(gateway.rawValue, kind: "connected gateways", among: gateways.sorted().map(\.rawValue))
        }
        var scenes: [RehearsalScene] = []
        for (what, planes) in try losses(target, fleet) {
            guard planes.count < fleet.planes.count else {
                throw CommandFailure(.invalid, "\(what) is the whole fleet: nothing would be left to fail over to")
            }
            let names = Set(planes.map(\.name))
            let workloads = fleet.workloads.filter { workload in
                !workload.models.isEmpty && classes.contains(workload.workloadClass)
                    && !(placed[workload.name] ?? []).isDisjoint(with: names)
            }
            guard !workloads.isEmpty else { continue }
            let near = fleet.gateways.filter { gateways.contains($0.name) }.min {
                distance($0, planes) < distance($1, planes)
            }
            guard let door = gateway ?? near?.name else {
                throw CommandFailure(.invalid, "no gateway is connected: requests need a door")
            }
            scenes.append(
                RehearsalScene(what: what, planes: planes.map(\.name), gateway: door, workloads: workloads.map(\.name)))
        }
        guard !scenes.isEmpty else {
            throw CommandFailure(.invalid, "no workload that could be asked for has replicas there: nothing to rehearse")
        }
        return scenes
    }

    private static func losses(
        _ target: Target, _ fleet: Fleet
    ) throws(CommandFailure) -> [(what: String, planes: [WorkloadPlane])] {
        switch target {
        case .everyPlane: return fleet.planes.map { ("plane \($0.name)", [$0]) }
        case .plane(let name):
            guard let plane = fleet.planes.first(where: { $0.name == name }) else {
                throw FleetClient.notFound(name.rawValue, kind: "workloadplanes", among: fleet.planes.map(\.name.rawValue))
            }
            return [("plane \(name)", [plane])]
        case .region(let region):
            let planes = fleet.planes.filter { $0.region == region || $0.regionKey.description == region }
            let regions = Set(planes.map(\.regionKey)).sorted()
            guard let only = regions.first, regions.count == 1 else {
                let known = Set(fleet.planes.map(\.regionKey.description)).sorted()
                throw regions.isEmpty
                    ? FleetClient.notFound(region, kind: "regions", among: known)
                    : CommandFailure(.usage, "\(regions.count) providers have a region \(region); give provider/region")
            }
            return [("region \(only)", planes)]
        case .provider(let provider):
            let planes = fleet.planes.filter { $0.provider == provider }
            guard !planes.isEmpty else {
                let known = Set(fleet.planes.map(\.provider.rawValue)).sorted()
                throw FleetClient.notFound(provider.rawValue, kind: "providers with planes", among: known)
            }
            return [("provider \(provider)", planes)]
        }
    }

    private static func distance(_ gateway: Gateway, _ planes: [WorkloadPlane]) -> Duration {
        planes.map { gateway.location.coordinates.expectedRoundTrip(to: $0.location.coordinates) }.min() ?? .zero
    }
}
