import FleetControl
import FleetModel
import Testing

/// From gateways' and planes' reports to what a scaling policy sees.
@Suite("Signals of demand")
struct DemandSignalTests: PlacementFleetBuilding {
    private let start = Moment(nanoseconds: 5_000_000_000)

    private var fleet: Fleet {
        var chat = workload(demand: [])
        chat.scaling = ScalingPolicy(minReplicas: 0, queuedRequestsPerReplica: 4)
        chat.scaling.scaleToZeroAfter = .seconds(300)
        return Fleet([
            .provider(Provider(metadata: Metadata(name: "aws"), kind: .hyperscaler)),
            .workloadPlane(plane("east", Self.toronto, pools: [pool("p", tier: .onDemand, price: 1)])), .workload(chat),
            .gateway(Gateway(metadata: Metadata(name: "door"), location: Self.toronto)),
        ])
    }

    /// What the loop heard, second by second, and what it sees of `chat` at the end.
    private struct Log {
        var observation: FleetObservation
        var demand = DemandMeter()
        var now: Moment

        init(_ start: Moment) { (observation, now) = (FleetObservation(start: start), start) }

        mutating func hear(_ told: WorkloadDemand, replicas: [ReplicaReport.State] = [], after seconds: Int64 = 1) {
            now = now.advanced(by: .seconds(seconds))
            let report = GatewayReport(
                gateway: "door", snapshot: nil, address: "127.0.0.1:2", isReady: true, roundTripMilliseconds: [:], requests: [:],
                pid: 1, demand: ["chat": told])
            demand.receive(report, at: now)
            _ = observation.receive(report, now: now)
            let plane = PlaneReport(
                plane: "east", planeStart: 1, sequence: UInt64(now.nanoseconds), assignment: nil, feedAddress: "127.0.0.1:1",
                replicas: replicas.enumerated().map { position, state in
                    ReplicaReport(
                        id: ReplicaID(plane: "east", workload: "chat", incarnation: UInt64(position)), pool: "p",
                        accelerator: "H100-80GB", address: nil, state: state, running: 3, waiting: 2)
                })
            _ = observation.receive(plane, now: now)
        }
    }

    private func signals(_ log: Log) -> WorkloadSignals {
        WorkloadSignals(of: fleet.workloads[0], fleet: fleet, observation: log.observation, demand: log.demand, now: log.now)
    }

    @Test("requests that wait at zero are what wakes it")
    func waitingAtZero() {
        var log = Log(start)
        log.hear(WorkloadDemand(queued: 3, arrived: 3))
        #expect(signals(log).waitingForFirst == 3 && signals(log).queued.sum == 3 && signals(log).queued.isComplete)
        log.hear(WorkloadDemand(queued: 3, arrived: 3), replicas: [.starting])
        #expect(signals(log).waitingForFirst == 0 && signals(log).queued.sum == 3 && signals(log).replicas == 1)
        log.hear(WorkloadDemand(inFlight: 3, arrived: 3), replicas: [.ready])
        #expect(signals(log).queued.sum == 2 && signals(log).concurrency.sum == 5)
    }

    @Test("requests that another workload answered at zero count as one that waits, for as long as they are remembered")
    func missedAtZero() {
        var log = Log(start)
        // How long ago those were is not known.
        log.hear(WorkloadDemand(arrived: 40, missed: 40))
        #expect(signals(log).waitingForFirst == 0)
        log.hear(WorkloadDemand(arrived: 60, missed: 60))
        #expect(signals(log).waitingForFirst == 1 && signals(log).queued.sum == 1)
        log.hear(WorkloadDemand(arrived: 60, missed: 60), after: 3)
        #expect(signals(log).waitingForFirst == 1)
        log.hear(WorkloadDemand(arrived: 60, missed: 60))
        #expect(signals(log).waitingForFirst == 0 && signals(log).queued.sum == 0)
        // A gateway that started anew.
        log.hear(WorkloadDemand(arrived: 1, missed: 1))
        #expect(signals(log).waitingForFirst == 1)
        // With a replica there, what is missed is no sign of being at zero.
        log.hear(WorkloadDemand(arrived: 2, missed: 2), replicas: [.starting])
        #expect(signals(log).waitingForFirst == 0 && signals(log).queued.sum == 0)
    }

    @Test("a waiting request brings the first replica, in the core's next decision")
    func fromZero() {
        var log = Log(start)
        var controller = FleetController()
        func decide(_ controller: inout FleetController) -> Int {
            let inputs = ControlInputs(fleet: fleet, observation: log.observation, secondsSince1970: 0)
            return controller.decide(inputs, now: log.now).placement.placement(of: "chat")?.replicas ?? 0
        }
        log.hear(WorkloadDemand())
        #expect(decide(&controller) == 0)
        log.hear(WorkloadDemand(queued: 1, arrived: 1))
        #expect(decide(&controller) == 1)
    }
}
