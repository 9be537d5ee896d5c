import FleetModel
import FleetSimulation
import Testing

@Suite("Demand as it was recorded")
struct RecordedDemandTests {
    private static let start: UInt64 = 1_767_571_200

    private func recorded(_ rates: [Double], origin: String? = nil, from: UInt64 = start) -> RecordedDemand.Series {
        RecordedDemand.Series(
            workload: "chat", origin: origin,
            entries: rates.enumerated().map {
                .init(start: from + UInt64($0.offset) * 900, seconds: 900, requestsPerSecond: $0.element)
            })
    }

    private func play(
        _ series: [RecordedDemand.Series], minutes: Int, _ resolution: Scenario.Resolution = .fluid, scale: Double = 1,
        demand: [Demand]? = nil
    ) throws -> WorldResult {
        var workload = WorldFixtures.workload(peak: 4)
        if let demand { workload.demand = demand }
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .reserved, nodes: 12)])], [workload],
            gateways: [WorldFixtures.virginia, WorldFixtures.frankfurt])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: .seconds(minutes * 60), startSecondsSince1970: Self.start, resolution: resolution, step: .seconds(10),
                demand: ScenarioDemand(source: .recorded(RecordedDemand(name: "demand.csv", series: series)), scale: scale)))
        world.run()
        return world.result()
    }

    @Test("asks for what was recorded and not for what is declared, times the scale")
    func rates() throws {
        // 2 req/s for a quarter of an hour, 6 for another.
        #expect(abs(try play([recorded([2, 6])], minutes: 30).all.arrived - 7_200) < 1)
        #expect(abs(try play([recorded([1, 3])], minutes: 30, scale: 2).all.arrived - 7_200) < 1)
    }

    @Test("draws requests one by one at those rates, across their borders")
    func events() throws {
        let arrived = try play([recorded([0.5, 6, 1])], minutes: 45, .events).all.arrived
        // 900 · 7.5 = 6,750 requests, ±4 standard deviations of a Poisson number.
        #expect(abs(arrived - 6_750) < 4 * 6_750.0.squareRoot())
    }

    @Test("goes on as it was where nothing is known, and says how long that is")
    func gaps() throws {
        var series = recorded([2, 4, 6])
        series.entries.remove(at: 1)
        #expect(abs(try play([series], minutes: 45).all.arrived - 9_000) < 1)
        let record = RecordedDemand(name: "", series: [series])
        #expect(record.unknownSeconds(in: Self.start..<Self.start + 2_700) == 900)
        #expect(record.span == Self.start..<Self.start + 2_700)
    }

    @Test("deals one rate out to origins by what they declare for the hour, and keeps those that are recorded apart")
    func origins() throws {
        func demand(_ name: String, _ peak: Double, at location: Location) -> Demand {
            Demand(from: name, location: location, peak: RequestsPerSecond(peak), utcOffset: UTCOffset(minutes: 0))
        }
        let both = [demand("here", 3, at: WorldFixtures.virginia), demand("there", 1, at: WorldFixtures.frankfurt)]
        #expect(abs(try play([recorded([4])], minutes: 15, demand: both).all.arrived - 3_600) < 1)
        let apart = try play([recorded([1], origin: "here"), recorded([2], origin: "there")], minutes: 15, demand: both)
        #expect(abs(apart.all.arrived - 2_700) < 1)
        // Nobody asks from an origin that others have records of and it has none.
        #expect(abs(try play([recorded([2], origin: "there")], minutes: 15, demand: both).all.arrived - 1_800) < 1)
    }

    @Test("is refused where the scenario is not within it, or the fleet knows none of it")
    func problems() {
        #expect(throws: UnplayableFleet.self) { try play([recorded([2])], minutes: 30) }
        #expect(throws: UnplayableFleet.self) { try play([recorded([2, 2], from: Self.start + 900)], minutes: 15) }
        #expect(throws: UnplayableFleet.self) { try play([recorded([2], origin: "nowhere")], minutes: 15) }
        var other = recorded([2])
        other.workload = "other"
        #expect(throws: UnplayableFleet.self) { try play([other], minutes: 15) }
        #expect(throws: UnplayableFleet.self) { try play([], minutes: 15) }
    }

    @Test("writes times as RFC 3339 does")
    func times() {
        #expect(CivilDate.text(secondsSince1970: Self.start + 3_723) == "2026-01-05T01:02:03Z")
        #expect(CivilDate.text(secondsSince1970: 0) == "1970-01-01T00:00:00Z")
    }
}
