import ControlPlane
import FleetControl
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("What the loop keeps over a restart")
struct LoopMemoryTests {
    /// A fleet in which `toronto`, `singapore` and two gateways report each second what a test lets them see.
    private struct Script {
        var fixture: ControlPlaneFixture
        var isSingaporeGone = false
        var isAnybodyHeard = true
        private var sequence: UInt64 = 0

        init(_ fixture: ControlPlaneFixture) { self.fixture = fixture }

        mutating func run(_ seconds: Int) async throws {
            let loop = fixture.assembly.reconciler
            for _ in 0..<seconds {
                fixture.clock.advance(by: .seconds(1))
                sequence += 1
                if isAnybodyHeard {
                    _ = loop.receive(report(of: "toronto"))
                    if !isSingaporeGone { _ = loop.receive(report(of: "singapore")) }
                    for door: GatewayName in ["door-toronto", "door-singapore"] { _ = loop.receive(sight(of: door)) }
                }
                loop.lookForSilence()
                try await loop.pass()
            }
        }

        private func report(of plane: PlaneName) -> PlaneReport {
            PlaneReport(
                plane: plane, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:7001",
                replicas: [
                    ReplicaReport(
                        id: ReplicaID(plane: plane, workload: "chat", incarnation: 1), pool: "h100",
                        accelerator: "H100-80GB", address: "127.64.0.1:20000", state: .ready, stateAgeMilliseconds: 90_000)
                ])
        }

        private func sight(of gateway: GatewayName) -> GatewayReport {
            let seen = PlaneSight(isFeedLive: true, replicas: 1, usable: 1)
            return GatewayReport(
                gateway: gateway, snapshot: nil, address: "127.0.0.1:8081", isReady: true, roundTripMilliseconds: [:],
                requests: [:], pid: 1,
                planeSights: ["toronto": seen, "singapore": isSingaporeGone ? PlaneSight(isFeedLive: false) : seen])
        }

        /// The process ends without warning; another begins some time later.
        mutating func restart(after away: Duration) async throws {
            try fixture.assembly.store.close()
            fixture.clock.advance(by: away)
            fixture = try await ControlPlaneFixture(folder: fixture.folder, clock: fixture.clock)
        }

        func failed() async throws -> String? {
            try await fixture.send(.get, "/api/v1alpha1/workloadplanes/singapore").json["status"]["conditions"].elements
                .first { $0["type"].text == "Failed" }?["status"].text
        }

        func count(_ reason: String) async throws -> Int {
            try await fixture.send(.get, "/api/v1alpha1/events").json["items"].elements.filter {
                $0["reason"].text == reason
            }.count
        }
    }

    @Test("a restart neither fails a lost plane over again nor takes it back: the hold goes on where it was")
    func failover() async throws {
        var script = Script(try await ControlPlaneFixture())
        try await script.fixture.apply(SampleFleet.whole)
        try await script.run(20)
        script.isSingaporeGone = true
        try await script.run(15)
        #expect(try await script.failed() == "True")
        #expect(try await script.count("PlaneFailed") == 1)
        // Nobody is heard for a while after the start: what was known holds.
        script.isAnybodyHeard = false
        try await script.restart(after: .seconds(40))
        try await script.run(5)
        #expect(try await script.failed() == "True")
        script.isAnybodyHeard = true
        try await script.run(10)
        #expect(try await script.failed() == "True")
        #expect(try await script.count("PlaneFailed") == 1)
        #expect(try await script.count("FailbackStarted") == 0)
        // Seen again: 30 s of hold, of which the restart takes away none and adds none.
        script.isSingaporeGone = false
        try await script.run(20)
        try await script.restart(after: .seconds(300))
        try await script.run(3)
        #expect(try await script.failed() == "True", "5 minutes away are no 5 minutes of being seen")
        try await script.run(45)
        #expect(try await script.count("FailbackStarted") == 1)
        #expect(try await script.failed() == nil)
    }

    @Test("what is kept is read back whole, and what another version kept is left alone")
    func store() async throws {
        let fixture = try await ControlPlaneFixture()
        let store = fixture.assembly.store
        #expect(try await store.memory() == nil)
        var memory = ControllerMemory(secondsSince1970: 1_800_000_000)
        memory.planes = [.init(plane: "toronto", phase: .failed, lostSeconds: 7.5, failures: 2, because: "2 of 2 lost it")]
        memory.panics = [.init(workload: "chat", seconds: 3, held: 9)]
        memory.buying = [
            .init(
                workload: "chat",
                refusals: [.init(plane: "toronto", pool: "h100", limit: 3, secondsAgo: 1, memorySeconds: 180)], markets: [])
        ]
        try await store.recordMemory(memory)
        #expect(try await store.memory() == memory)
        memory.version = 2
        try await store.recordMemory(memory)
        #expect(try await store.memory() == nil)
    }
}
