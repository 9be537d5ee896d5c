package import FleetModel

/// What the snapshot says, compiled for lookup over raw bytes: workloads, planes and routes. Immutable; made anew only when a
/// snapshot comes, never for a plane's report.
package final class RoutingDirectory: Sendable {
    package let version: SnapshotVersion
    package let gateway: GatewayName
    package let workloads: [WorkloadEntry]
    package let planes: [PlaneEntry]
    /// Sorted by name.
    package let routes: [RouteEntry]
    /// By workload index.
    let hashPolicies: [HashPolicies]
    package let tenants: TenantDirectory
    /// How places of clients are found out; nil: they are taken to be where the gateway stands.
    package let clientPlace: ClientPlaceEntry?
    /// What this gateway tells of the requests it serves.
    package let telemetry: GatewayTelemetry
    /// By workload index.
    private let admissions: [WorkloadAdmission]
    private let tokenCounting: [Bool]
    private let models: ByteKeyIndex
    private let lookup: RouteLookup

    /// - Parameter previous: the directory this one follows: names keep their indices.
    package init(_ snapshot: RoutingSnapshot, previous: RoutingDirectory?) {
        version = snapshot.version
        gateway = snapshot.gateway
        telemetry = snapshot.telemetry ?? .none
        let planes = Self.planeEntries(snapshot, previous: previous?.planes ?? [])
        let workloads = Self.workloadEntries(snapshot, planes: planes, previous: previous?.workloads ?? [])
        self.planes = planes
        self.workloads = workloads
        let declared = Dictionary(snapshot.workloads.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let served = workloads.map { declared[$0.source.map { workloads[$0.value].name } ?? $0.name] }
        admissions = served.map { $0?.admission ?? .standard }
        tokenCounting = served.map { $0?.countsTokens ?? false }
        let routes = snapshot.routes.map {
            Self.routeEntry($0, workloads: workloads, planes: planes.map(\.name), in: snapshot)
        }
        self.routes = routes
        hashPolicies = HashPolicies.needed(workloads: workloads, routes: routes)
        models = ByteKeyIndex(
            workloads.indices.flatMap { index in
                workloads[index].isPresent ? workloads[index].models.map { ($0, index) } : []
            })
        tenants = TenantDirectory(
            snapshot.tenants, workloads: workloads, gateways: snapshot.gatewayCount, previous: previous?.tenants)
        clientPlace = ClientPlaceEntry.made(of: snapshot.clientPlace, previous: previous?.clientPlace)
        lookup = RouteLookup(snapshot.routes.map { ($0.hosts, $0.paths) })
    }

    /// The route with the longest path prefix that matches. `host` may carry a port; `path` may carry a query. Allocates nothing.
    package func route(host: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer) -> RouteIndex? {
        lookup.route(host: host, path: path).map(RouteIndex.init)
    }

    /// The workload that serves a model name (exact bytes). Allocates nothing.
    package func workload(model: UnsafeRawBufferPointer) -> WorkloadIndex? {
        models.value(for: model).map(WorkloadIndex.init)
    }

    /// What happens to requests that cannot be sent at once. Allocates nothing.
    package func admission(of workload: WorkloadIndex) -> WorkloadAdmission {
        admissions.indices.contains(workload.value) ? admissions[workload.value] : .standard
    }

    /// Whether answers are read for what they say of tokens. Allocates nothing.
    package func countsTokens(of workload: WorkloadIndex) -> Bool {
        tokenCounting.indices.contains(workload.value) && tokenCounting[workload.value]
    }

    /// What a request needs of its workload, without a copy of all that is known of it.
    package func balancing(of workload: WorkloadIndex) -> BalancingEntry { workloads[workload.value].balancing }
    package func identityHash(of workload: WorkloadIndex) -> UInt64 { workloads[workload.value].identityHash }
    package func source(of workload: WorkloadIndex) -> WorkloadIndex? { workloads[workload.value].source }

    /// What it has under way over all loops; nil for one the directory does not hold.
    package func account(of workload: WorkloadIndex) -> WorkloadAccount? {
        workloads.indices.contains(workload.value) ? workloads[workload.value].account : nil
    }

    package subscript(index: WorkloadIndex) -> WorkloadEntry { workloads[index.value] }
    package subscript(index: PlaneIndex) -> PlaneEntry { planes[index.value] }
    package subscript(index: RouteIndex) -> RouteEntry { routes[index.value] }

    /// Model names served to clients of these places, sorted: for `GET /v1/models`. A model this gateway must refuse them is not
    /// offered.
    package func offeredModels(for places: PlaceSet = .gateway) -> [String] {
        workloads.filter { $0.isPresent && $0.refusal == nil && $0.servesSomewhere(places) }.flatMap(\.models).sorted()
    }

    private static func planeEntries(_ snapshot: RoutingSnapshot, previous: [PlaneEntry]) -> [PlaneEntry] {
        merged(
            previous: previous, current: snapshot.planes, name: \.name, newName: \.name,
            make: { plane in
                PlaneEntry(
                    name: plane.name, isPresent: true, isDrained: plane.isDrained,
                    leastRoundTripMilliseconds: snapshot.gatewayLocation.coordinates.leastRoundTrip(to: plane.coordinates)
                        .milliseconds,
                    expectedRoundTripMilliseconds:
                        snapshot.gatewayLocation.coordinates.expectedRoundTrip(to: plane.coordinates).milliseconds,
                    feedAddress: plane.feedAddress, isFailed: plane.isFailed ?? false,
                    hasForwarders: plane.hasForwarders ?? false)
            },
            bury: { old in
                PlaneEntry(
                    name: old.name, isPresent: false, isDrained: true, leastRoundTripMilliseconds: old.leastRoundTripMilliseconds,
                    expectedRoundTripMilliseconds: old.expectedRoundTripMilliseconds, feedAddress: nil)
            })
    }

    private static func workloadEntries(
        _ snapshot: RoutingSnapshot, planes: [PlaneEntry], previous: [WorkloadEntry]
    ) -> [WorkloadEntry] {
        let accounts = Dictionary(previous.map { ($0.name, $0.account) }, uniquingKeysWith: { first, _ in first })
        var entries = merged(
            previous: previous, current: snapshot.workloads + FallbackPairs.workloads(of: snapshot), name: \.name,
            newName: \.name,
            make: { workload in
                let isIn = { (names: [PlaneName]) in
                    planes.indices.filter { planes[$0].isPresent && names.contains(planes[$0].name) }.map(PlaneIndex.init)
                }
                let fences = workload.placeFences ?? []
                let allowed = isIn(workload.allowedPlanes + fences.flatMap(\.allowedPlanes))
                let admission = PlaceAdmission(workload, planes: allowed.map { planes[$0.value].name })
                return WorkloadEntry(
                    name: workload.name, isPresent: true, latencyBudgetMilliseconds: workload.latencyBudgetMilliseconds,
                    failoverLatencyBudgetMilliseconds: workload.failoverLatencyBudgetMilliseconds,
                    refusal: admission == nil ? workload.refusal : nil,
                    maxSnapshotAge: workload.maxSnapshotAgeMilliseconds.map { .microseconds(Int64(clampedMicroseconds($0))) },
                    allowedPlanes: allowed, placeAdmission: admission,
                    placedPlanes: isIn(workload.placedPlanes).filter(allowed.contains),
                    excludedPlanes: workload.excludedPlanes, ratesPerReplica: workload.ratesPerReplica, models: workload.models,
                    balancing: BalancingEntry(workload.balancing, planes: planes.map(\.name)), predict: workload.predict,
                    revision: workload.revision, wakesOnDemand: workload.wakesOnDemand ?? false,
                    revisions: RevisionShare.shares(of: workload.revisionWeights ?? []),
                    identityHash: ByteHash.hash(workload.name.rawValue),
                    resilience: workload.resilience ?? .standard,
                    account: WorkloadAccount(
                        limits: workload.resilience?.circuitBreakers ?? CircuitBreakers(), planeCount: planes.count,
                        previous: accounts[workload.name]), tls: workload.tls)
            },
            bury: { old in
                WorkloadEntry(
                    name: old.name, isPresent: false, latencyBudgetMilliseconds: 0, failoverLatencyBudgetMilliseconds: 0,
                    refusal: nil, maxSnapshotAge: nil, allowedPlanes: [], placeAdmission: nil, placedPlanes: [],
                    excludedPlanes: [],
                    ratesPerReplica: [:], models: [], balancing: old.balancing, identityHash: old.identityHash,
                    resilience: .standard, account: old.account)
            })
        link(&entries, snapshot)
        return entries
    }

    /// Points pairs at the replicas and accounts of the workload that serves them, and workloads at their chains.
    private static func link(_ entries: inout [WorkloadEntry], _ snapshot: RoutingSnapshot) {
        let indices = Dictionary(
            entries.enumerated().filter(\.element.isPresent).map { ($0.element.name, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        for workload in snapshot.workloads {
            guard let index = indices[workload.name] else { continue }
            let chain = workload.resilience?.fallback ?? []
            entries[index].fallbacks = FallbackPairs.entries(chain, of: workload.name, in: snapshot, indices: indices)
        }
        for pair in entries.indices where entries[pair].isPresent {
            guard let second = FallbackPairs.second(of: entries[pair].name), let index = indices[second] else { continue }
            entries[pair].source = WorkloadIndex(index)
            entries[pair].account = entries[index].account
            entries[pair].identityHash = entries[index].identityHash
        }
    }

    /// Keeps every known name at its place, buries those that left, appends the new ones.
    private static func merged<Entry, Source, Name: Hashable>(
        previous: [Entry], current: [Source], name: (Entry) -> Name, newName: (Source) -> Name, make: (Source) -> Entry,
        bury: (Entry) -> Entry
    ) -> [Entry] {
        var positions: [Name: Int] = [:]
        for (index, entry) in previous.enumerated() { positions[name(entry)] = index }
        var entries = previous.map(bury)
        for source in current {
            if let position = positions[newName(source)] {
                entries[position] = make(source)
            } else {
                positions[newName(source)] = entries.count
                entries.append(make(source))
            }
        }
        return entries
    }

    private static func routeEntry(
        _ route: RoutingSnapshot.Route, workloads: [WorkloadEntry], planes: [PlaneName], in snapshot: RoutingSnapshot
    ) -> RouteEntry {
        var target: WorkloadIndex?
        var isDangling = false
        if case .workload(let name) = route.target {
            target = workloads.firstIndex { $0.isPresent && $0.name == name }.map(WorkloadIndex.init)
            isDangling = target == nil
        }
        return RouteEntry(
            name: route.name, workload: target, isDangling: isDangling, api: route.api ?? .openAI,
            balancing: route.balancing.map { BalancingEntry($0, planes: planes) },
            connectTimeout: .microseconds(Int64(clampedMicroseconds(route.connectTimeoutMilliseconds))),
            firstByteTimeout: .microseconds(Int64(clampedMicroseconds(route.firstByteTimeoutMilliseconds))),
            idleTimeout: .microseconds(Int64(clampedMicroseconds(route.idleTimeoutMilliseconds))),
            maxAttempts: min(max(route.maxAttempts, 1), AttemptHistory.capacity),
            requestBodyLimit: route.maxRequestBytes.map { max(0, $0) },
            responseBodyLimit: route.maxResponseBytes.map { max(0, $0) }, buffersResponses: route.buffersResponses ?? true,
            policy: routePolicy(route.resilience ?? .standard, workloads: workloads, in: snapshot),
            allowsWebSocket: route.upgrades?.contains(.websocket) ?? false)
    }

    private static func routePolicy(
        _ resilience: RouteResilience, workloads: [WorkloadEntry], in snapshot: RoutingSnapshot
    ) -> RoutePolicy {
        guard !resilience.fallback.isEmpty else { return RoutePolicy(resilience, fallbacks: []) }
        let indices = Dictionary(
            workloads.enumerated().filter(\.element.isPresent).map { ($0.element.name, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        let chains = workloads.map { workload in
            FallbackPairs.entries(resilience.fallback, of: workload.name, in: snapshot, indices: indices)
        }
        return RoutePolicy(resilience, fallbacks: chains)
    }

    /// Milliseconds from a document as whole microseconds from 0 to 1e11 (28 hours): a document cannot make the conversion trap.
    private static func clampedMicroseconds(_ milliseconds: Double) -> Double {
        milliseconds.isNaN ? 0 : min(max(milliseconds * 1_000, 0), 1e11)
    }
}
