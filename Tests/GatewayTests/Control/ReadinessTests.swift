import FleetModel
import FleetRouting
import Gateway
import Testing

@Suite("Readiness")
struct ReadinessTests {
    private let address = ListenAddress(host: "127.0.0.1", port: 9)

    @Test("first ready when every placed workload has a ready replica, and from then on")
    func firstReady() throws {
        var view = FleetView(gateway: ControlFixture.gateway)
        var readiness = Readiness()
        readiness.update(nil)
        #expect(!readiness.isReady)
        _ = view.accept(ControlFixture.snapshot(feed: nil))
        readiness.update(view.table)
        #expect(!readiness.isReady)
        #expect(readiness.waitingFor == ["chat"])
        _ = view.accept(ControlFixture.report(sequence: 1, replica: address), now: .origin)
        readiness.update(view.table)
        #expect(readiness.isReady)
        var empty = ControlFixture.report(sequence: 2, replica: address)
        empty.replicas = []
        _ = view.accept(empty, now: .origin)
        readiness.update(view.table)
        #expect(readiness.isReady)
    }

    @Test("a workload that requests wake is not waited for, whether it rests or its first replica starts")
    func wakesOnDemand() {
        var snapshot = ControlFixture.snapshot(feed: nil)
        snapshot.workloads[0].wakesOnDemand = true
        var view = FleetView(gateway: ControlFixture.gateway)
        _ = view.accept(snapshot)
        var readiness = Readiness()
        readiness.update(view.table)
        #expect(readiness.isReady && readiness.waitingFor.isEmpty)
    }

    @Test("workloads that are refused or placed nowhere are not waited for")
    func notWaitedFor() {
        var snapshot = ControlFixture.snapshot(feed: nil)
        snapshot.workloads[0].refusal = "transit"
        var view = FleetView(gateway: ControlFixture.gateway)
        _ = view.accept(snapshot)
        var readiness = Readiness()
        readiness.update(view.table)
        #expect(readiness.isReady)
    }
}
