import FleetRouting
import Gateway
import Testing

@Suite("Loop counters")
struct LoopCountersTests {
    @Test("loops add up")
    func addition() {
        var first = LoopCounters()
        var second = LoopCounters()
        first.requestFinished(
            workload: WorkloadIndex(0), plane: PlaneIndex(1), status: 200, firstByte: .milliseconds(3), duration: .milliseconds(9)
        )
        second.requestFinished(
            workload: WorkloadIndex(2), plane: PlaneIndex(3), status: 503, firstByte: nil, duration: .milliseconds(1))
        second.requestFinished(
            workload: WorkloadIndex(0), plane: PlaneIndex(0), status: 200, firstByte: nil, duration: .seconds(100))
        second.retried()
        second.openClientConnections = 4
        first.add(second)
        #expect(first.finishedRequests(of: WorkloadIndex(0)) == 2)
        #expect(first.finishedRequests(of: WorkloadIndex(1)) == 0)
        #expect(first.finishedRequests(of: WorkloadIndex(2)) == 1)
        #expect((0...3).map { first.answeredRequests(at: PlaneIndex($0)) } == [1, 1, 0, 0], "503 is no answer of a sound plane")
        #expect(first.retries == 1)
        #expect(first.openClientConnections == 4)
    }

    @Test("statuses fold into a bounded set of codes")
    func codes() {
        #expect(StatusLabel(status: 200).text == "200")
        #expect(StatusLabel(status: 499).text == "499")
        #expect(StatusLabel(status: 418).text == "4xx")
        #expect(StatusLabel(status: 299).text == "2xx")
        #expect(StatusLabel(status: 599).text == "5xx")
        #expect(Set(StatusLabel.allCases.map(\.text)).count == StatusLabel.allCases.count)
    }

    @Test("a histogram counts each observation in the bucket that holds it")
    func histogram() {
        var histogram = Histogram()
        for duration in [.zero, .milliseconds(5), .milliseconds(6), .seconds(60), .seconds(61), .seconds(-1)] as [Duration] {
            histogram.observe(duration)
        }
        #expect(histogram.counts.first == 3)
        #expect(histogram.counts[1] == 1)
        #expect(histogram.counts[Histogram.bounds.count - 1] == 1)
        #expect(histogram.counts.last == 1)
        #expect(histogram.count == 6)
    }

    @Test("positions beyond the limits share a row")
    func limits() {
        var counters = LoopCounters()
        for index in [LoopCounters.workloadLimit - 1, LoopCounters.workloadLimit, 1_000_000] {
            counters.requestFinished(
                workload: WorkloadIndex(index), plane: PlaneIndex(1_000_000), status: 200, firstByte: nil, duration: .zero)
        }
        #expect(counters.finishedRequests(of: WorkloadIndex(LoopCounters.workloadLimit - 1)) == 3)
    }
}
