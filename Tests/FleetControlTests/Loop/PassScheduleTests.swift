import FleetControl
import FleetModel
import Testing

@Suite("When a pass is due")
struct PassScheduleTests {
    private func at(_ seconds: Int) -> Moment { Moment.origin.advanced(by: .seconds(seconds)) }

    @Test("first of all, then for a word, a silence, another hour, what is under way, and once what was unknown is absent")
    func reasons() {
        var schedule = PassSchedule(start: .origin)
        func look(_ second: Int, hasLost: Bool = false, hour: Int = 7, isUnderWay: Bool = false) -> Bool {
            schedule.look(hasLost: hasLost, hourOfWeek: hour, isUnderWay: isUnderWay, now: at(second))
        }
        func pass(hour: Int = 7) { schedule.begin(hourOfWeek: hour) }
        #expect(schedule.isDue)
        pass()
        let quiet = look(1)
        #expect(!quiet && !schedule.isDue)
        schedule.wake()
        #expect(schedule.isDue, "before the clock is looked at")
        pass()
        let lost = look(2, hasLost: true)
        #expect(lost)
        let again = look(3)
        #expect(again, "until a pass is made")
        pass()
        let underWay = look(4, isUnderWay: true)
        #expect(underWay)
        pass()
        let nextHour = look(5, hour: 8)
        #expect(nextHour)
        pass(hour: 8)
        let unsettled = look(14, hour: 8)
        let settles = look(15, hour: 8)
        #expect(!unsettled && settles)
        pass(hour: 8)
        let settled = look(16, hour: 8)
        #expect(!settled)
    }
}
