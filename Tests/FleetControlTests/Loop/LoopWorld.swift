import FleetControl
import FleetModel

/// A fleet of one workload and one gateway, what its planes said, and the time it is.
struct LoopScene {
    var fleet: Fleet
    var observation: FleetObservation
    var demand = DemandMeter()
    var controller = FleetController()
    var now: Moment
    private var sequence: UInt64 = 0

    init(fleet: Fleet, now: Moment) {
        self.fleet = fleet
        self.now = now
        observation = FleetObservation(start: now)
    }

    var signals: WorkloadSignals {
        WorkloadSignals(of: fleet.workloads[0], fleet: fleet, observation: observation, demand: demand, now: now)
    }

    mutating func pass(_ time: Duration) {
        now = now.advanced(by: time)
        _ = observation.tick(now: now)
    }

    mutating func hear(_ plane: PlaneName, _ replicas: [ReplicaReport]) {
        sequence += 1
        var named = replicas
        for index in named.indices {
            named[index].id = ReplicaID(plane: plane, workload: "chat", incarnation: UInt64(index + 1))
        }
        let report = PlaneReport(
            plane: plane, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1", replicas: named)
        _ = observation.receive(report, now: now)
    }

    mutating func hearDoor(_ said: WorkloadDemand) {
        let report = GatewayReport(
            gateway: "door", snapshot: nil, address: "127.0.0.1:2", isReady: true, roundTripMilliseconds: [:], requests: [:],
            pid: 1, demand: ["chat": said])
        demand.receive(report, at: now)
        controller.receive(report, now: now)
        _ = observation.receive(report, now: now)
    }

    mutating func decide() -> ControlDecision {
        controller.decide(
            ControlInputs(fleet: fleet, observation: observation, secondsSince1970: 1_767_225_600), now: now)
    }
}

/// Builds the scenes the loop is tested on.
protocol LoopWorld: PlacementFleetBuilding {}

extension LoopWorld {
    func world(planes: [String], scaling: ScalingPolicy = ScalingPolicy()) -> LoopScene {
        var workload = workload(demand: [(Self.toronto, 10)])
        workload.scaling = scaling
        let places = planes.map {
            plane($0, Self.toronto, pools: [pool("gpu", tier: .onDemand, price: 2)])
        }
        let gateway = Gateway(metadata: Metadata(name: "door"), location: Self.toronto)
        let fleet = Fleet(fleet(places, [workload]).resources + [.gateway(gateway)])
        return LoopScene(fleet: fleet, now: Moment(nanoseconds: 1_000_000_000))
    }

    func replica(_ state: ReplicaReport.State, running: Int? = 0, waiting: Int? = 0) -> ReplicaReport {
        ReplicaReport(
            id: ReplicaID(plane: "east", workload: "chat", incarnation: 1), pool: "gpu", accelerator: "H100-80GB",
            address: nil, state: state, running: running, waiting: waiting, stateAgeMilliseconds: 60_000)
    }
}
