import FleetControl
import FleetModel

/// A fleet whose observers say, second by second, what a test lets them see: planes of two providers, three gateways, and a loop
/// that looks at the clock once a second and decides when the schedule of the loop says so.
struct FailoverScript {
    static let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
    static let montreal = Location(coordinates: Coordinates(latitude: 45.5, longitude: -73.57), country: "CA")
    static let frankfurt = Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE")
    static let gateways: [GatewayName] = ["lima", "oslo", "rome"]

    var fleet: Fleet { didSet { schedule.wake() } }
    var controller = FleetController()
    private(set) var observation = FleetObservation(start: .origin)
    private var schedule = PassSchedule(start: .origin)
    private(set) var passes = 0
    var now = Moment.origin
    var drained: Set<PlaneName> = [] { didSet { schedule.wake() } }
    /// Planes that are gone: no feed, no reports, no replica answers anybody.
    var gone: Set<PlaneName> = []
    /// Planes that a gateway cannot see though they are there.
    var blind: [GatewayName: Set<PlaneName>] = [:]
    /// Planes that do not reach the control plane though they are there.
    var unheard: Set<PlaneName> = []
    /// Gateways that do not report.
    var mute: Set<GatewayName> = []
    private(set) var decision: ControlDecision?
    private(set) var finished: [WorkloadFailovers.Finished] = []
    private var secondsSince1970: UInt64 = 1_700_000_000
    private(set) var events: [(second: Int, event: FleetEvent)] = []
    /// What each plane runs: as it was assigned while it was there.
    private(set) var running: [PlaneName: [(workload: WorkloadName, count: Int)]] = [:]
    private var sequence: UInt64 = 0

    init(_ fleet: Fleet) { self.fleet = fleet }

    /// The control plane's process ends and another starts.
    mutating func restart() {
        controller = FleetController()
        observation = FleetObservation(start: now)
        schedule = PassSchedule(start: now)
    }

    /// Replicas of every plane are ready a second after they were assigned.
    mutating func step(_ seconds: Int = 1) {
        for _ in 0..<seconds {
            now = now.advanced(by: .seconds(1))
            sequence += 1
            for plane in fleet.planes.map(\.name) where !gone.contains(plane) && !unheard.contains(plane) {
                take(observation.receive(report(plane), now: now))
            }
            for gateway in fleet.gateways.map(\.name) where !mute.contains(gateway) {
                take(observation.receive(report(gateway), now: now))
                controller.receive(report(gateway), now: now)
            }
            decide()
            guard let decision else { continue }
            let silent = decision.failover.silent
            for plane in fleet.planes.map(\.name) where !gone.contains(plane) && !silent.contains(plane) {
                running[plane] = decision.assigned.workloads.map { workload in
                    let placed = decision.assigned.placements(of: workload.workload, on: plane)
                    return (workload.workload, placed.reduce(0) { $0 + $1.count })
                }
            }
        }
    }

    private mutating func take(_ receipt: FleetObservation.Receipt) {
        if case .accepted(_, let isMaterial) = receipt, isMaterial { schedule.wake() }
    }

    private mutating func decide() {
        let hour = HourOfWeek.utc(secondsSince1970: secondsSince1970)
        let lost = observation.tick(now: now)
        guard schedule.look(hasLost: !lost.isEmpty, hourOfWeek: hour, isUnderWay: controller.isUnderWay, now: now) else { return }
        schedule.begin(hourOfWeek: hour)
        passes += 1
        let decision = controller.decide(
            ControlInputs(fleet: fleet, drained: drained, observation: observation, secondsSince1970: secondsSince1970), now: now)
        self.decision = decision
        finished += decision.finishedFailovers
        events += decision.events.map { (Int(now.nanoseconds / 1_000_000_000), $0) }
    }

    /// The control plane ends, and another begins after a while with what was kept of it.
    mutating func restart(after away: Duration) {
        let memory = controller.memory(of: fleet, now: now, secondsSince1970: secondsSince1970)
        secondsSince1970 += UInt64(away.components.seconds)
        // Moments of another process have another origin.
        now = now.advanced(by: .seconds(12_345))
        controller = FleetController()
        observation = FleetObservation(start: now)
        schedule = PassSchedule(start: now)
        controller.recall(memory, now: now, secondsSince1970: secondsSince1970)
    }

    var verdicts: FailoverVerdicts { decision?.failover ?? FailoverVerdicts() }
    var reasons: [String] { events.map(\.event.reason) }

    func second(of reason: String, _ subject: String? = nil) -> Int? {
        events.last { $0.event.reason == reason && (subject == nil || $0.event.subject.name == subject) }?.second
    }

    private func replicas(_ plane: PlaneName) -> [ReplicaReport] {
        (running[plane] ?? []).flatMap { workload, count in
            (0..<count).map { number in
                ReplicaReport(
                    id: ReplicaID(plane: plane, workload: workload, incarnation: UInt64(number + 1)), pool: "h100",
                    accelerator: "H100-80GB", address: nil, state: .ready, stateAgeMilliseconds: 60_000)
            }
        }
    }

    private func report(_ plane: PlaneName) -> PlaneReport {
        PlaneReport(
            plane: plane, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1",
            replicas: replicas(plane))
    }

    private func report(_ gateway: GatewayName) -> GatewayReport {
        var sights: [String: PlaneSight] = [:]
        for plane in fleet.planes.map(\.name) {
            let isSeen = !gone.contains(plane) && blind[gateway]?.contains(plane) != true
            let count = replicas(plane).count
            sights[plane.rawValue] = PlaneSight(isFeedLive: isSeen, replicas: count, usable: isSeen ? count : 0)
        }
        return GatewayReport(
            gateway: gateway, snapshot: nil, address: "127.0.0.1:1", isReady: true, roundTripMilliseconds: [:], requests: [:],
            pid: 1, planeSights: sights)
    }

    // MARK: Fleets

    static func plane(_ name: String, _ location: Location, provider: ProviderName, nodes: Int = 8) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: provider, region: name, location: location, driver: .local,
            pools: [
                CapacityPool(
                    name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: 1, tier: .onDemand, maxNodes: nodes,
                    usdPerNodeHour: 2)
            ])
    }

    /// 10 req/s a replica, planned to be used wholly.
    static func workload(
        _ name: String, from location: Location, peak: Double, residency: [Jurisdiction]? = nil,
        mode: RedundancyMode = .activeActive, standby: Standby? = nil, recovery: DeclaredRecovery = DeclaredRecovery()
    ) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: [name],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(10))],
                engine: .simulated(SimulatedEngineSpec())),
            objective: Objective(
                latencyBudget: .milliseconds(80), targetUtilization: .whole, mode: mode, standby: standby, recovery: recovery),
            data: DataRules(residency: residency),
            demand: [Demand(from: "users", location: location, peak: RequestsPerSecond(peak))])
    }

    static func fleet(
        _ planes: [WorkloadPlane], _ workloads: [Workload], gateways: [GatewayName] = Self.gateways
    ) -> Fleet {
        Fleet(
            Set(planes.map(\.provider)).sorted().map {
                Resource.provider(Provider(metadata: Metadata(name: $0.rawValue), kind: .hyperscaler))
            } + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload)
                + gateways.map { .gateway(Gateway(metadata: Metadata(name: $0.rawValue), location: toronto)) })
    }

    /// `chat` asked for from Toronto: 3 replicas there; `phi` must stay in Canada.
    static let usual = fleet(
        [
            plane("toronto", toronto, provider: "onprem"), plane("montreal", montreal, provider: "aws"),
            plane("frankfurt", frankfurt, provider: "aws"),
        ],
        [workload("chat", from: toronto, peak: 30), workload("phi", from: toronto, peak: 10, residency: ["CA"])])
}
