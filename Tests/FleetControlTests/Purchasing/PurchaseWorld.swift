import FleetControl
import FleetModel
import SeededCases

/// Planes that start and stop nodes of one replica each, as far as their pools have capacity, and say what became of it.
struct PurchaseWorld {
    struct Place: Hashable, Comparable {
        var plane: PlaneName
        var pool: PoolName
        static func < (left: Self, right: Self) -> Bool { (left.plane, left.pool) < (right.plane, right.pool) }
    }

    private struct Key: Hashable {
        var place: Place
        var workload: WorkloadName
    }

    static let coldStart = Duration.seconds(60)

    var fleet: Fleet
    /// Nodes a pool can hold beside what it is declared to; all of them where it is not listed.
    var capacity: [Place: Int] = [:]
    /// Pools whose nodes were announced to be taken: what runs there drains, and nothing is started.
    var announced: Set<Place> = []
    var planned: PlannedReplicas?
    /// Whether planes report nodes, or replicas alone.
    var reportsNodes = true
    private(set) var now = Moment.origin
    private(set) var purchaser = Purchaser()
    private(set) var events: [FleetEvent] = []
    private(set) var placement = PlacementDecision(workloads: [])
    private var observation = FleetObservation(start: Moment.origin)
    private var started: [Key: [Moment]] = [:]
    private var history: [Place: PoolHistory] = [:]
    private var sequence: UInt64 = 0

    init(_ fleet: Fleet) { self.fleet = fleet }

    /// Lets time pass, provides what is placed, and decides anew.
    @discardableResult
    mutating func step(_ wanted: [WorkloadName: Int], after span: Duration = .seconds(5)) -> PlacementDecision {
        now = now.advanced(by: span)
        reclaim()
        provide()
        report()
        decide(wanted)
        return placement
    }

    mutating func run(_ wanted: [WorkloadName: Int], for span: Duration, every tick: Duration = .seconds(5)) {
        let end = now.advanced(by: span)
        while now < end { step(wanted, after: tick) }
    }

    mutating func decide(_ wanted: [WorkloadName: Int]) {
        let decided = purchaser.place(
            PlacementInputs(fleet: fleet, wanted: wanted, planned: planned), observation, now: now)
        placement = decided.placement
        events += decided.events
    }

    /// A control plane that started anew and heard every plane once: the sizes its loop goes on from.
    @discardableResult
    mutating func restart() -> [WorkloadName: Int] {
        purchaser = Purchaser()
        observation = FleetObservation(start: now)
        report()
        var controller = FleetController()
        let decided = controller.decide(
            ControlInputs(fleet: fleet, observation: observation, secondsSince1970: 0), now: now)
        return decided.scaling.mapValues(\.replicas)
    }

    /// Replicas that run in a tier, ready or not.
    func held(_ workload: WorkloadName, _ tier: CapacityPool.Tier) -> Int {
        started.reduce(0) { $0 + ($1.key.workload == workload && self.tier($1.key.place) == tier ? $1.value.count : 0) }
    }

    func held(_ workload: WorkloadName) -> Int {
        CapacityPool.Tier.allCases.reduce(0) { $0 + held(workload, $1) }
    }

    func ready(_ workload: WorkloadName) -> Int {
        started.reduce(0) {
            $0 + ($1.key.workload == workload ? $1.value.count { now.since($0) >= Self.coldStart } : 0)
        }
    }

    /// Replicas placed, by place.
    func placed(_ workload: WorkloadName = "chat") -> [String: Int] {
        Dictionary(
            (placement.placement(of: workload)?.chosen ?? []).map { ("\($0.plane)/\($0.placement.pool)", $0.placement.count) },
            uniquingKeysWith: +)
    }

    func placed(_ workload: WorkloadName = "chat", _ tier: CapacityPool.Tier) -> Int {
        (placement.placement(of: workload)?.chosen ?? []).reduce(0) {
            $0 + (self.tier(Place(plane: $1.plane, pool: $1.placement.pool)) == tier ? $1.placement.count : 0)
        }
    }

    func reasons() -> [String] { events.map(\.reason) }

    func tier(_ place: Place) -> CapacityPool.Tier? {
        fleet.planes.first { $0.name == place.plane }?.pools.first { $0.name == place.pool }?.tier
    }

    var places: [Place] {
        fleet.planes.flatMap { plane in plane.pools.map { Place(plane: plane.name, pool: $0.name) } }
    }

    // MARK: What planes do

    private func running(_ place: Place) -> Int {
        started.reduce(0) { $0 + ($1.key.place == place ? $1.value.count : 0) }
    }

    private mutating func reclaim() {
        for place in places {
            guard let limit = capacity[place] else { continue }
            var excess = running(place) - limit
            for key in started.keys.filter({ $0.place == place }).sorted(by: { $0.workload < $1.workload }) {
                while excess > 0, started[key]?.popLast() != nil {
                    excess -= 1
                    history[place, default: PoolHistory(pool: place.pool)].reclaimed += 1
                }
            }
        }
    }

    private mutating func provide() {
        var wanted: [Key: Int] = [:]
        for workload in placement.workloads {
            for choice in workload.chosen {
                let place = Place(plane: choice.plane, pool: choice.placement.pool)
                wanted[Key(place: place, workload: workload.workload)] = choice.placement.count
            }
        }
        for key in started.keys { started[key] = Array(started[key]!.prefix(wanted[key] ?? 0)) }
        for (key, count) in wanted.sorted(by: { ($0.key.place, $0.key.workload) < ($1.key.place, $1.key.workload) }) {
            for _ in 0..<max(0, count - (started[key]?.count ?? 0)) {
                if running(key.place) < capacity[key.place] ?? .max, !announced.contains(key.place) {
                    started[key, default: []].append(now)
                    history[key.place, default: PoolHistory(pool: key.place.pool)].launched += 1
                } else {
                    history[key.place, default: PoolHistory(pool: key.place.pool)].refused += 1
                }
            }
        }
    }

    private mutating func report() {
        sequence += 1
        for plane in fleet.planes {
            var replicas: [ReplicaReport] = []
            var nodes: [NodeReport] = []
            for pool in plane.pools {
                let place = Place(plane: plane.name, pool: pool.name)
                for key in started.keys.filter({ $0.place == place }).sorted(by: { $0.workload < $1.workload }) {
                    for (index, start) in started[key]!.enumerated() {
                        let age = now.since(start)
                        replicas.append(
                            ReplicaReport(
                                id: ReplicaID(plane: plane.name, workload: key.workload, incarnation: UInt64(index)),
                                pool: pool.name, accelerator: pool.accelerator, address: nil,
                                state: announced.contains(place) ? .draining : age >= Self.coldStart ? .ready : .starting,
                                stateAgeMilliseconds: age.milliseconds))
                        guard announced.contains(place) else { continue }
                        nodes.append(NodeReport(pool: pool.name, index: index, state: .reclaiming))
                    }
                }
            }
            if plane.driver != .local {
                // One forwarder for each workload, in the first pool that is wanted.
                var forwarders: [ReplicaReport] = []
                for replica in replicas where !forwarders.contains(where: { $0.id.workload == replica.id.workload }) {
                    forwarders.append(replica)
                }
                replicas = forwarders
            }
            let reportsNodes = reportsNodes && plane.driver == .local
            let counts = plane.pools.map { history[Place(plane: plane.name, pool: $0.name)] ?? PoolHistory(pool: $0.name) }
            _ = observation.receive(
                PlaneReport(
                    plane: plane.name, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1",
                    replicas: replicas, nodes: reportsNodes ? nodes : nil, history: reportsNodes ? counts : nil), now: now)
        }
    }
}

/// Builds the fleets that buying is tested on.
protocol PurchaseFleetBuilding: PlacementFleetBuilding {}

extension PurchaseFleetBuilding {
    /// Three regions of Toronto with spot at 1 and on-demand at 3 USD a replica.
    var regions: [WorkloadPlane] {
        ["a", "b", "c"].map { name in
            plane(
                name, Self.toronto,
                pools: [
                    pool("spot", tier: .spot, price: 1, nodes: 32, perNode: 1),
                    pool("steady", tier: .onDemand, price: 3, nodes: 32, perNode: 1),
                ])
        }
    }

    func bought(
        _ rules: PurchaseRules = .standard, spotShare: Double = 1, most: Int = 16, demand: [(Location, Double)] = []
    ) -> Workload {
        var workload = workload(demand: demand)
        workload.purchase = rules
        workload.maxSpotShare = Share(spotShare)
        workload.scaling = ScalingPolicy(minReplicas: 0, maxReplicas: most, queuedRequestsPerReplica: 1)
        return workload
    }

    func spot(_ plane: PlaneName) -> PurchaseWorld.Place { PurchaseWorld.Place(plane: plane, pool: "spot") }
}
