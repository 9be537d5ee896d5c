import FleetModel
import FleetRouting

/// A small fleet as seen from a gateway in Frankfurt: `near` (Frankfurt), `middle` (London), `far` (Virginia), `tokyo`.
/// Workload `chat` may go to the first three; `phi` only to `near`; `any` everywhere.
struct FleetFixture {
    static let places: [(name: PlaneName, latitude: Double, longitude: Double)] = [
        ("far", 38.9, -77.4), ("middle", 51.5, -0.1), ("near", 50.1, 8.7), ("tokyo", 35.7, 139.7),
    ]

    var generation: UInt64 = 1
    var drained: Set<PlaneName> = []
    var workloads: [RoutingSnapshot.Workload] = [
        workload("any", allowed: ["far", "middle", "near", "tokyo"]),
        workload("chat", allowed: ["far", "middle", "near"]),
        workload("phi", allowed: ["near"]),
    ]
    var routes: [RoutingSnapshot.Route] = [.init(name: "openai", paths: ["/v1/"])]
    var networks = loopbackNetworks

    static func workload(_ name: WorkloadName, allowed: [PlaneName], budget: Double = 50) -> RoutingSnapshot.Workload {
        .init(
            name: name, models: [name.rawValue], latencyBudgetMilliseconds: budget, failoverLatencyBudgetMilliseconds: 150,
            allowedPlanes: allowed, placedPlanes: allowed, ratesPerReplica: ["H100": 10])
    }

    var snapshot: RoutingSnapshot {
        RoutingSnapshot(
            version: SnapshotVersion(epoch: 1, generation: generation), gateway: "frankfurt",
            gatewayLocation: Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE"),
            workloads: workloads,
            planes: Self.places.map {
                .init(
                    name: $0.name, provider: "p", region: $0.name.rawValue,
                    coordinates: Coordinates(latitude: $0.latitude, longitude: $0.longitude), networks: networks,
                    isDrained: drained.contains($0.name))
            },
            routes: routes)
    }

    static func report(
        _ plane: PlaneName, start: UInt64 = 1, sequence: UInt64, _ replicas: [ReplicaReport]
    ) -> PlaneReport {
        PlaneReport(
            plane: plane, planeStart: start, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1", replicas: replicas)
    }

    static func replica(
        _ id: String, _ address: String?, _ state: ReplicaReport.State = .ready, running: Int? = 0, waiting: Int? = 0,
        onward: Double = 0, age: Double = 0
    ) -> ReplicaReport {
        guard let id = ReplicaID(id) else { preconditionFailure("a replica id in a test reads plane/workload/incarnation") }
        return ReplicaReport(
            id: id, pool: "h100", accelerator: "H100", address: address, state: state, running: running, waiting: waiting,
            onwardRoundTripMilliseconds: onward, stateAgeMilliseconds: age)
    }
}

/// A view and a router that are told the same things in the order a gateway tells them.
struct GatewayScript {
    var view = FleetView(gateway: "frankfurt")
    var router: Router
    var now = Moment(nanoseconds: 1_000_000_000_000)
    var actions: [RouterAction] = []
    private var sequences: [PlaneName: UInt64] = [:]

    init(_ fixture: FleetFixture = FleetFixture(), seed: UInt64 = 0) { self.init(snapshot: fixture.snapshot, seed: seed) }

    init(snapshot: RoutingSnapshot, seed: UInt64) {
        router = Router(seed: seed, prefixBlocks: 1_024)
        take(snapshot)
    }

    mutating func advance(_ duration: Duration) { now = now.advanced(by: duration) }

    mutating func take(_ snapshot: RoutingSnapshot) {
        if case .accepted(let table) = view.accept(snapshot) { apply(.table(table)) }
    }

    @discardableResult
    mutating func report(_ plane: PlaneName, _ replicas: [ReplicaReport]) -> [ReplicaObjection] {
        sequences[plane, default: 0] += 1
        let verdict = view.accept(FleetFixture.report(plane, sequence: sequences[plane] ?? 0, replicas), now: now)
        guard case .accepted(let table, let loads, let objections) = verdict else { return [] }
        if let table { apply(.table(table)) }
        apply(.loads(loads))
        return objections
    }

    /// `count` replicas of each named workload on a plane, each at an address of its own.
    mutating func fill(
        _ plane: PlaneName, _ workloads: [String], count: Int = 2, running: Int? = 0, waiting: Int? = 0
    ) {
        let place = (FleetFixture.places.firstIndex { $0.name == plane } ?? 0) + 1
        var replicas: [ReplicaReport] = []
        for (position, workload) in workloads.sorted().enumerated() {
            for number in 1...count {
                replicas.append(
                    FleetFixture.replica(
                        "\(plane)/\(workload)/\(number)", "127.0.\(place).\(position + 1):\(20_000 + number)", running: running,
                        waiting: waiting))
            }
        }
        report(plane, replicas)
    }

    mutating func apply(_ input: RouterInput) { actions += router.apply(input, now: now) }
    mutating func handle(_ event: RouterEvent) { router.handle(event, now: now) }

    func workload(_ name: WorkloadName) -> WorkloadIndex {
        guard let index = view.table?.directory.workloads.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("the fixture has no workload \(name)")
        }
        return WorkloadIndex(index)
    }

    func handle(of id: String) -> ReplicaHandle? {
        view.table?.replicas.compactMap { $0 }.first { $0.id.description == id }?.handle
    }

    func id(_ handle: ReplicaHandle) -> String? { view.table?.replica(handle)?.id.description }

    mutating func decide(
        _ workload: WorkloadName, _ balancing: BalancingRules.Policy = .predictedTimeToFirstToken, prefix: UInt64? = nil,
        attempts: AttemptHistory = AttemptHistory()
    ) -> RoutingDecision {
        let facts = RequestFacts(
            workload: self.workload(workload), balancing: balancing, prefix: prefix.map { PrefixChain(blocks: [$0]) })
        return router.decide(facts, attempts: attempts, now: now)
    }

    /// The chosen replica's id and the reason's code for any facts, or the refusal's code.
    mutating func choice(_ facts: RequestFacts, attempts: AttemptHistory = AttemptHistory()) -> (replica: String, reason: String)
    {
        switch router.decide(facts, attempts: attempts, now: now) {
        case .send(let handle, _, let reason): (id(handle) ?? "gone", reason.code.description)
        case .refuse(let refusal): ("", refusal.code.description)
        }
    }

    /// The chosen replica's id and the reason's code, or the refusal's code.
    mutating func choice(
        _ workload: WorkloadName, _ balancing: BalancingRules.Policy = .predictedTimeToFirstToken, prefix: UInt64? = nil,
        attempts: AttemptHistory = AttemptHistory()
    ) -> (replica: String, reason: String) {
        switch decide(workload, balancing, prefix: prefix, attempts: attempts) {
        case .send(let handle, _, let reason): (id(handle) ?? "gone", reason.code.description)
        case .refuse(let refusal): ("", refusal.code.description)
        }
    }

    mutating func plane(_ workload: WorkloadName, attempts: AttemptHistory = AttemptHistory()) -> String {
        choice(workload, attempts: attempts).replica.split(separator: "/").first.map(String.init) ?? ""
    }
}

extension String {
    /// The text's bytes, as the data path has them.
    func bytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { Array(utf8).withUnsafeBytes(body) }
}
