import FleetModel
import FleetRouting
import Gateway
import NIOCore
import NIOPosix
import Synchronization

/// A data path on a free port of loopback, with a routing table made from scripted upstreams.
final class TestFleet: Sendable {
    struct Replica: Sendable {
        var plane: PlaneName
        var workload: WorkloadName = "chat"
        var incarnation: UInt64 = 1
        var address: ListenAddress
    }

    /// What a test wants otherwise in the snapshot.
    struct Adjustment: Sendable {
        static let none = Adjustment { _ in }

        let apply: @Sendable (inout RoutingSnapshot) -> Void
    }

    let plane: DataPlane
    private let group: MultiThreadedEventLoopGroup
    private let view: ViewBox

    private final class ViewBox: Sendable {
        let view = Mutex(FleetView(gateway: "test"))
        let sequence = Mutex<UInt64>(0)
    }

    var address: ListenAddress { plane.address }

    init(
        limits: ProxyLimits = .patient, transport: ClientTransport = .plain,
        listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0), dialer: Dialer = Dialer(),
        recording: RequestRecorder.Configuration? = nil
    ) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let answer: LocalEndpoints.Answer = { loop in
            loop.makeSucceededFuture(LocalResponse(status: 200, contentType: "text/plain", body: Array("local".utf8)))
        }
        plane = try await DataPlane.start(
            listen: listen, group: group, dialer: dialer, limits: limits,
            local: LocalEndpoints(metrics: answer, readiness: answer, version: "1.2.3"), transport: transport,
            recording: recording)
        view = ViewBox()
    }

    /// Runs a body with a fleet of these replicas, in order of preference by plane: `near`, then `far`.
    static func with(
        _ replicas: [Replica], limits: ProxyLimits = .patient, maxAttempts: Int = 4, firstByteMilliseconds: Double = 5_000,
        idleMilliseconds: Double? = nil, balancing: BalancingRules? = nil,
        workloadBalancing: BalancingRules = BalancingRules(), tenants: [TenantTerms] = [],
        recording: RequestRecorder.Configuration? = nil, adjust: Adjustment = .none, transport: ClientTransport = .plain,
        listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0), dialer: Dialer = Dialer(),
        _ body: @Sendable (TestFleet) async throws -> Void
    ) async throws {
        let fleet = try await TestFleet(
            limits: limits, transport: transport, listen: listen, dialer: dialer, recording: recording)
        do {
            try await fleet.declare(
                maxAttempts: maxAttempts, firstByteMilliseconds: firstByteMilliseconds,
                idleMilliseconds: idleMilliseconds ?? firstByteMilliseconds, balancing: balancing,
                workloadBalancing: workloadBalancing, tenants: tenants, adjust: adjust)
            try await fleet.report(replicas)
            try await body(fleet)
        } catch {
            try await fleet.stop()
            throw error
        }
        try await fleet.stop()
    }

    func stop() async throws {
        await plane.stop(deadline: .zero)
        try await group.shutdownGracefully()
    }

    /// Three workloads: `chat` anywhere, `phi` in `near` alone, `walled` nowhere.
    func declare(
        maxAttempts: Int, firstByteMilliseconds: Double, idleMilliseconds: Double, balancing: BalancingRules? = nil,
        workloadBalancing: BalancingRules = BalancingRules(), tenants: [TenantTerms] = [],
        adjust: Adjustment = .none
    ) async throws {
        func workload(_ name: WorkloadName, _ planes: [PlaneName]) -> RoutingSnapshot.Workload {
            RoutingSnapshot.Workload(
                name: name, models: [name.rawValue], latencyBudgetMilliseconds: 1_000, failoverLatencyBudgetMilliseconds: 2_000,
                allowedPlanes: planes,
                excludedPlanes: planes.isEmpty ? [.init(plane: "near", because: "residency allows CA; it stands in SG")] : [],
                placedPlanes: planes, balancing: workloadBalancing)
        }
        func plane(_ name: PlaneName, _ longitude: Double) -> RoutingSnapshot.Plane {
            RoutingSnapshot.Plane(
                name: name, provider: "onprem", region: "r", coordinates: Coordinates(latitude: 0, longitude: longitude))
        }
        func route(_ name: RouteName, _ path: String, _ target: Route.Target) -> RoutingSnapshot.Route {
            RoutingSnapshot.Route(
                name: name, paths: [path], target: target, balancing: balancing, connectTimeoutMilliseconds: 2_000,
                firstByteTimeoutMilliseconds: firstByteMilliseconds, idleTimeoutMilliseconds: idleMilliseconds,
                maxAttempts: maxAttempts)
        }
        var snapshot = RoutingSnapshot(
            version: SnapshotVersion(epoch: 1, generation: 1), gateway: "test",
            gatewayLocation: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA"),
            workloads: [workload("chat", ["far", "near"]), workload("phi", ["near"]), workload("walled", [])],
            planes: [plane("far", 60), plane("near", 1)],
            routes: [route("fixed", "/fixed/", .workload("chat")), route("openai", "/v1/", .workloadByModel)],
            tenants: tenants)
        adjust.apply(&snapshot)
        guard case .accepted(let table) = view.view.withLock({ [snapshot] in $0.accept(snapshot) }) else {
            preconditionFailure("the test's snapshot is refused")
        }
        try await apply(.table(table))
    }

    /// Tells the gateway that exactly these replicas are there.
    func report(_ replicas: [Replica]) async throws {
        for plane in ["far", "near"] as [PlaneName] {
            let sequence = view.sequence.withLock { sequence in
                sequence += 1
                return sequence
            }
            let reports = replicas.filter { $0.plane == plane }.map { replica in
                ReplicaReport(
                    id: ReplicaID(plane: plane, workload: replica.workload, incarnation: replica.incarnation), pool: "p",
                    accelerator: AcceleratorType("H100-80GB"), address: replica.address.description, state: .ready)
            }
            let report = PlaneReport(
                plane: plane, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1",
                replicas: reports.sorted { $0.id < $1.id })
            let now = NIODeadline.now().moment
            guard case .accepted(let table, let loads, _) = view.view.withLock({ $0.accept(report, now: now) }) else {
                preconditionFailure("the test's report is refused")
            }
            if let table { try await apply(.table(table)) }
            try await apply(.loads(loads))
        }
    }

    /// Returns once the worker took the input.
    private func apply(_ input: RouterInput) async throws {
        for worker in plane.workers { try await worker.submit { $0.apply(input) }.get() }
    }

    /// A probe of the plane's replicas was not answered in time.
    func probeWentUnanswered(_ plane: PlaneName) async throws {
        let entries = view.view.withLock { $0.table?.replicas ?? [] }.compactMap { $0 }
        for entry in entries where entry.id.plane == plane { try await apply(.event(.probeFailed(entry.handle, .silent))) }
    }

    /// Attempts that failed for a reason that is held against a replica, as the metrics page has them.
    func upstreamFailures() async throws -> [String] {
        let page = MetricsPage.render(
            counters: try await counters(), routers: [], facts: ControlFacts(), now: NIODeadline.now().moment)
        let lines = page.split(separator: "\n").filter { $0.hasPrefix("tradewind_gateway_upstream_failures_total{") }
        return lines.filter { !$0.hasSuffix(" 0") }.map(String.init)
    }

    /// What a workload has under way, by the gateway's own accounts.
    func account(_ workload: WorkloadName) -> WorkloadAccount? {
        view.view.withLock { $0.table?.directory.workloads.first { $0.name == workload }?.account }
    }

    var table: RoutingTable? { view.view.withLock { $0.table } }

    func statistics() async throws -> RouterStatistics {
        try await plane.workers[0].submit { $0.statistics() }.get()
    }

    func counters() async throws -> LoopCounters {
        try await plane.workers[0].submit { $0.counters }.get()
    }

    func client() async throws -> RawClient { try await RawClient(address) }

    /// One request on a connection of its own.
    func ask(_ request: String) async throws -> RawResponse {
        let client = try await client()
        try await client.send(request)
        let response = try await client.response()
        try await client.close()
        return response
    }

    static func post(_ model: String = "chat", path: String = "/v1/chat/completions", headers: String = "", extra: String = "")
        -> String
    {
        let body = "{\"model\":\"\(model)\"\(extra)}"
        return
            "POST \(path) HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

extension ProxyLimits {
    /// The usual bounds without the deadlines that a busy machine would miss: tests of a deadline set it themselves.
    static let patient: ProxyLimits = {
        var limits = ProxyLimits()
        limits.headTimeout = .seconds(120)
        limits.upstreamIdleTimeout = .seconds(120)
        return limits
    }()
}
