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

    @Test("the share is of the attempts since the oldest of the last ten looks; fewer than ten attempts say nothing")
    func share() {
        var meter = PlaneSightMeter()
        #expect(meter.shares(tally(100, 50)) == [:], "nothing to compare with")
        #expect(meter.shares(tally(104, 55)) == [:], "nine attempts")
        #expect(meter.shares(tally(105, 65)) == ["near": 0.75], "15 of 20")
        for _ in 0..<9 { _ = meter.shares(tally(105, 65)) }
        #expect(meter.shares(tally(105, 65)) == [:], "all of it is more than ten looks ago")
    }

    @Test("a count that fell is another gateway's")
    func restart() {
        var meter = PlaneSightMeter()
        _ = meter.shares(tally(100, 100))
        #expect(meter.shares(tally(20, 0)) == [:])
    }
}
