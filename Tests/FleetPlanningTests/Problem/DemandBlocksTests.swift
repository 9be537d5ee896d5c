import FleetModel
import FleetPlanning
import SeededCases
import Testing

@Suite("Hours of demand put together as blocks")
struct DemandBlocksTests {
    private func demand(_ peak: Double, _ profile: Demand.Profile, utcOffset minutes: Int = 0) -> Demand {
        Demand(
            from: "Toronto", location: SmallFleet.toronto, peak: RequestsPerSecond(peak), profile: profile,
            utcOffset: UTCOffset(minutes: minutes))
    }

    /// A daily profile that is 1 in the given hours and 0.5 in the others.
    private func day(busy: Set<Int>) -> Demand.Profile {
        .hourly((0..<24).map { Share(busy.contains($0) ? 1 : 0.5) })
    }

    @Test("demand that never changes is one block of the whole month")
    func constant() {
        let blocks = DemandBlocks(demand: [demand(3, .constant), demand(4, .constant)], horizonHours: 730)
        #expect(blocks.blocks == [PlanningProblem.Block(name: "always", hours: 730)])
        #expect(blocks.hours == Array(repeating: 0, count: 24))
        #expect(DemandBlocks(demand: [], horizonHours: 730).blocks == blocks.blocks)
    }

    @Test("hours of equal demand are one block, next to each other or not")
    func daily() {
        let blocks = DemandBlocks(demand: [demand(10, day(busy: [9, 10, 11, 14]))], horizonHours: 240)
        // 20 of 24 hours are quiet, 4 are busy; each hour of the day is 10 of the 240 hours.
        #expect(
            blocks.blocks == [
                PlanningProblem.Block(name: "00-09_12-14_15-24", hours: 200),
                PlanningProblem.Block(name: "09-12_14-15", hours: 40),
            ])
        #expect(blocks.hours.enumerated().filter { $0.element == 1 }.map(\.offset) == [9, 10, 11, 14])
        #expect(blocks.hours.count == 24)
    }

    @Test("a block ends where any user's demand changes, in their own clocks")
    func severalUsers() {
        // Busy 08-10 UTC, and 08-10 an hour ahead of UTC, which is 07-09 UTC.
        let blocks = DemandBlocks(
            demand: [demand(10, day(busy: [8, 9])), demand(1, day(busy: [8, 9]), utcOffset: 60)], horizonHours: 24)
        #expect(
            blocks.blocks.map { "\($0.name) \($0.hours)" } == ["00-07_10-24 21.0", "07-08 1.0", "08-09 1.0", "09-10 1.0"])
    }

    @Test("one weekly profile makes the week the period, named by day")
    func weekly() {
        let week = Demand.Profile.hourly((0..<168).map { Share($0 / 24 >= 5 ? 0.2 : 1) })
        let blocks = DemandBlocks(demand: [demand(10, week), demand(1, .constant)], horizonHours: 1_680)
        #expect(
            blocks.blocks == [
                PlanningProblem.Block(name: "mon00-fri24", hours: 1_200), PlanningProblem.Block(name: "sat00-sun24", hours: 480),
            ])
        #expect(blocks.hours == Array(repeating: 0, count: 120) + Array(repeating: 1, count: 48))
    }

    @Test("a weekly profile of equal days has no more blocks than a day of it")
    func weekOfEqualDays() {
        let shares = (0..<168).map { Share($0 % 24 == 12 ? 1 : 0.25) }
        let blocks = DemandBlocks(demand: [demand(10, .hourly(shares))], horizonHours: 168)
        #expect(blocks.blocks.map(\.hours) == [161, 7])
        // Eight and seven stretches are too long for a plan's document.
        #expect(blocks.blocks.map(\.name) == ["mon00-mon12_and-7-more", "mon12-mon13_and-6-more"])
    }

    @Test("names of blocks differ and can stand in a placement plan", arguments: 1...40)
    func names(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let shares = (0..<(seed % 2 == 0 ? 24 : 168)).map { _ in
            Share(Double(generator.next(in: 1...4)) / 4)
        }
        let built = DemandBlocks(demand: [demand(8, .hourly(shares))], horizonHours: 730)
        let plan = PlacementPlan(
            metadata: Metadata(name: "default"), blocks: built.blocks.map(\.name), hours: built.hours, replicas: [])
        #expect(Fleet([.placementPlan(plan)]).problems().isEmpty)
        #expect(abs(built.blocks.reduce(0) { $0 + $1.hours } - 730) < 1e-9)
        for (hour, share) in shares.enumerated() {
            let others = shares.indices.filter { shares[$0] == share }
            #expect(others.allSatisfy { built.hours[$0] == built.hours[hour] })
        }
        #expect(built.blocks.count == Set(shares).count)
    }
}
