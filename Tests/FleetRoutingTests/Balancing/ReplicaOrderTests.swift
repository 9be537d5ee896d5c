import FleetModel
import FleetRouting
import Testing

@Suite("Smooth weighted round robin")
struct SmoothWeightedTurnTests {
    @Test("weights 5, 1, 1 give nginx's sequence a a b a c a a, and return to where they began")
    func sequence() {
        let weights = [5.0, 1, 1]
        var current = [0.0, 0, 0]
        var order = ""
        for _ in 0..<14 {
            var turn = SmoothWeightedTurn()
            for index in weights.indices { turn.consider(Int32(index), weight: weights[index], current: &current[index]) }
            guard let chosen = turn.chosen else { return #expect(Bool(false), "nobody's turn") }
            turn.finish(current: &current[Int(chosen)])
            order += ["a", "b", "c"][Int(chosen)]
        }
        #expect(order == "aabacaaaabacaa")
        #expect(current == [0, 0, 0])
    }
}

@Suite("Peak response time")
struct PeakResponseTimeTests {
    private let start = Moment(nanoseconds: 5_000_000_000)

    @Test("rises to a peak at once and falls by e to the minus time over ten seconds")
    func decays() {
        var time = PeakResponseTime()
        time.observe(.milliseconds(100), at: start)
        #expect(time.milliseconds(at: start) == 100)
        // 100 · e⁻¹ and 100 · e⁻².
        #expect(abs(time.milliseconds(at: start.advanced(by: .seconds(10))) - 36.787_944_117) < 1e-6)
        #expect(abs(time.milliseconds(at: start.advanced(by: .seconds(20))) - 13.533_528_324) < 1e-6)
        #expect(time.milliseconds(at: start.advanced(by: .seconds(100_000))) == 0)
        time.observe(.milliseconds(400), at: start.advanced(by: .seconds(1)))
        #expect(time.milliseconds(at: start.advanced(by: .seconds(1))) == 400)
    }

    @Test("averages a faster sample in with the weight that time took from the old ones")
    func averages() {
        var time = PeakResponseTime()
        time.observe(.milliseconds(100), at: start)
        let later = start.advanced(by: .seconds(10))
        time.observe(.milliseconds(50), at: later)
        // 100 · e⁻¹ + 50 · (1 − e⁻¹)
        #expect(abs(time.milliseconds(at: later) - 68.393_972_058) < 1e-6)
    }

    @Test("costs its average times one more than what is in flight; unknown is free when idle and last when busy")
    func cost() {
        var time = PeakResponseTime()
        #expect(time.cost(inFlight: 0, at: start) == 0)
        #expect(time.cost(inFlight: 2, at: start) == PeakResponseTime.penalty + 2)
        time.observe(.milliseconds(100), at: start)
        #expect(time.cost(inFlight: 3, at: start) == 400)
    }
}
