import FleetControl
import FleetModel
import Testing

@Suite("Demand meter")
struct DemandMeterTests {
    private func report(_ arrived: UInt64, tokens: UInt64 = 0) -> GatewayReport {
        GatewayReport(
            gateway: "door", snapshot: nil, address: "127.0.0.1:1", isReady: true, roundTripMilliseconds: [:], requests: [:],
            pid: 1, demand: ["chat": WorkloadDemand(arrived: arrived, promptTokens: tokens / 2, completionTokens: tokens / 2)])
    }

    private func at(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }

    @Test("one report says nothing of a rate; two do")
    func first() {
        var meter = DemandMeter()
        meter.receive(report(100), at: at(0))
        #expect(meter.rates(of: "chat", at: "door") == nil)
        meter.receive(report(110, tokens: 600), at: at(2_000))
        #expect(meter.rates(of: "chat", at: "door")?.arrivalsPerSecond == 5)
        #expect(meter.rates(of: "chat", at: "door")?.tokensPerSecond == 300)
        #expect(meter.rates(of: "chat", at: "elsewhere") == nil)
    }

    @Test("a change counts for half after one time constant")
    func smoothing() {
        var meter = DemandMeter()
        meter.receive(report(0), at: at(0))
        meter.receive(report(10), at: at(1_000))
        meter.receive(report(30), at: at(11_000))
        // 10 per second, then 2 per second over a span of one time constant: 10 + 1/2 · (2 - 10).
        #expect(meter.rates(of: "chat", at: "door")?.arrivalsPerSecond == 6)
    }

    @Test("reports that come close together are taken as one span")
    func dense() {
        var meter = DemandMeter()
        meter.receive(report(0), at: at(0))
        meter.receive(report(9), at: at(100))
        #expect(meter.rates(of: "chat", at: "door") == nil)
        meter.receive(report(10), at: at(1_000))
        #expect(meter.rates(of: "chat", at: "door")?.arrivalsPerSecond == 10)
    }

    @Test("a gateway that starts anew is measured anew, not as a fall in demand")
    func restart() {
        var meter = DemandMeter()
        meter.receive(report(1_000), at: at(0))
        meter.receive(report(1_010), at: at(1_000))
        meter.receive(report(3), at: at(2_000))
        #expect(meter.rates(of: "chat", at: "door") == nil)
        meter.receive(report(6), at: at(3_000))
        #expect(meter.rates(of: "chat", at: "door")?.arrivalsPerSecond == 3)
    }
}
