import FleetModel
import FleetRouting
import Testing

@Suite("Rate meter")
struct RateMeterTests {
    private func at(_ seconds: Double) -> Moment { Moment(nanoseconds: Int64(seconds * 1e9)) }

    @Test("holds a minute's worth and gains a sixtieth of it a second")
    func bucket() {
        let meter = RateMeter(perMinute: 60)
        #expect(meter.take(60, now: at(0)))
        #expect(!meter.take(1, now: at(0.5)))
        #expect(meter.wait(for: 1, now: at(0.5)) == .milliseconds(500))
        #expect(meter.take(1, now: at(1)))
        #expect(!meter.take(1, now: at(1.9)))
        #expect(meter.take(10, now: at(11)))
        #expect(meter.reading(now: at(3_600)) == .init(limit: 60, remaining: 60, reset: .zero))
    }

    @Test("loses nothing to rounding however often it is asked")
    func rounding() {
        // One a minute is a thousandth each 60 ms; asked every 7 ms it is still there after a minute.
        let meter = RateMeter(perMinute: 1)
        #expect(meter.take(1, now: at(0)))
        for step in 1..<8_570 { #expect(!meter.take(1, now: at(Double(step) * 0.007))) }
        #expect(meter.take(1, now: at(60.01)))
    }

    @Test("holds no more than a minute's worth when what was taken comes back")
    func refund() {
        let meter = RateMeter(perMinute: 10)
        #expect(meter.take(10, now: at(0)))
        #expect(meter.reading(now: at(60)).remaining == 10)
        meter.give(10)
        #expect(meter.reading(now: at(60)).remaining == 10)
        meter.charge(15)
        #expect(meter.reading(now: at(60)) == .init(limit: 10, remaining: 0, reset: .seconds(90)))
        #expect(meter.wait(for: 11, now: at(60)) == nil)
        // What takes nothing passes in debt, too.
        #expect(meter.take(0, now: at(60)) && !meter.take(1, now: at(60)))
    }

    @Test("a smaller share is gone at once, a larger one fills over time")
    func share() {
        let meter = RateMeter(perMinute: 60)
        meter.setShare(perMinute: 20, now: at(0))
        #expect(meter.reading(now: at(0)).remaining == 20)
        meter.setShare(perMinute: 60, now: at(0))
        #expect(meter.reading(now: at(0)).remaining == 20)
        #expect(meter.reading(now: at(10)).remaining == 30)
    }

    @Test("several threads together take exactly what there is")
    func threads() async {
        let meter = RateMeter(perMinute: 10_000)
        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<5_000).count { _ in meter.take(1, now: .origin) } }
            }
            return await group.reduce(0, +)
        }
        #expect(taken == 10_000)
    }
}

@Suite("Ceiling meter")
struct CeilingMeterTests {
    @Test("is lowered as far as use allows, and nothing passes it then")
    func lower() {
        let meter = CeilingMeter(ceiling: 10)
        #expect(meter.take(6) && !meter.take(5))
        #expect(meter.lower(to: 2) == 6)
        #expect(!meter.take(1))
        meter.give(3, period: 0)
        #expect(meter.lower(to: 2) == 3)
        meter.raise(to: 4)
        #expect(meter.take(1) && !meter.take(1))
    }

    @Test("what is given back from an earlier period does not count in this one")
    func periods() {
        let meter = CeilingMeter(ceiling: 10)
        #expect(meter.take(10))
        meter.begin(ceiling: 5)
        meter.give(10, period: 0)
        #expect(meter.used == 0 && meter.take(5) && !meter.take(1))
    }

    @Test("several threads together never pass it")
    func threads() async {
        let meter = CeilingMeter(ceiling: 7_000)
        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { (0..<5_000).count { _ in meter.take(1) } } }
            return await group.reduce(0, +)
        }
        #expect(taken == 7_000 && meter.used == 7_000)
    }
}

@Suite("Budget periods")
struct BudgetPeriodTests {
    private static let cases: [(seconds: Int64, day: Int64, month: Int64)] = [
        (0, 0, 23_640), (86_399, 0, 23_640), (86_400, 1, 23_640), (951_782_399, 11_015, 24_001), (951_868_800, 11_017, 24_002),
        (-1, -1, 23_639), (1_795_219_200, 20_778, 24_322),
    ]

    @Test("are calendar days and months of UTC, leap days and times before 1970 too")
    func calendar() {
        for (seconds, day, month) in Self.cases {
            #expect(BudgetPeriod.day(unixSeconds: seconds) == day)
            #expect(BudgetPeriod.month(unixSeconds: seconds) == month)
        }
    }
}
