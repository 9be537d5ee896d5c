package import FleetModel

/// Composes what each gateway may do from the declared fleet and its placement.
///
/// Everything is sorted, so that an unchanged fleet composes equal snapshots: the caller numbers a snapshot anew only when its
/// content changed. Snapshots come out with ``SnapshotVersion/zero``.
package struct SnapshotComposer: Sendable {
    /// The route of a fleet that declares none: every OpenAI path, by model.
    package static let defaultRoute = RoutingSnapshot.Route(name: "default", paths: ["/v1/"])

    private let fleet: Fleet
    private let fence: Fence
    private let planes: [RoutingSnapshot.Plane]
    private let routes: [RoutingSnapshot.Route]
    private let decision: PlacementDecision
    private let rollouts: [WorkloadName: RolloutDecision]
    private let placeGroups: [DataRules.Classification: [Fence.PlaceGroup]]

    /// - Parameters:
    ///   - failed: planes that gateways should send to only where nobody else may serve.
    ///   - feedAddresses: where planes said their feeds listen; a plane that never reported has none.
    ///   - rollouts: workloads of which two versions serve, with the share of each.
    package init(
        fleet: Fleet, decision: PlacementDecision, drained: Set<PlaneName> = [], failed: Set<PlaneName> = [],
        feedAddresses: [PlaneName: String] = [:], rollouts: [WorkloadName: RolloutDecision] = [:]
    ) {
        self.rollouts = rollouts
        self.fleet = fleet
        self.decision = decision
        let fence = fleet.fence
        self.fence = fence
        // What users' homes and gateways' own means of finding places cannot tell apart needs no fence of its own.
        let asksForPlaces =
            fleet.tenants.contains { $0.country != nil } || fleet.gateways.contains { $0.clientPlace?.findsCountries == true }
        placeGroups =
            asksForPlaces
            ? Dictionary(
                Set(fleet.workloads.map(\.data.classification)).map { ($0, fence.placeGroups(of: $0)) },
                uniquingKeysWith: { first, _ in first })
            : [:]
        planes = fleet.planes.map { plane in
            RoutingSnapshot.Plane(
                name: plane.name, provider: plane.provider, region: plane.region, coordinates: plane.location.coordinates,
                feedAddress: feedAddresses[plane.name],
                networks: plane.networks.isEmpty ? loopbackNetworks : plane.networks,
                isDrained: drained.contains(plane.name), hasForwarders: plane.driver == .local ? nil : true,
                isFailed: failed.contains(plane.name) ? true : nil)
        }
        routes = fleet.routes.isEmpty ? [Self.defaultRoute] : fleet.routes.map(Self.route)
    }

    /// One snapshot per declared gateway, sorted by gateway.
    package var snapshots: [RoutingSnapshot] { fleet.gateways.map(snapshot) }

    /// What one gateway may do. Its users are taken to be where it stands, and the fence is judged for its jurisdictions; for
    /// users of whom more is known there are fences by place.
    package func snapshot(for gateway: Gateway) -> RoutingSnapshot {
        RoutingSnapshot(
            version: .zero, gateway: gateway.name, gatewayLocation: gateway.location,
            workloads: fleet.workloads.map { self.workload($0, at: gateway) }, planes: planes, routes: routes,
            tenants: fleet.tenants.map(TenantTerms.init), gatewayCount: fleet.gateways.count,
            listen: gateway.listen, tls: gateway.tls,
            clientPlace: gateway.clientPlace, telemetry: gateway.telemetry == .none ? nil : gateway.telemetry)
    }

    private func workload(_ workload: Workload, at gateway: Gateway) -> RoutingSnapshot.Workload {
        let users = gateway.location.jurisdictions
        let (allowed, excluded) = planes(for: workload, users: users)
        let places = placeFences(workload, at: gateway)
        // The fence binds placement too, but for any user: a plane placed for others may be outside for all of this gateway's.
        let reachable = Set((places ?? []).flatMap(\.allowedPlanes) + allowed)
        let versions = rollouts[workload.name]?.versions
        // What clients are told of the model is true of every replica once the new version serves alone.
        let told = versions?.stable ?? workload
        let placed = (decision.placement(of: workload.name)?.planes ?? []).filter(reachable.contains)
        return RoutingSnapshot.Workload(
            name: workload.name, models: told.models,
            latencyBudgetMilliseconds: workload.objective.latencyBudget.milliseconds,
            failoverLatencyBudgetMilliseconds: workload.objective.failoverLatencyBudget.milliseconds, allowedPlanes: allowed,
            excludedPlanes: excluded, placedPlanes: placed, refusal: refusal(of: workload, at: gateway, users: users),
            maxSnapshotAgeMilliseconds: workload.data.maxSnapshotAge?.milliseconds,
            ratesPerReplica: Dictionary(
                workload.replica.profile.map { ($0.accelerator.name, $0.rate.value) }, uniquingKeysWith: { first, _ in first }),
            balancing: balancing(of: workload), admission: workload.admission,
            resilience: workload.resilience == .standard ? nil : workload.resilience, tls: workload.replica.engine?.tls,
            placeFences: places, predict: told.predict, revision: told.replica.revision,
            wakesOnDemand: workload.scaling.scaleToZeroAfter != nil ? true : nil,
            countsTokens: workload.scaling.uses(.tokensPerSecondPerReplica) ? true : nil,
            revisionWeights: versions?.weights)
    }

    /// In active-passive mode the primary's planes serve first, in proportion to what is placed on each, and all others stand by:
    /// priorities as routes may declare them, so that gateways turn to them, and back, by what they see themselves.
    private func balancing(of workload: Workload) -> BalancingRules {
        var rules = workload.balancing
        guard let placement = decision.placement(of: workload.name), let passive = placement.passive else { return rules }
        rules.planes = passive.planes.map { plane in
            let count = decision.placements(of: workload.name, on: plane).reduce(0) { $0 + $1.count }
            return BalancingRules.PlaneShare(plane: plane, weight: min(max(count, 1), 1_000))
        }
        return rules
    }

    private func planes(
        for workload: Workload, users: [Jurisdiction]?
    ) -> (allowed: [PlaneName], excluded: [RoutingSnapshot.Exclusion]) {
        var allowed: [PlaneName] = []
        var excluded: [RoutingSnapshot.Exclusion] = []
        for plane in fleet.planes {
            switch fence.verdict(workload: workload, plane: plane, userJurisdictions: users) {
            case .inside: allowed.append(plane.name)
            case .outside(let reason): excluded.append(RoutingSnapshot.Exclusion(plane: plane.name, because: reason))
            }
        }
        return (allowed, excluded)
    }

    /// The fences of all places; nil where nobody asks, or they are all the same.
    private func placeFences(_ workload: Workload, at gateway: Gateway) -> [RoutingSnapshot.PlaceFence]? {
        guard let groups = placeGroups[workload.data.classification] else { return nil }
        let fences = groups.map { group in
            let (allowed, excluded) = planes(for: workload, users: group.jurisdictions)
            return RoutingSnapshot.PlaceFence(
                countries: group.countries, includesUnknown: group.includesUnknown, allowedPlanes: allowed,
                excludedPlanes: excluded, refusal: refusal(of: workload, at: gateway, users: group.jurisdictions))
        }
        let isOne = fences.allSatisfy {
            $0.allowedPlanes == fences[0].allowedPlanes && $0.refusal == nil && fences[0].refusal == nil
        }
        let own = planes(for: workload, users: gateway.location.jurisdictions).allowed
        let isOwnAlike = own == fences[0].allowedPlanes
        return isOne && isOwnAlike && refusal(of: workload, at: gateway, users: gateway.location.jurisdictions) == nil
            ? nil : fences
    }

    private func refusal(of workload: Workload, at gateway: Gateway, users: [Jurisdiction]?) -> String? {
        let verdict = fence.transitVerdict(workload: workload, gateway: gateway.location, userJurisdictions: users)
        guard case .outside(let reason) = verdict else { return nil }
        return "gateway \(gateway.name) may not pass this workload's data on: \(reason)"
    }

    private static func route(_ route: Route) -> RoutingSnapshot.Route {
        RoutingSnapshot.Route(
            name: route.name, hosts: route.hosts, paths: route.paths, target: route.target,
            api: route.api == .openAI ? nil : route.api, balancing: route.balancing,
            connectTimeoutMilliseconds: route.timeouts.connect.milliseconds,
            firstByteTimeoutMilliseconds: route.timeouts.firstByte.milliseconds,
            idleTimeoutMilliseconds: route.timeouts.idle.milliseconds, maxAttempts: route.maxAttempts,
            maxRequestBytes: route.maxRequestBytes, maxResponseBytes: route.maxResponseBytes,
            buffersResponses: route.buffersResponses ? nil : false,
            resilience: route.resilience == .standard ? nil : route.resilience,
            upgrades: route.upgrades.isEmpty ? nil : route.upgrades)
    }
}
