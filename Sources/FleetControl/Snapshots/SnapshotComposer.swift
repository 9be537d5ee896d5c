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

    /// - Parameter feedAddresses: where planes said their feeds listen; a plane that never reported has none.
    package init(
        fleet: Fleet, decision: PlacementDecision, drained: Set<PlaneName> = [], feedAddresses: [PlaneName: String] = [:]
    ) {
        self.fleet = fleet
        self.decision = decision
        fence = fleet.fence
        planes = fleet.planes.map { plane in
            RoutingSnapshot.Plane(
                name: plane.name, provider: plane.provider, region: plane.region, coordinates: plane.location.coordinates,
                feedAddress: feedAddresses[plane.name],
                networks: plane.networks.isEmpty ? loopbackNetworks : plane.networks,
                isDrained: drained.contains(plane.name))
        }
        routes = fleet.routes.isEmpty ? [Self.defaultRoute] : fleet.routes.map(Self.route)
    }

    /// One snapshot per declared gateway, sorted by gateway.
    package var snapshots: [RoutingSnapshot] { fleet.gateways.map(snapshot) }

    /// What one gateway may do. Its users are taken to be where it stands: the fence is judged for its jurisdictions.
    package func snapshot(for gateway: Gateway) -> RoutingSnapshot {
        RoutingSnapshot(
            version: .zero, gateway: gateway.name, gatewayLocation: gateway.location,
            workloads: fleet.workloads.map { self.workload($0, at: gateway) }, planes: planes, routes: routes,
            tenants: fleet.tenants.map(TenantTerms.init), gatewayCount: fleet.gateways.count)
    }

    private func workload(_ workload: Workload, at gateway: Gateway) -> RoutingSnapshot.Workload {
        let users = gateway.location.jurisdictions
        var allowed: [PlaneName] = []
        var excluded: [RoutingSnapshot.Exclusion] = []
        for plane in fleet.planes {
            switch fence.verdict(workload: workload, plane: plane, userJurisdictions: users) {
            case .inside: allowed.append(plane.name)
            case .outside(let reason): excluded.append(RoutingSnapshot.Exclusion(plane: plane.name, because: reason))
            }
        }
        // The fence binds placement too, but for any user: a plane placed for others may be outside for this gateway's.
        let placed = (decision.placement(of: workload.name)?.planes ?? []).filter(allowed.contains)
        return RoutingSnapshot.Workload(
            name: workload.name, models: workload.models,
            latencyBudgetMilliseconds: workload.objective.latencyBudget.milliseconds,
            failoverLatencyBudgetMilliseconds: workload.objective.failoverLatencyBudget.milliseconds, allowedPlanes: allowed,
            excludedPlanes: excluded, placedPlanes: placed, refusal: refusal(of: workload, at: gateway),
            maxSnapshotAgeMilliseconds: workload.data.maxSnapshotAge?.milliseconds,
            ratesPerReplica: Dictionary(
                workload.replica.profile.map { ($0.accelerator.name, $0.rate.value) }, uniquingKeysWith: { first, _ in first }),
            balancing: workload.balancing, admission: workload.admission,
            resilience: workload.resilience == .standard ? nil : workload.resilience, predict: workload.predict,
            revision: workload.replica.revision)
    }

    private func refusal(of workload: Workload, at gateway: Gateway) -> String? {
        let verdict = fence.transitVerdict(
            workload: workload, gateway: gateway.location, userJurisdictions: gateway.location.jurisdictions)
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
            resilience: route.resilience == .standard ? nil : route.resilience)
    }
}
