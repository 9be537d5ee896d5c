package import FleetControl
package import FleetModel
import FleetRouting

/// What a world is made of.
package struct WorldSetup: Sendable {
    package var fleet: Fleet
    /// Prices the fleet does not declare, and measured round trips.
    package var prices: PriceBook
    package var scenario: Scenario

    package init(fleet: Fleet, prices: PriceBook = PriceBook(asOf: ""), scenario: Scenario) {
        self.fleet = fleet
        self.prices = prices
        self.scenario = scenario
    }
}

/// A whole fleet in virtual time.
///
/// It decides nothing. What runs where comes from ``FleetController``, what planes and gateways are told from the composers, what
/// becomes of it from one ``PlaneReconciler`` a plane, where a request goes from one ``Router`` a gateway, and how long it takes
/// from one engine a replica: the types that production runs. The world moves their messages, counts, and is what they cannot be:
/// providers, networks, users and mishaps.
///
/// Time is whole nanoseconds since its begin. Equal setups give equal runs, event for event (see ``digest``).
package final class FleetWorld {
    package let scenario: Scenario
    package let isFluid: Bool
    /// As declared, but that planes report addresses of the loopback block: whichever network is declared, there is none here.
    package private(set) var fleet: Fleet
    let pace: WorldPace
    /// When the scenario begins, and ends. Before, what the fleet wants is started, so that the first user finds it there.
    let beginning: Int64
    let end: Int64

    package internal(set) var now: Int64 = 0
    var queue = EventQueue()
    /// Entries taken from the queue, and what engines notified.
    package internal(set) var events: UInt64 = 0
    package internal(set) var digest = RunDigest()
    package internal(set) var journal = Journal()

    var control: ControlLoop
    var planes: [SimulatedPlane] = []
    var pools: [SimulatedPool] = []
    var gateways: [SimulatedGateway] = []
    var replicas: ContiguousArray<SimulatedReplica> = []
    var freeReplicas: [Int] = []
    var requests: ContiguousArray<SimulatedRequest> = []
    var freeRequests: ContiguousArray<Int32> = []
    var streams: [DemandStream] = []
    /// Sizes of the request that comes next in each stream of a recorded trace.
    var pendingTokens: [Int: (prompt: Int32, output: Int32)] = [:]
    var markets: [Int: SpotMarketState] = [:]
    /// By workload: requests of a fluid that lost their replica before an answer began.
    var returned: [Double] = []
    var mail: [Mail?] = []
    var freeMail: [Int] = []
    var answers: [DriverAnswer?] = []
    var freeAnswers: [Int] = []
    let network: WorldNetwork
    let workloads: [WorkloadName]
    let firstByteTimeout: [Int64]
    let maxAttempts: [Int]
    /// By gateway, workload and plane: what the fence says, judged here by itself.
    let isInsideFence: [[[Bool]]]
    let engines: EngineTable
    var random: SplitMix64
    var faults: FaultState
    var notifications = EngineNotices()

    // MARK: What is measured

    package internal(set) var tallies: [RequestTally]
    /// Requests sent where the fence does not allow it. Anything but 0 is a defect.
    package internal(set) var fenceCrossings = 0
    package internal(set) var inFlight = 0
    package internal(set) var timeline: [TimelinePoint] = []
    var window = TimelineWindow()
    var isClosed = false

    package init(_ setup: WorldSetup) throws(UnplayableFleet) {
        try UnplayableFleet.check(setup)
        scenario = setup.scenario
        fleet = Self.overLoopback(setup.fleet)
        beginning = Self.leadIn(setup)
        end = beginning + setup.scenario.duration.nanoseconds
        switch scenario.resolution {
        case .events: isFluid = false
        case .fluid: isFluid = true
        case .auto: isFluid = DemandStream.expected(setup) > Scenario.eventLimit
        }
        pace =
            isFluid
            ? .fluid(step: scenario.step, scenario.provisioning) : .events(scenario.provisioning)
        workloads = fleet.workloads.map(\.name)
        network = WorldNetwork(fleet: fleet, prices: setup.prices)
        engines = EngineTable(fleet: fleet, scenario: scenario)
        firstByteTimeout = fleet.workloads.map { Self.route(of: $0.name, in: setup.fleet).firstByte }
        maxAttempts = fleet.workloads.map { Self.route(of: $0.name, in: setup.fleet).attempts }
        isInsideFence = Self.fenceMatrix(fleet)
        returned = [Double](repeating: 0, count: fleet.workloads.count)
        tallies = [RequestTally](repeating: RequestTally(), count: fleet.workloads.count)
        random = SplitMix64(seed: scenario.seed)
        control = ControlLoop(start: .origin)
        faults = FaultState(scenario.faults, fleet: fleet)
        makePools(setup)
        makePlanes()
        for gateway in fleet.gateways {
            gateways.append(SimulatedGateway(name: gateway.name, seed: random.next(), workloads: workloads.count))
        }
        streams = DemandStream.streams(setup, network: network, seed: random.next())
        begin()
    }

    /// Twice what the slowest replica takes from nothing to its first answer: a start may have to be tried again.
    private static func leadIn(_ setup: WorldSetup) -> Int64 {
        let provisioning = setup.scenario.provisioning
        let load = setup.fleet.workloads.reduce(Int64(0)) { longest, workload in
            guard case .simulated(let engine) = workload.replica.engine else {
                return max(longest, provisioning.modelLoad.nanoseconds)
            }
            return max(longest, Int64(engine.loadMilliseconds) * 1_000_000)
        }
        let launch = max(provisioning.reserved, provisioning.onDemand, provisioning.spot).nanoseconds
        let step = setup.scenario.step.nanoseconds
        return ((launch + load + 30_000_000_000) * 2 / step + 2) * step
    }

    private static func overLoopback(_ fleet: Fleet) -> Fleet {
        Fleet(
            fleet.resources.map { resource in
                guard case .workloadPlane(var plane) = resource else { return resource }
                plane.networks = []
                return .workloadPlane(plane)
            })
    }

    private static func fenceMatrix(_ fleet: Fleet) -> [[[Bool]]] {
        let fence = fleet.fence
        return fleet.gateways.map { gateway in
            fleet.workloads.map { workload in
                fleet.planes.map {
                    fence.verdict(workload: workload, plane: $0, userJurisdictions: gateway.location.jurisdictions).isInside
                }
            }
        }
    }

    /// What the first route that leads to a workload says of its requests.
    private static func route(of workload: WorkloadName, in fleet: Fleet) -> (firstByte: Int64, attempts: Int) {
        let route =
            fleet.routes.first { $0.target == .workload(workload) } ?? fleet.routes.first { $0.target == .workloadByModel }
        guard let route else {
            let standard = SnapshotComposer.defaultRoute
            return (Int64(standard.firstByteTimeoutMilliseconds * 1e6), standard.maxAttempts)
        }
        return (route.timeouts.firstByte.nanoseconds, route.maxAttempts)
    }

    private func makePools(_ setup: WorldSetup) {
        for (index, plane) in fleet.planes.enumerated() {
            for pool in plane.pools {
                let price = pool.usdPerNodeHour ?? setup.prices.quote(for: pool, in: plane)?.usdPerHour
                pools.append(
                    SimulatedPool(
                        plane: index, declared: pool, usdPerNodeHour: pool.owned ? 0 : price,
                        launchNanoseconds: scenario.provisioning.launch(pool.tier).nanoseconds))
            }
        }
    }

    private func makePlanes() {
        var first = 0
        for (index, plane) in fleet.planes.enumerated() {
            planes.append(
                SimulatedPlane(
                    name: plane.name, host: "127.\(1 + index / 250).\(index % 250).1",
                    pools: first..<first + plane.pools.count, reconciler: makeReconciler(plane.name, next: 1)))
            first += plane.pools.count
        }
    }

    func makeReconciler(_ name: PlaneName, next: UInt64) -> PlaneReconciler {
        PlaneReconciler(
            plane: name, policy: pace.replicaPolicy, nextIncarnation: next,
            addresses: AddressBook(now: Moment(nanoseconds: now)), seed: random.next())
    }

    // MARK: Time

    var moment: Moment { Moment(nanoseconds: now) }
    package var secondsSince1970: UInt64 { UInt64(max(0, Int64(scenario.startSecondsSince1970) + elapsed / 1_000_000_000)) }
    /// Since the scenario's begin; negative before.
    package var elapsed: Int64 { now - beginning }
    package var isOver: Bool { now >= end || queue.nextTime == nil }

    private func begin() {
        // Reports come before the decision of the same moment.
        for index in planes.indices { queue.add(WorldEvent(.planeReport, index), at: 0) }
        for index in gateways.indices { queue.add(WorldEvent(.gatewayReport, index), at: 0) }
        queue.add(WorldEvent(.controlPass), at: 0)
        if isFluid {
            queue.add(WorldEvent(.flow), at: beginning)
        } else {
            for index in gateways.indices { queue.add(WorldEvent(.sweep, index), at: 1_000_000_000) }
            for index in streams.indices { scheduleArrival(index) }
        }
        for fault in faults.faults.indices {
            let begins = beginning + faults.faults[fault].at.nanoseconds
            queue.add(WorldEvent(.fault, fault, 1), at: begins)
            queue.add(WorldEvent(.fault, fault, 0), at: begins + faults.faults[fault].duration.nanoseconds)
        }
        beginMarkets()
        queue.add(WorldEvent(.sample), at: beginning)
    }

    var sampleStep: Int64 { max(1_000_000_000, max(pace.controlPass.nanoseconds, (end - beginning) / 480)) }

    /// Plays everything up to a moment, or to the end.
    package func run(until limit: Duration? = nil) {
        let last = min(end, limit.map { beginning + $0.nanoseconds } ?? end)
        while let time = queue.nextTime, time <= last { step() }
        now = max(now, last)
        if now >= end { close() }
    }

    /// Plays the next event. False where there is none.
    @discardableResult
    package func step() -> Bool {
        guard let entry = queue.removeFirst() else { return false }
        now = entry.time
        events += 1
        digest.fold(UInt64(bitPattern: entry.time) ^ (UInt64(entry.event.kind.rawValue) << 56))
        digest.fold(UInt64(UInt32(bitPattern: entry.event.a)) << 32 | UInt64(entry.event.b))
        take(entry.event)
        return true
    }

    /// Has the control plane's inputs and decisions kept from now on.
    package func record() {
        control.log = ControlLog()
        control.log?.note(.started, at: moment)
    }

    /// What was kept; nil where nothing was.
    package var recorded: (log: ControlLog, decisions: [ControlDecision])? { control.log.map { ($0, control.decisions) } }

    private func take(_ event: WorldEvent) {
        let index = Int(event.a)
        switch event.kind {
        case .arrival: arrive(index)
        case .reached: reach(index, birth: event.b)
        case .engine: runEngine(index, birth: event.b)
        case .attemptFailed: attemptFailed(index, birth: event.b)
        case .sweep: sweep(index)
        case .planeDeadline: planeDue(index)
        case .driver: driverAnswered(index)
        case .planeReport:
            reportPlane(index)
            queue.add(event, at: now + pace.planeReport.nanoseconds)
        case .gatewayReport:
            reportGateway(index)
            queue.add(event, at: now + pace.gatewayReport.nanoseconds)
        case .controlPass:
            passControl()
            queue.add(event, at: now + pace.controlPass.nanoseconds)
        case .mail: open(index)
        case .fault: toggleFault(index, begins: event.b == 1)
        case .market: moveMarket(index)
        case .reclaim: reclaimNode(pool: index, node: Int(event.b >> 16), birth: event.b & 0xFFFF)
        case .sample:
            sample()
            queue.add(event, at: now + sampleStep)
        case .flow: flow()
        }
    }

    /// Notes something for people, and folds it into the digest.
    func note(_ event: FleetEvent) {
        digest.fold(event.reason)
        journal.add(event, at: elapsed)
    }
}
