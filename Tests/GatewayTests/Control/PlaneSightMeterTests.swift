import FleetModel
import FleetRouting
import Gateway
import Testing

@Suite("Plane sight meter")
struct PlaneSightMeterTests {
    private func tally(_ answered: UInt64, _ unanswered: UInt64) -> [PlaneName: PlaneTally] {
        var tally = PlaneTally()
        (tally.answered, tally.unanswered) = (answered, unanswered)
        return ["near": tally]
    }

    private func after(_ seconds: Double) -> Moment { Moment(nanoseconds: Int64(seconds * 1e9)) }

    @Test("the share is of the attempts of the last ten seconds; fewer than ten attempts say nothing")
    func share() {
        var meter = PlaneSightMeter()
        #expect(meter.shares(tally(100, 50), now: after(0)) == [:], "nothing to compare with")
        #expect(meter.shares(tally(104, 55), now: after(1)) == [:], "nine attempts")
        #expect(meter.shares(tally(105, 65), now: after(2)) == ["near": 0.75], "15 of 20")
        #expect(meter.shares(tally(105, 65), now: after(10)) == ["near": 0.75])
        #expect(meter.shares(tally(105, 65), now: after(12.5)) == [:], "all of it is more than ten seconds ago")
    }

    @Test("looks in quick succession do not shorten the time that is looked at")
    func quickLooks() {
        var meter = PlaneSightMeter()
        _ = meter.shares(tally(100, 0), now: after(0))
        for look in 1...20 { _ = meter.shares(tally(100 + UInt64(look), 0), now: after(1 + Double(look) / 10)) }
        #expect(meter.shares(tally(120, 20), now: after(4)) == ["near": 0.5], "of all since the beginning")
    }

    @Test("a count that fell is another gateway's")
    func restart() {
        var meter = PlaneSightMeter()
        _ = meter.shares(tally(100, 100), now: after(0))
        #expect(meter.shares(tally(20, 0), now: after(1)) == [:])
    }
}
