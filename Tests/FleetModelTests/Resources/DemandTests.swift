import FleetModel
import Testing

@Suite("Demand")
struct DemandTests {
    private func demand(
        _ profile: Demand.Profile, longitude: Double = 0, offset: UTCOffset? = nil, peak: Double = 100
    ) -> Demand {
        Demand(
            from: "somewhere", location: Location(coordinates: Coordinates(latitude: 0, longitude: longitude), country: "CA"),
            peak: RequestsPerSecond(peak), profile: profile, utcOffset: offset)
    }

    private func rates(_ demand: Demand, _ hours: Range<Int> = 0..<HourOfWeek.count) -> [Double] {
        hours.map { demand.rate(hourOfWeekUTC: $0).value }
    }

    /// A share of its own for every hour, so that a shift by one shows.
    private func distinct(_ count: Int) -> Demand.Profile { .hourly((0..<count).map { Share(Double($0) / 200) }) }

    @Test("constant demand is the peak in every hour")
    func constant() { #expect(Set(rates(demand(.constant))) == [100]) }

    @Test("office hours are half of the peak on average, reach it, and are alike every day")
    func officeHours() {
        let week = rates(demand(.officeHours, offset: UTCOffset(minutes: 0)))
        #expect(Demand.officeHours.count == 24)
        #expect(abs(week.reduce(0, +) / 168 - 50) < 1e-9)
        #expect(week.max() == 100)
        #expect(Array(week[0..<24]) == Array(week[144..<168]))
        // 10 to 12 and 14 to 16, local time.
        #expect(week.prefix(24).enumerated().filter { $0.element == 100 }.map(\.offset) == [10, 11, 14, 15])
    }

    @Test("hours are the users' own: Tokyo is nine ahead, by its clock or by the sun")
    func offset() {
        // 01:00 UTC is 10:00 in Tokyo; 139.69 degrees east is 9.3 hours of sun.
        for tokyo in [demand(.officeHours, offset: UTCOffset(minutes: 540)), demand(.officeHours, longitude: 139.69)] {
            #expect(tokyo.rate(hourOfWeekUTC: 1).value == 100)
            #expect(tokyo.rate(hourOfWeekUTC: 0).value == 95)
            #expect(tokyo.rate(hourOfWeekUTC: 15).value == 10)
        }
        // The clock goes before the sun.
        #expect(demand(.officeHours, longitude: 139.69, offset: UTCOffset(minutes: 0)).rate(hourOfWeekUTC: 10).value == 100)
    }

    @Test("a week starts on Monday at 00:00 local time and wraps at its ends")
    func week() {
        let behind = demand(distinct(168), offset: UTCOffset(minutes: -300))
        // Monday 00:00 UTC is Sunday 19:00 there: hour 163.
        #expect(behind.rate(hourOfWeekUTC: 0).value == 100 * 163.0 / 200)
        #expect(behind.rate(hourOfWeekUTC: 5).value == 0)
        let ahead = demand(distinct(168), offset: UTCOffset(minutes: 600))
        // Sunday 23:00 UTC is Monday 09:00 there.
        #expect(ahead.rate(hourOfWeekUTC: 167).value == 100 * 9.0 / 200)
        #expect(ahead.rate(hourOfWeekUTC: -1) == ahead.rate(hourOfWeekUTC: 167))
        #expect(ahead.rate(hourOfWeekUTC: 168) == ahead.rate(hourOfWeekUTC: 0))
    }

    @Test("an hour that holds parts of two local ones gets their weighted mean")
    func fractions() {
        // 00:00 to 01:00 UTC is 05:30 to 06:30 in India, 05:45 to 06:45 in Nepal, 20:30 to 21:30 in Newfoundland.
        let expected: [(minutes: Int, share: Double)] = [
            (330, (5.0 + 6.0) / 2), (345, (5 * 15.0 + 6 * 45.0) / 60), (-210, (20.0 + 21.0) / 2),
        ]
        for (minutes, share) in expected {
            let rate = demand(distinct(24), offset: UTCOffset(minutes: minutes)).rate(hourOfWeekUTC: 0).value
            #expect(abs(rate - 100 * share / 200) < 1e-9, "\(minutes)")
        }
    }

    @Test("shifting loses nothing: every offset has the same sum over a week")
    func conservation() {
        let sum = (0..<168).reduce(0.0) { $0 + 100 * Double($1) / 200 }
        for minutes in stride(from: -720, through: 840, by: 15) {
            let total = rates(demand(distinct(168), offset: UTCOffset(minutes: minutes))).reduce(0, +)
            #expect(abs(total - sum) < 1e-6, "\(minutes)")
        }
    }

    @Test("users who wait make a rate by Little's law: 5000 users with 20 s each are 250 req/s")
    func concurrency() {
        let location = Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA")
        for (seconds, rate) in [(10, 500.0), (20, 250), (30, 5_000.0 / 30)] {
            let demand = Demand(
                from: "x", location: location, volume: .concurrent(users: 5_000, requestDuration: .seconds(seconds)))
            #expect(demand.peak == RequestsPerSecond(rate))
            #expect(demand.rate(hourOfWeekUTC: 3) == RequestsPerSecond(rate))
        }
    }
}

@Suite("UTC offset")
struct UTCOffsetTests {
    @Test(
        "is written in hours and minutes",
        arguments: [("+9h", 540), ("9h", 540), ("-3h30m", -210), ("+5h45m", 345), ("0h", 0), ("+14h", 840), ("-12h", -720)])
    func reading(text: String, minutes: Int) { #expect(UTCOffset(text: text)?.minutes == minutes) }

    @Test(
        "anything else is refused",
        arguments: [
            "", "9", "h", "+h", "9H", "+9h60m", "+15h", "+14h1m", "-12h15m", "9h30", "9h m", "+-9h", "09:00", "999999999999h",
        ])
    func refused(text: String) { #expect(UTCOffset(text: text) == nil) }

    @Test("is written so that it reads back the same")
    func roundTrip() {
        for minutes in UTCOffset.possible {
            #expect(UTCOffset(text: UTCOffset(minutes: minutes).text)?.minutes == minutes)
        }
    }

    @Test(
        "by the sun, an hour for every 15 degrees",
        arguments: [(0.0, 0), (139.69, 9), (-79.38, -5), (7.5, 1), (180, 12), (-180, -12)])
    func sun(longitude: Double, hours: Int) { #expect(UTCOffset(longitude: longitude).minutes == hours * 60) }
}
