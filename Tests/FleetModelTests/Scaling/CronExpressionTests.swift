import FleetModel
import Testing

@Suite("CronExpression")
struct CronExpressionTests {
    private func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        CivilDate(daysSince1970: CivilDate.daysSince1970(year: year, month: month, day: day))
    }

    @Test("names days that fit, by both fields, or by one where neither is a star")
    func days() throws {
        let weekdays = try #require(CronExpression(text: "0 8 * * MON-FRI"))
        // 2026-11-20 is a Friday.
        #expect(weekdays.fits(date(2026, 11, 20)))
        #expect(!weekdays.fits(date(2026, 11, 21)))
        let sundays = try #require(CronExpression(text: "0 8 * 3 7"))
        #expect(sundays.fits(date(2026, 3, 1)))
        #expect(!sundays.fits(date(2026, 3, 2)))
        #expect(!sundays.fits(date(2026, 11, 22)))
        let either = try #require(CronExpression(text: "0 0 13 * fri"))
        #expect(either.fits(date(2026, 11, 13)))
        #expect(either.fits(date(2026, 10, 13)))
        #expect(either.fits(date(2026, 11, 20)))
        #expect(!either.fits(date(2026, 11, 21)))
    }

    @Test("lists the times of a day, the latest first")
    func times() throws {
        let expression = try #require(CronExpression(text: "*/20 8-10/2 * * *"))
        #expect(Array(expression.minutes(upTo: 1_439)) == [640, 620, 600, 520, 500, 480])
        #expect(Array(expression.minutes(upTo: 619)) == [600, 520, 500, 480])
        #expect(Array(try #require(CronExpression(text: "5/25 0 * * *")).minutes(upTo: 1_439)) == [55, 30, 5])
        #expect(CronExpression(text: "* * * * *") == .everyMinute)
    }

    @Test(
        "refuses what no clock shows",
        arguments: [
            "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *",
            "*/0 * * * *", "a * * * *", "1,,2 * * * *", "-1 * * * *", "* * 30 2 *", "* * 31 APR,JUN *", "@daily", "1-2-3 * * * *",
            "*/5/5 * * * *", "+1 * * * *",
        ])
    func refused(_ text: String) { #expect(CronExpression(text: text) == nil) }

    @Test("days since 1970 and back are the calendar's")
    func calendar() {
        #expect(CivilDate(daysSince1970: 0).weekday == 4)
        #expect(CivilDate.daysSince1970(year: 2000, month: 3, day: 1) == 11_017)
        #expect(date(2024, 2, 29).day == 29)
        #expect(date(1969, 12, 31).weekday == 3)
        for day in stride(from: -200_000, through: 200_000, by: 97) {
            let date = CivilDate(daysSince1970: day)
            #expect(CivilDate.daysSince1970(year: date.year, month: date.month, day: date.day) == day)
        }
    }

    @Test("clocks that go forward skip, and those that go back repeat: RFC 5545's reading")
    func zones() {
        // Berlin 2026: +2 h from 29 March 01:00 UTC, +1 h from 25 October 01:00 UTC.
        let zone = TimeZoneOffsets(
            name: "Europe/Berlin", firstOffset: 3_600,
            transitions: [.init(at: 1_774_746_000, offset: 7_200), .init(at: 1_792_890_000, offset: 3_600)])
        func local(_ month: Int, _ day: Int, _ minute: Int) -> Int64 {
            Int64(CivilDate.daysSince1970(year: 2026, month: month, day: day)) * 86_400 + Int64(minute) * 60
        }
        #expect(zone.seconds(local: local(3, 28, 150)) == 1_774_661_400)
        // 02:30 does not come: it is 03:30, half an hour after the change.
        #expect(zone.seconds(local: local(3, 29, 150)) == 1_774_746_000 + 1_800)
        #expect(zone.seconds(local: local(3, 29, 210)) == 1_774_746_000 + 1_800)
        // 02:30 comes twice: the first is half an hour before the change.
        #expect(zone.seconds(local: local(10, 25, 150)) == 1_792_890_000 - 1_800)
        #expect(zone.seconds(local: local(10, 25, 180)) == 1_792_890_000 + 3_600)
        #expect(zone.offset(at: 1_774_745_999) == 3_600)
        #expect(zone.offset(at: 1_774_746_000) == 7_200)
    }
}
