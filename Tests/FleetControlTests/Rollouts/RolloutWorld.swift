import FleetControl
import FleetModel
import SeededCases

/// A fleet in virtual time: the controller, the planes' own reconcilers, replicas that start and end, and a gateway that sends
/// requests by the weights it was told. Reports and assignments are as late as a seed says.
struct RolloutWorld {
    static let step = Duration.milliseconds(250)
    static let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")

    /// One plane and what is on its way to and from it.
    struct Plane {
        var reconciler: PlaneReconciler
        var events: [(due: Moment, event: PlaneEvent)] = []
        var mail: [(due: Moment, assignment: PlaneAssignment)] = []
        var reports: [(due: Moment, report: PlaneReport)] = []
        var nextReport = Moment.origin
        var sequence: UInt64 = 0
        var version: UInt64 = 0
        var last: PlaneAssignment?
        var startedAt: [ReplicaID: (moment: Moment, generation: UInt64)] = [:]
        var isSilent = false
    }

    var now = Moment.origin.advanced(by: .seconds(1))
    var generator: SeededGenerator
    var latest = 0
    var controller = FleetController()
    var observation = FleetObservation(start: .origin)
    var histories: [WorkloadName: RolloutHistory] = [:]
    var declared: [Workload]
    var capacity: [WorkloadPlane]
    var planes: [PlaneName: Plane] = [:]
    var decision: ControlDecision?
    var events: [FleetEvent] = []
    var drained: Set<ReplicaID> = []
    /// Generations that never get ready, and the share of requests that fail, by generation.
    var broken: Set<UInt64> = []
    var errorRates: [UInt64: Double] = [:]
    var latencies: [UInt64: Double] = [:]
    var requestsPerStep = 0
    var outcomes: [UInt64: RevisionOutcome] = [:]
    var startDelay = Duration.seconds(2)
    /// Most nodes of a pool that its provider has; more are refused.
    var mostNodes = Int.max
    /// The fewest and the most replicas that were ready at once since ``watch()``.
    var leastReady = Int.max
    var mostAlive = 0
    var generationsSeen = 0

    init(
        planes counts: [(name: String, accelerators: Int)] = [("toronto", 8)], replicas: Int, rollout: RolloutPolicy = .standard,
        seed: UInt64 = 1, lateness: Int = 0
    ) {
        generator = SeededGenerator(seed: seed)
        latest = lateness
        capacity = counts.map { name, accelerators in
            WorkloadPlane(
                metadata: Metadata(name: name), provider: "onprem", region: name, location: Self.toronto, driver: .local,
                pools: [
                    CapacityPool(
                        name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: accelerators, tier: .reserved, maxNodes: 1)
                ])
        }
        declared = [Self.workload(generation: 1, replicas: replicas, rollout: rollout)]
        for plane in capacity {
            self.planes[plane.name] = Plane(
                reconciler: PlaneReconciler(plane: plane.name, addresses: AddressBook(now: .origin), seed: generator.next()))
        }
    }

    static func workload(
        generation: UInt64, replicas: Int, rollout: RolloutPolicy = .standard, version: UInt64? = nil
    ) -> Workload {
        Workload(
            metadata: Metadata(name: "chat", generation: generation), models: ["chat"],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(10))],
                engine: .simulated(SimulatedEngineSpec()), revision: "v\(version ?? generation)"),
            scaling: ScalingPolicy(minReplicas: replicas, maxReplicas: max(1, replicas)), rollout: rollout)
    }

    var fleet: Fleet {
        Fleet(
            [
                .provider(Provider(metadata: Metadata(name: "onprem"), kind: .onPremises)),
                .gateway(Gateway(metadata: Metadata(name: "door"), location: Self.toronto)),
            ] + capacity.map(Resource.workloadPlane) + declared.map(Resource.workload))
    }

    // MARK: What a test says

    /// Declares another specification of the workload: another version where `version` differs.
    mutating func declare(_ version: UInt64, replicas: Int? = nil, rollout: RolloutPolicy? = nil) {
        let old = declared[0]
        declared[0] = Self.workload(
            generation: (old.metadata.generation ?? 0) + 1, replicas: replicas ?? old.scaling.minReplicas,
            rollout: rollout ?? old.rollout, version: version)
    }

    mutating func command(_ command: RolloutCommand) throws {
        guard var history = histories["chat"] else { return }
        try history.record.apply(command)
        histories["chat"] = history
    }

    /// The control plane's process ends and another starts: it has the store and nothing else.
    mutating func restartControlPlane() {
        controller = FleetController()
        observation = FleetObservation(start: now)
    }

    mutating func watch() { (leastReady, mostAlive, generationsSeen) = (Int.max, 0, 0) }

    mutating func pass(seconds: Int) {
        for _ in 0..<seconds * 4 { tick() }
    }

    /// Lets time pass until something holds, at most so long; false where it never did.
    mutating func pass(atMost seconds: Int, until holds: (RolloutWorld) -> Bool) -> Bool {
        for _ in 0..<seconds * 4 {
            if holds(self) { return true }
            tick()
        }
        return holds(self)
    }

    func replicas(_ generation: UInt64? = nil, _ states: [ReplicaReport.State] = [.ready]) -> Int {
        planes.values.reduce(0) { sum, plane in
            sum
                + plane.reconciler.replicaReports(host: "127.0.0.1", now: now).count {
                    (generation == nil || $0.generation == generation) && states.contains($0.state)
                }
        }
    }

    static let living: [ReplicaReport.State] = [.starting, .ready, .unready, .backingOff, .draining]

    var reasons: [String] { events.map(\.reason) }
    var status: RolloutStatus? { decision?.rollouts["chat"]?.versions?.status }
    var record: RolloutRecord? { histories["chat"]?.record }
    var isAtRest: Bool { record?.progress == nil && replicas(nil, Self.living) == replicas() }

    // MARK: Time

    mutating func tick() {
        now = now.advanced(by: Self.step)
        for name in planes.keys.sorted() { advance(name) }
        serve()
        if Int(now.nanoseconds / 1_000_000) % 1_000 == 0 { decide() }
        leastReady = min(leastReady, replicas())
        mostAlive = max(mostAlive, replicas(nil, [.starting, .ready, .unready, .backingOff]))
        let generations = Set(
            planes.values.flatMap { $0.reconciler.replicaReports(host: "", now: now) }.filter { $0.state != .gone }
                .compactMap(\.generation))
        generationsSeen = max(generationsSeen, generations.count)
    }

    private mutating func lateness() -> Duration { .milliseconds(latest == 0 ? 0 : 250 * generator.below(latest + 1)) }

    private mutating func advance(_ name: PlaneName) {
        guard var plane = planes[name] else { return }
        for mail in plane.mail where mail.due <= now { hear(.assigned(mail.assignment), &plane) }
        plane.mail.removeAll { $0.due <= now }
        let due = plane.events.filter { $0.due <= now }
        plane.events.removeAll { $0.due <= now }
        for entry in due { hear(entry.event, &plane) }
        if let deadline = plane.reconciler.nextDeadline, deadline <= now { hear(.deadlinePassed, &plane) }
        if plane.nextReport <= now {
            plane.sequence += 1
            plane.reports.append(
                (
                    now.advanced(by: lateness()),
                    PlaneReport(
                        plane: name, planeStart: 1, sequence: plane.sequence, assignment: plane.last?.version,
                        feedAddress: "127.0.0.1:1", replicas: plane.reconciler.replicaReports(host: "127.0.0.1", now: now),
                        nodes: plane.reconciler.nodeReports(now: now), history: plane.reconciler.poolHistory(now: now))
                ))
            plane.nextReport = now.advanced(by: .milliseconds(500) + lateness())
        }
        for report in plane.reports where report.due <= now && !plane.isSilent {
            _ = observation.receive(report.report, now: now)
        }
        plane.reports.removeAll { $0.due <= now }
        planes[name] = plane
    }

    private mutating func hear(_ event: PlaneEvent, _ plane: inout Plane) {
        for action in plane.reconciler.handle(event, now: now) {
            switch action {
            case .start(let order):
                plane.startedAt[order.id] = (now, order.specification.generation)
                plane.events.append((now.advanced(by: Self.step), .started(order.id, pid: 7)))
            case .probe(let id):
                let start = plane.startedAt[id]
                let isUp = start.map { now.since($0.moment) >= startDelay && !broken.contains($0.generation) } ?? false
                plane.events.append(
                    (
                        now.advanced(by: Self.step),
                        isUp ? .probePassed(id, onward: .zero) : .probeFailed(id, reason: "not up")
                    ))
            case .measure(let id):
                plane.events.append((now.advanced(by: Self.step), .loadMeasured(id, ReplicaLoad(running: 0, waiting: 0))))
            case .stop(let id, _), .kill(let id):
                plane.events.append((now.advanced(by: Self.step), .exited(id, reason: "stopped")))
            case .checkpoint(let id, _, _):
                plane.events.append((now.advanced(by: Self.step), .checkpointed(id, problem: nil)))
            case .launchNode(let order):
                let isThere = order.index < mostNodes
                let event =
                    isThere
                    ? PlaneEvent.nodeLaunched(pool: order.pool.name, node: order.index)
                    : .nodeRefused(pool: order.pool.name, node: order.index, reason: "no capacity")
                plane.events.append((now.advanced(by: Self.step), event))
            case .stopNode(let pool, let node):
                plane.events.append((now.advanced(by: Self.step), .nodeStopped(pool: pool, node: node)))
            case .releaseNode(let pool, let node):
                plane.events.append((now.advanced(by: Self.step), .nodeReleased(pool: pool, node: node)))
            case .persist, .forget, .publish: break
            }
        }
    }

    /// Requests go by weight, or by replica where there is none; to another version where one has no replica.
    private mutating func serve() {
        guard let weights = decision?.rollouts["chat"]?.versions?.weights else {
            outcomes = [:]
            report(nil)
            return
        }
        for _ in 0..<requestsPerStep {
            let serving = weights.filter { replicas($0.generation) > 0 }
            guard !serving.isEmpty else { break }
            let shares = serving.map { $0.weight ?? Double(replicas($0.generation)) }
            let total = shares.reduce(0, +)
            var left = Double(generator.below(1_000_000)) / 1e6 * total
            var chosen = serving[0].generation
            for (weight, share) in zip(serving, shares) where share > 0 && left >= 0 {
                chosen = weight.generation
                left -= share
            }
            var outcome = outcomes[chosen] ?? RevisionOutcome(generation: chosen)
            outcome.requests += 1
            if Double(generator.below(10_000)) / 10_000 < errorRates[chosen] ?? 0 {
                outcome.failures += 1
            } else {
                outcome.firstBytes += 1
                outcome.firstByteMillisecondsSum += latencies[chosen] ?? 100
            }
            outcomes[chosen] = outcome
        }
        report(["chat": outcomes.values.sorted { $0.generation < $1.generation }])
    }

    private mutating func report(_ revisions: [String: [RevisionOutcome]]?) {
        let report = GatewayReport(
            gateway: "door", snapshot: nil, address: "127.0.0.1:1", isReady: true, roundTripMilliseconds: [:], requests: [:],
            pid: 1, revisions: revisions)
        controller.receive(report, now: now)
        _ = observation.receive(report, now: now)
    }

    private mutating func decide() {
        _ = observation.tick(now: now)
        let inputs = ControlInputs(fleet: fleet, observation: observation, rollouts: histories, secondsSince1970: 0)
        let decision = controller.decide(inputs, now: now)
        self.decision = decision
        histories = decision.rollouts.mapValues(\.history)
        events += decision.events
        let composer = AssignmentComposer(
            fleet: decision.fleet, decision: decision.assigned, rollouts: decision.rollouts, drainedReplicas: drained)
        for assignment in composer.assignments {
            // What a plane runs is not known before it was heard: it is told nothing.
            let isUnheard = observation.report(of: assignment.plane) == nil && planes[assignment.plane]?.last != nil
            guard !isUnheard, var plane = planes[assignment.plane], plane.last.map({ !Self.isSame($0, assignment) }) ?? true
            else {
                continue
            }
            plane.version += 1
            var numbered = assignment
            numbered.version = SnapshotVersion(epoch: 1, generation: plane.version)
            plane.last = numbered
            plane.mail.append((now.advanced(by: lateness()), numbered))
            planes[assignment.plane] = plane
        }
    }

    private static func isSame(_ left: PlaneAssignment, _ right: PlaneAssignment) -> Bool {
        var right = right
        right.version = left.version
        return left == right
    }
}
