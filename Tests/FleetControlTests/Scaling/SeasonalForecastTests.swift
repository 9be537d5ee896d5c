import FleetControl
import FleetModel
import Testing

@Suite("Forecast")
struct SeasonalForecastTests {
    /// Monday 2026-11-16 00:00 UTC.
    private let monday: Int64 = 1_794_787_200

    private func series(days: Int, _ rate: (_ day: Int, _ slotOfDay: Int) -> Double?) -> DemandSeries {
        var series = DemandSeries()
        let first = monday / DemandHistory.slotSeconds - Int64(days) * 96
        for slot in 0..<(days * 96) {
            if let rate = rate(slot / 96, slot % 96) { series.record(rate, slot: first + Int64(slot)) }
        }
        return series
    }

    private func forecast(
        _ series: DemandSeries, at seconds: Int64, quantile: Double = 0.5, lead: Int = 1, zone: TimeZoneOffsets = .utc
    ) -> DemandForecast {
        SeasonalForecast(series, zone: zone).forecast(
            PredictiveScaling(quantile: Share(quantile), leadTime: .seconds(lead)), ratePerReplica: 10,
            secondsSince1970: UInt64(seconds))
    }

    @Test("fewer than two days give none")
    func tooLittle() {
        #expect(forecast(series(days: 1) { _, _ in 5 }, at: monday).replicas == nil)
        let two = forecast(series(days: 2) { _, _ in 5 }, at: monday)
        #expect(two.season == .daily)
        #expect(two.rate == 5)
        #expect(two.replicas == 1)
    }

    @Test("days repeat until two weeks are known, then weeks do")
    func seasons() {
        // Busy on Sundays only: the day before says nothing of a Monday.
        let busySundays = { (days: Int) in self.series(days: days) { day, _ in (day - days) % 7 == -1 ? 70.0 : 7 } }
        let days = forecast(busySundays(13), at: monday)
        #expect(days.season == .daily)
        let weeks = forecast(busySundays(14), at: monday)
        #expect(weeks.season == .weekly)
        // Its Sunday neighbour is one of three samples.
        #expect(weeks.rate == 7)
    }

    @Test("asks for the lead time ahead")
    func lead() {
        // 100 req/s from 09:00 on.
        let mornings = series(days: 5) { _, slot in slot >= 36 ? 100 : 10 }
        #expect(forecast(mornings, at: monday + 8 * 3_600, lead: 900).replicas == 1)
        let ahead = forecast(mornings, at: monday + 8 * 3_600, lead: 3_600)
        #expect(ahead.replicas == 10)
        #expect(ahead.expectedAt == monday + 9 * 3_600)
    }

    @Test("quantiles interpolate between samples")
    func quantiles() {
        #expect(SeasonalForecast.quantile([4, 1, 3, 2], 0.5) == 2.5)
        #expect(SeasonalForecast.quantile([1, 2, 3, 4, 5], 0.9) == 4.6)
        #expect(SeasonalForecast.quantile([7], 0.9) == 7)
        let growing = series(days: 7) { day, _ in Double(day + 1) }
        let (middle, high) = (forecast(growing, at: monday), forecast(growing, at: monday, quantile: 0.9))
        #expect(middle.rate ?? 0 < high.rate ?? 0)
    }

    @Test("follows the level of the last hour, at most by half or double")
    func level() {
        let flat = { (last: Double) in
            self.series(days: 4) { day, slot in day == 3 && slot >= 92 ? last : 20 }
        }
        #expect(forecast(flat(20), at: monday).rate == 20)
        #expect(forecast(flat(30), at: monday).rate == 30)
        #expect(forecast(flat(900), at: monday).rate == 40)
        #expect(forecast(flat(1), at: monday).rate == 10)
    }

    @Test("keeps nothing for a request that hardly comes")
    func hardly() {
        #expect(forecast(series(days: 3) { _, _ in 0.0001 }, at: monday, lead: 900).replicas == 0)
    }

    @Test("days repeat by the zone's clocks")
    func zones() {
        // Clocks went back at Sunday 12:00 UTC: what came at 09:00 UTC comes an hour later.
        let zone = TimeZoneOffsets(
            name: "Test", firstOffset: 3_600, transitions: [.init(at: monday - 43_200, offset: 0)])
        let peak = series(days: 4) { _, slot in slot == 36 ? 100 : 10 }
        let at = { (hour: Int64) in
            self.forecast(peak, at: self.monday + hour * 3_600, quantile: 0.99, zone: zone).rate ?? 0
        }
        #expect(at(10) > 90)
        #expect(at(8) < 20)
    }
}

@Suite("DemandHistory")
struct DemandHistoryTests {
    @Test("a slot's rate is its mean, told when the slot is over; half of it must have been watched")
    func slots() {
        var history = DemandHistory()
        var closed: [DemandHistory.Entry] = []
        let start = UInt64(1_794_787_200)
        for second in 0...2_700 where !(900..<1_600).contains(second) {
            let entry = history.observe(
                second <= 450 ? 10 : 20, of: "chat", now: Moment.origin.advanced(by: .seconds(second)),
                secondsSince1970: start + UInt64(second))
            if let entry { closed.append(entry) }
        }
        let slot = DemandHistory.slot(start)
        // The second slot was watched for 200 s only.
        #expect(closed.map(\.slot) == [slot, slot + 2])
        #expect(abs((closed.first?.rate ?? 0) - 15) < 0.02)
        #expect(history.series(of: "chat").rate(slot + 1) == nil)
        #expect(abs((history.series(of: "chat").rate(slot + 2) ?? 0) - 20) < 0.001)
    }

    @Test("what is not known does not count, nor do clocks that go back")
    func unknown() {
        var history = DemandHistory()
        for second in 0...900 {
            #expect(
                history.observe(
                    nil, of: "chat", now: Moment.origin.advanced(by: .seconds(second)), secondsSince1970: UInt64(900 + second))
                    == nil)
        }
        for second in 901...1_700 {
            _ = history.observe(
                1, of: "chat", now: Moment.origin.advanced(by: .seconds(second)), secondsSince1970: UInt64(900 + second))
        }
        #expect(history.observe(1, of: "chat", now: Moment.origin.advanced(by: .seconds(1_701)), secondsSince1970: 10) == nil)
        #expect(history == history)
    }

    @Test("keeps eight weeks and what was put back")
    func bounds() {
        var history = DemandHistory()
        let count = DemandHistory.capacity
        history.restore((0..<(count + 10)).map { .init(workload: "a", slot: Int64($0), rate: Double($0 % 7)) })
        let series = history.series(of: "a")
        #expect(series.rate(9) == nil)
        #expect(series.rate(10) == 3)
        #expect(series.rate(Int64(count + 9)) == Double((count + 9) % 7))
        history.restore([.init(workload: "a", slot: -1, rate: 1), .init(workload: "a", slot: .max, rate: 1)])
        #expect(history.series(of: "a") == series)
        history.retain([])
        #expect(history.series(of: "a") == DemandSeries())
    }

    @Test("one slot of a clock that is wrong costs nothing, and a clock that was wrong does not end forecasting")
    func wrongClocks() {
        let (newest, capacity) = (Int64(2_000_000), Int64(DemandHistory.capacity))
        /// Takes slots in order; which of them were believed.
        func take(_ series: inout DemandSeries, _ slots: [Int64], rate: Double) -> [Bool] {
            slots.map { series.record(rate, slot: $0) }
        }
        var known = DemandSeries()
        #expect(!take(&known, Array((newest - 500)...newest), rate: 3).contains(false))
        for wrong in [newest + 40 * capacity, 17, newest - capacity, newest + capacity + 2] {
            var series = known
            let believed = take(&series, [wrong, newest + 1, wrong, newest + 2], rate: 4)
            #expect(believed == [false, true, false, true], "a second one long after is no better")
            #expect(series.rate(newest - 500) == 3 && series.rate(newest + 1) == 4)
        }
        // The clock was wrong until now: all there is lies in the future.
        var future = DemandSeries()
        let believed = take(&future, [newest + 40 * capacity] + Array(newest...(newest + 20)), rate: 3)
        #expect(believed == [true, false] + Array(repeating: true, count: 20))
        #expect(future.newest == newest + 20)
        #expect(future.rate(newest + 1) == 3 && future.rate(newest + 40 * capacity) == nil)
    }

    @Test("a slot that is not believed is not told to be kept")
    func wrongClockIsNotKept() {
        var history = DemandHistory()
        var second = 0
        func watch(from start: UInt64) -> [Int64] {
            (0...1_800).compactMap { offset in
                second += 1
                return history.observe(
                    1, of: "a", now: Moment.origin.advanced(by: .seconds(second)), secondsSince1970: start + UInt64(offset))?.slot
            }
        }
        let right = UInt64(1_800_000_000)
        let first = watch(from: right)
        #expect(first == [DemandHistory.slot(right), DemandHistory.slot(right) + 1])
        // Forty years ahead for half an hour and a second: its first slot is not believed, its second would be.
        let wrong = watch(from: right + 1_200_000_000)
        #expect(wrong == [DemandHistory.slot(right + 1_200_000_000) + 1])
        // Back again, its last slot under way forgotten: the first is not believed, the second is.
        #expect(watch(from: right + 7_200) == [DemandHistory.slot(right) + 9])
    }
}
