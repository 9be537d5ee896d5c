import FleetControl
import FleetModel
import Testing

@Suite("Fleet observation")
struct FleetObservationTests {
    private let start = Moment(nanoseconds: 5_000_000_000)

    private func report(_ start: UInt64, _ sequence: UInt64, _ states: [ReplicaReport.State] = []) -> PlaneReport {
        PlaneReport(
            plane: "toronto", planeStart: start, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:1",
            replicas: states.enumerated().map { position, state in
                ReplicaReport(
                    id: ReplicaID(plane: "toronto", workload: "chat", incarnation: UInt64(position)), pool: "p",
                    accelerator: "H100-80GB", address: nil, state: state)
            })
    }

    private func gatewayReport(ready: Bool) -> GatewayReport {
        GatewayReport(
            gateway: "door", snapshot: nil, address: "127.0.0.1:2", isReady: ready, roundTripMilliseconds: [:], requests: [:],
            pid: 1)
    }

    @Test("order is by start, then sequence; an equal or older report is ignored")
    func order() {
        var observation = FleetObservation(start: start)
        #expect(observation.receive(report(2, 5), now: start) != .ignoredAsStale)
        #expect(observation.receive(report(2, 5), now: start) == .ignoredAsStale)
        #expect(observation.receive(report(1, 9), now: start) == .ignoredAsStale)
        #expect(observation.receive(report(2, 6), now: start) == .accepted(events: [], isMaterial: false))
        #expect(observation.receive(report(3, 0), now: start) != .ignoredAsStale)
    }

    @Test("a plane's word that nothing but ages changed is heard like a report, and ages count from the report")
    func confirmation() {
        var observation = FleetObservation(start: start)
        let (told, confirmed) = (start.advanced(by: .seconds(10)), start.advanced(by: .seconds(20)))
        let unheard = observation.confirm("toronto", start: 2, sequence: 6, now: start)
        #expect(!unheard)
        _ = observation.receive(report(2, 5, [.ready]), now: start)
        let another = observation.confirm("toronto", start: 3, sequence: 6, now: told)
        #expect(!another)
        let old = observation.confirm("toronto", start: 2, sequence: 5, now: told)
        #expect(!old)
        let next = observation.confirm("toronto", start: 2, sequence: 6, now: told)
        #expect(next)
        #expect(observation.receive(report(2, 6), now: told) == .ignoredAsStale)
        #expect(observation.tick(now: confirmed).isEmpty)
        #expect(observation.age(of: "toronto" as PlaneName, now: confirmed) == .seconds(10))
        #expect(observation.reports(now: confirmed).map(\.age) == [.seconds(20)])
        #expect(observation.tick(now: start.advanced(by: .seconds(25))).map(\.reason) == ["ConnectionLost"])
        let late = observation.confirm("toronto", start: 2, sequence: 7, now: start.advanced(by: .seconds(26)))
        #expect(!late)
    }

    @Test("silence of 15 s is a loss, told once; then any report connects again, even one that counts from the beginning")
    func silence() {
        var observation = FleetObservation(start: start)
        _ = observation.receive(report(7, 7), now: start)
        #expect(observation.tick(now: start.advanced(by: .milliseconds(14_999))).isEmpty)
        let later = start.advanced(by: .seconds(15))
        #expect(observation.tick(now: later).map(\.reason) == ["ConnectionLost"])
        #expect(observation.tick(now: later).isEmpty)
        #expect(observation.connection(of: "toronto" as PlaneName, now: later) == .lost)
        guard case .accepted(let events, true) = observation.receive(report(1, 1), now: later) else {
            Issue.record("not accepted")
            return
        }
        #expect(events.map(\.reason) == ["Connected"])
        #expect(observation.connection(of: "toronto" as PlaneName, now: later) == .connected)
    }

    @Test("who was never heard is unknown at first and absent after 15 s")
    func absent() {
        let observation = FleetObservation(start: start)
        #expect(observation.connection(of: "door" as GatewayName, now: start.advanced(by: .seconds(14))) == .unknown)
        #expect(observation.connection(of: "door" as GatewayName, now: start.advanced(by: .seconds(15))) == .absent)
    }

    @Test("a gateway's report is material when its readiness changes, not when its counters do")
    func gateways() {
        var observation = FleetObservation(start: start)
        _ = observation.receive(gatewayReport(ready: false), now: start)
        var busier = gatewayReport(ready: false)
        busier.requests = ["chat": 9]
        #expect(observation.receive(busier, now: start) == .accepted(events: [], isMaterial: false))
        #expect(observation.receive(gatewayReport(ready: true), now: start) == .accepted(events: [], isMaterial: true))
    }

    @Test("a gateway's report is material when requests begin to wait, or find nobody, where no replica is anywhere")
    func firstRequests() {
        func isMaterial(
            _ before: WorkloadDemand?, _ after: WorkloadDemand, replicas: [ReplicaReport.State] = []
        ) -> Bool {
            var observation = FleetObservation(start: start)
            _ = observation.receive(report(1, 1, replicas), now: start)
            var old = gatewayReport(ready: true)
            old.demand = before.map { ["chat": $0] }
            var new = old
            new.demand = ["chat": after]
            _ = observation.receive(old, now: start)
            return observation.receive(new, now: start) == .accepted(events: [], isMaterial: true)
        }
        #expect(isMaterial(nil, WorkloadDemand(queued: 1)))
        #expect(isMaterial(WorkloadDemand(), WorkloadDemand(queued: 3)))
        #expect(isMaterial(WorkloadDemand(missed: 4), WorkloadDemand(missed: 5)))
        #expect(isMaterial(WorkloadDemand(), WorkloadDemand(queued: 1), replicas: [.draining, .gone]))
        #expect(!isMaterial(WorkloadDemand(queued: 1), WorkloadDemand(queued: 2)))
        #expect(!isMaterial(WorkloadDemand(missed: 5), WorkloadDemand(missed: 5)))
        #expect(!isMaterial(WorkloadDemand(), WorkloadDemand(queued: 1), replicas: [.starting]))
        #expect(!isMaterial(WorkloadDemand(), WorkloadDemand(inFlight: 7, arrived: 9)))
    }

    @Test("replicas found running by the first report are not events; later changes are")
    func replicaChanges() {
        #expect(ReplicaChanges.events(from: nil, to: report(1, 1, [.ready])).isEmpty)
        let events = ReplicaChanges.events(
            from: report(1, 1, [.starting, .ready, .ready]), to: report(1, 2, [.ready, .unready]))
        #expect(events.map(\.reason) == ["ReplicaReady", "ReplicaUnready", "ReplicaGone"])
        #expect(events.map(\.severity) == [.normal, .warning, .normal])
    }

    @Test("a condition keeps its time until its value changes, and awaits reports without forgetting")
    func conditions() {
        func status(_ value: ResourceStatus.Condition.Value, _ reason: String) -> ResourceStatus {
            ResourceStatus(conditions: [.init(type: "Connected", status: value, reason: reason, message: "")])
        }
        let first = status(.yes, "Reporting").following(nil, generation: 1, time: "t1")
        let same = status(.yes, "Reporting").following(first, generation: 2, time: "t2")
        #expect(same.conditions[0].lastTransitionTime == "t1")
        #expect(same.conditions[0].observedGeneration == 2)
        let waiting = status(.unknown, ResourceStatus.awaitingReports).following(same, generation: 2, time: "t3")
        #expect(waiting.conditions == same.conditions)
        let lost = status(.no, "Silent").following(waiting, generation: 2, time: "t4")
        #expect(lost.conditions[0].lastTransitionTime == "t4")
    }
}
