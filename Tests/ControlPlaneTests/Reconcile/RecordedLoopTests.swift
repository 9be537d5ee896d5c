import ControlPlane
import FleetControl
import FleetModel
import FleetTransport
import Foundation
import Testing

@Suite("The recorded loop")
struct RecordedLoopTests {
    private func plane(_ sequence: UInt64, waiting: Int, replicas: Int) -> PlaneReport {
        PlaneReport(
            plane: "toronto", planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:7001",
            replicas: (0..<replicas).map { number in
                ReplicaReport(
                    id: ReplicaID(plane: "toronto", workload: "chat-phi", incarnation: UInt64(number + 1)), pool: "h100",
                    accelerator: "H100-80GB", address: "127.64.0.1:\(20_000 + number)", state: .ready, running: 2,
                    waiting: waiting, stateAgeMilliseconds: 9_000)
            })
    }

    private func gateway(arrived: UInt64, queued: Int) -> GatewayReport {
        GatewayReport(
            gateway: "door-toronto", snapshot: nil, address: "127.0.0.1:8081", isReady: true, roundTripMilliseconds: [:],
            requests: [:], pid: 1, demand: ["chat-phi": WorkloadDemand(queued: queued, arrived: arrived)])
    }

    @Test("what the live loop decided comes out again when its log is played by the core alone")
    func replay() async throws {
        let fixture = try await ControlPlaneFixture()
        let loop = fixture.assembly.reconciler
        loop.record()
        let elastic = SampleFleet.whole.replacingOccurrences(
            of: "maxReplicas: 4 }", with: "maxReplicas: 4, target: { queuedRequestsPerReplica: 2 } }")
        try await fixture.apply(elastic)
        var replicas = 1
        for second in 0..<75 {
            fixture.clock.advance(by: .seconds(1))
            // A minute with a queue that comes and goes, and a plane that is silent for twenty seconds of it.
            let waiting = (25..<40).contains(second) ? 6 : 0
            if !(45..<65).contains(second) {
                #expect(loop.receive(plane(UInt64(second + 1), waiting: waiting, replicas: replicas)))
            }
            _ = loop.receive(gateway(arrived: UInt64(second * 9), queued: waiting / 2))
            loop.lookForSilence()
            try await loop.pass()
            replicas = loop.recording?.decisions.last?.placement.placement(of: "chat-phi")?.replicas ?? replicas
        }
        let recording = try #require(loop.recording)
        #expect(recording.decisions.count > 60)
        #expect(Set(recording.decisions.compactMap { $0.scaling["chat-phi"]?.replicas }).count > 1)
        #expect(recording.decisions.contains { !$0.events.isEmpty })
        #expect(recording.log.replay() == recording.decisions)
    }
}
