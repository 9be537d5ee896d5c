import CommandLineInterface
import FleetModel
import FleetPlanning
import Testing

@Suite("What a plan changes")
struct PlanChangesTests {
    private func changes(hour: Int, _ running: [RunningReplicas]) throws -> PlanChanges {
        try #require(PlanChanges(SamplePlan.planned, hourOfWeekUTC: hour, running: running))
    }

    @Test("is told by workload and pool, for the block of the hour")
    func replicas() throws {
        let running = [
            RunningReplicas(workload: "chat", plane: "toronto", pool: "h100", count: 4),
            RunningReplicas(workload: "old", plane: "frankfurt", pool: "a100", count: 1),
        ]
        // Tuesday 09:00.
        let day = try changes(hour: 24 + 9, running)
        #expect(day.block == "08-16")
        #expect(
            day.replicas.map { "\($0.mark.rawValue) \($0.workload) \($0.plane) \($0.before) \($0.after)" } == [
                "add chat frankfurt 0 3", "change chat toronto 4 3", "remove old frankfurt 1 0",
            ])
        let night = try changes(hour: 24 + 17, running)
        #expect(night.block == "00-08_16-24")
        #expect(
            night.replicas.map { "\($0.mark.rawValue) \($0.workload) \($0.plane) \($0.before) \($0.after)" } == [
                "change chat toronto 4 1", "remove old frankfurt 1 0",
            ])
    }

    @Test("costs what its nodes cost, packed as planes pack them")
    func cost() throws {
        // 5 replicas of one accelerator take 3 nodes of 2: 9 USD/h; the plan wants 2 nodes in this block: 6 USD/h, 2 on average.
        let changes = try changes(hour: 8, [RunningReplicas(workload: "chat", plane: "frankfurt", pool: "a100", count: 5)])
        let frankfurt = try #require(changes.nodes.first { $0.plane == "frankfurt" })
        #expect((frankfurt.before, frankfurt.after, frankfurt.addedUSDPerHour) == (3, 2, -3))
        #expect((changes.beforeUSDPerHour, changes.afterUSDPerHour, changes.averageUSDPerHour) == (9, 6, 2))
        let text = ChangesPage.section(changes)
        let page = Page("", [text]).text
        #expect(page.contains("  ~ chat on frankfurt/a100: 5 → 3 replicas\n"))
        #expect(page.contains("  ~ nodes of frankfurt/a100: 3 → 2, -3.00 USD/h\n"))
        #expect(page.contains("  + nodes of toronto/h100: 0 → 1, +0.00 USD/h\n"))
        #expect(page.contains("2 to add, 2 to change, 0 to remove"))
        // 9 · 730 and 2 · 730 hours.
        #expect(
            page.contains(
                "9.00 → 6.00 USD/h in this block (-3.00); over a month 6,570 as it runs now → 1,460 USD by the plan (-5,110)"))
    }

    @Test("is nothing where all runs as planned")
    func none() throws {
        let changes = try changes(hour: 3, [RunningReplicas(workload: "chat", plane: "toronto", pool: "h100", count: 1)])
        #expect(changes.replicas.map(\.mark) == [.keep])
        #expect(Page("", [ChangesPage.section(changes)]).text.contains("nothing: what runs now is what the plan wants"))
    }

    @Test("counts a pool the problem does not know without a price")
    func unknownPool() throws {
        let changes = try changes(hour: 3, [RunningReplicas(workload: "chat", plane: "mars", pool: "x", count: 2)])
        let mars = try #require(changes.nodes.first { $0.plane == "mars" })
        #expect(mars.addedUSDPerHour == nil)
        #expect(changes.beforeUSDPerHour == 0)
    }

    @Test("cannot be told of a plan without hours")
    func withoutHours() {
        var planned = SamplePlan.planned
        planned.posed.origin = nil
        #expect(PlanChanges(planned, hourOfWeekUTC: 3, running: []) == nil)
    }
}
