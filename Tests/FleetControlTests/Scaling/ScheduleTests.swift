import FleetControl
import FleetModel
import Testing

@Suite("Schedules")
struct ScheduleTests {
    private func schedule(_ cron: String, hours: Int, zone: TimeZoneOffsets = .utc, min: Int? = nil, max: Int? = nil) throws
        -> ScalingSchedule
    {
        ScalingSchedule(
            name: cron, start: try #require(CronExpression(text: cron)), zone: zone, duration: .seconds(hours * 3_600),
            minReplicas: min, maxReplicas: max)
    }

    /// Monday 2026-11-16 00:00 UTC.
    private let monday: Int64 = 1_794_787_200

    @Test("lasts from its start for its duration, over midnight too")
    func lasting() throws {
        let office = try schedule("0 8 * * MON-FRI", hours: 10)
        #expect(office.opening(at: monday + 8 * 3_600 - 1) == nil)
        #expect(office.opening(at: monday + 8 * 3_600) == monday + 8 * 3_600)
        #expect(office.opening(at: monday + 18 * 3_600 - 1) == monday + 8 * 3_600)
        #expect(office.opening(at: monday + 18 * 3_600) == nil)
        #expect(office.opening(at: monday + 5 * 86_400 + 9 * 3_600) == nil)
        let night = try schedule("30 22 * * *", hours: 8)
        #expect(night.opening(at: monday + 6 * 3_600) == monday - 5_400)
        let week = try schedule("0 0 16 11 *", hours: 168)
        #expect(week.opening(at: monday + 6 * 86_400 + 86_399) == monday)
        #expect(week.opening(at: monday + 7 * 86_400) == nil)
        #expect(try schedule("* * * * *", hours: 1).opening(at: monday + 119) == monday + 60)
    }

    @Test("a start that clocks skip comes when they have jumped; one shown twice comes once")
    func clocks() throws {
        let berlin = TimeZoneOffsets(
            name: "Europe/Berlin", firstOffset: 3_600,
            transitions: [.init(at: 1_774_746_000, offset: 7_200), .init(at: 1_792_890_000, offset: 3_600)])
        let early = try schedule("30 2 * * *", hours: 1, zone: berlin)
        let (skipped, first): (Int64, Int64) = (1_774_746_000 + 1_800, 1_792_890_000 - 1_800)
        #expect(early.opening(at: skipped - 1) == nil)
        #expect(early.opening(at: skipped) == skipped)
        #expect(early.opening(at: first) == first)
        // The second 02:30 of that night, when the hour is over.
        #expect(early.opening(at: 1_792_890_000 + 1_800) == nil)
    }

    @Test("of schedules that last together the largest minimum and the largest maximum count")
    func overlapping() throws {
        var policy = ScalingPolicy.prompt(1, 20)
        policy.target[.queuedRequestsPerReplica] = 1
        policy.schedules = [
            try schedule("0 0 * * *", hours: 2, min: 3, max: 6), try schedule("0 1 * * *", hours: 2, min: 5, max: 5),
        ]
        var driven = DrivenScaler(policy)
        #expect(driven.run { _ in .queue(0) }[0].replicas == 3)
        #expect(driven.run { _ in .queue(50) }[0].replicas == 6)
        driven.second = 3_600
        #expect(driven.run { _ in .queue(0) }[0].replicas == 5)
        #expect(driven.run { _ in .queue(50) }[0].replicas == 6)
        driven.second = 2 * 3_600
        let closing = driven.run { _ in .queue(50) }[0]
        #expect(closing.replicas == 5)
        #expect(closing.openSchedules == ["0 1 * * *"])
        driven.second = 3 * 3_600
        #expect(driven.run { _ in .queue(50) }[0].replicas == 20)
    }

    @Test("a minimum of its own may be lower, and none at all stops everything")
    func lower() throws {
        var policy = ScalingPolicy.prompt(4, 20)
        policy.target[.queuedRequestsPerReplica] = 1
        policy.schedules = [try schedule("0 0 * * *", hours: 1, min: 2), try schedule("0 2 * * *", hours: 1, min: 0, max: 0)]
        var driven = DrivenScaler(policy, replicas: 4)
        #expect(driven.run { _ in .queue(0) }[0].replicas == 2)
        driven.second = 3_600
        #expect(driven.run { _ in .queue(0) }[0].replicas == 4)
        driven.second = 7_200
        #expect(driven.run { _ in .queue(9) }[0].replicas == 0)
        driven.second = 10_800
        #expect(driven.run { _ in .queue(9) }[0].replicas == 9)
    }

    @Test("without anything measured the size returns to what is desired")
    func resting() throws {
        var policy = ScalingPolicy.prompt(1, 20)
        policy.desiredReplicas = 2
        policy.schedules = [try schedule("0 0 * * *", hours: 1, min: 6)]
        var driven = DrivenScaler(policy)
        #expect(driven.run { _ in .quiet }[0].replicas == 6)
        driven.second = 3_600
        #expect(driven.run { _ in .quiet }[0].replicas == 2)
    }

    @Test("a zone this machine lost takes nothing away")
    func unknownZone() throws {
        var policy = ScalingPolicy.prompt(1, 20)
        policy.target[.queuedRequestsPerReplica] = 1
        policy.schedules = [
            try schedule("0 0 * * *", hours: 1, zone: TimeZoneOffsets(unknown: "Mars/Olympus"), min: 6, max: 7)
        ]
        var driven = DrivenScaler(policy)
        driven.second = 43_200
        #expect(driven.run { _ in .queue(0) }[0].replicas == 6)
        #expect(driven.run { _ in .queue(50) }[0].replicas == 20)
    }
}
