import FleetModel
import FleetRouting
import Gateway
import Testing

@Suite("What a gateway tells of demand")
struct TrafficReportTests {
    private func directory() -> RoutingDirectory {
        var snapshot = ControlFixture.snapshot(feed: nil)
        var phi = snapshot.workloads[0]
        phi.name = "phi"
        phi.models = ["phi"]
        snapshot.workloads[0].resilience = WorkloadResilience(fallback: [Fallback(workload: "phi")])
        snapshot.workloads.append(phi)
        return RoutingDirectory(snapshot, previous: nil)
    }

    @Test("adds loops, tells answers of replicas from refusals, and gives a pair's to whoever answered")
    func adds() throws {
        let directory = directory()
        let pair = try #require(directory.workloads.firstIndex { $0.source != nil })
        let (chat, phi) = (WorkloadIndex(0), WorkloadIndex(1))
        var total = LoopCounters()
        for loop in 0..<2 {
            var counters = LoopCounters()
            counters.requestFinished(
                workload: chat, plane: PlaneIndex(0), status: 200, firstByte: .milliseconds(30), duration: .seconds(1))
            counters.requestFinished(workload: chat, plane: PlaneIndex(0), status: 404, firstByte: nil, duration: .seconds(1))
            counters.requestFinished(workload: chat, plane: PlaneIndex(0), status: 502, firstByte: nil, duration: .seconds(1))
            counters.requestFinished(workload: chat, plane: PlaneIndex(0), status: 499, firstByte: nil, duration: .seconds(1))
            counters.requestFinished(workload: chat, plane: nil, status: 503, firstByte: nil, duration: .seconds(1))
            counters.requestFinished(workload: chat, plane: nil, status: 504, firstByte: nil, duration: .seconds(1))
            counters.requestFinished(
                workload: WorkloadIndex(pair), plane: PlaneIndex(0), status: 200, firstByte: .milliseconds(10),
                duration: .seconds(1))
            for _ in 0..<7 { counters.demand.arrived(chat) }
            counters.demand.arrived(WorkloadIndex(pair))
            counters.demand.used(phi, prompt: 5, completion: loop == 0 ? 3 : 4)
            total.add(counters)
        }
        var now = LoopDemand()
        now.inFlight = [2, 1]
        now.waits(chat, for: .milliseconds(250))
        var other = LoopDemand()
        other.waits(chat, for: .milliseconds(900))
        now.add(other)
        let report = TrafficReport(total, now: now, directory: directory)
        #expect(report.requests == ["chat": 12, "phi": 0])
        #expect(
            report.demand == [
                "chat": WorkloadDemand(
                    inFlight: 2, queued: 2, oldestQueuedMilliseconds: 900, arrived: 14, succeeded: 4, failed: 4, refused: 2,
                    firstByteMillisecondsSum: 60, firstBytes: 2),
                "phi": WorkloadDemand(
                    inFlight: 1, arrived: 2, succeeded: 2, promptTokens: 10, completionTokens: 7, firstByteMillisecondsSum: 20,
                    firstBytes: 2),
            ])
    }

    @Test("does not list what nobody asked for")
    func unasked() {
        #expect(TrafficReport(LoopCounters(), now: LoopDemand(), directory: directory()).demand.isEmpty)
    }
}
