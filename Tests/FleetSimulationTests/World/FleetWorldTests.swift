import FleetModel
import FleetSimulation
import Testing

@Suite("A fleet in virtual time")
struct FleetWorldTests {
    private let reserved = WorldFixtures.plane("one", [WorldFixtures.pool("owned", .reserved, nodes: 8)])

    private func scenario(_ resolution: Scenario.Resolution, seed: UInt64 = 1, minutes: Int = 5) -> Scenario {
        Scenario(duration: .seconds(minutes * 60), seed: seed, resolution: resolution, step: .seconds(10))
    }

    @Test(
        "answers what declared demand asks for, and pays for reserved nodes all the time",
        arguments: [Scenario.Resolution.events, .fluid])
    func answers(resolution: Scenario.Resolution) throws {
        let fleet = WorldFixtures.fleet([reserved], [WorldFixtures.workload()])
        let world = try WorldFixtures.world(fleet, scenario(resolution, minutes: 15))
        world.run()
        let result = world.result()
        // 2 req/s for 15 minutes: 1,800 requests, ±4 standard deviations of a Poisson number.
        #expect(abs(result.all.arrived - 1_800) < 4 * 1_800.0.squareRoot())
        #expect(result.all.availability > 0.995)
        #expect(result.fenceCrossings == 0)
        // 8 nodes at 1 USD an hour for a quarter of one, whatever ran.
        #expect(abs(result.usd - 2) < 1e-9)
        #expect(abs(result.all.arrived - result.all.ended - result.unfinished) < 1e-6 * result.all.arrived)
    }

    @Test(
        "does the same for a seed, event for event, and something else for another",
        arguments: [Scenario.Resolution.events, .fluid])
    func isDeterministic(resolution: Scenario.Resolution) throws {
        let fleet = WorldFixtures.fleet(
            [
                reserved,
                WorldFixtures.plane(
                    "two", region: "us-west-2",
                    [WorldFixtures.pool("spot", .spot, nodes: 4, interruptions: 6, away: .seconds(60))]),
            ],
            [WorldFixtures.workload(peak: 9)])
        let results = try [1, 1, 2].map { (seed: UInt64) in
            let world = try WorldFixtures.world(fleet, scenario(resolution, seed: seed))
            world.run()
            return world.result()
        }
        #expect(results[0] == results[1])
        #expect(results[0].digest != results[2].digest)
    }

    @Test("does not depend on how it is stopped and gone on with")
    func canBeStopped() throws {
        let fleet = WorldFixtures.fleet([reserved], [WorldFixtures.workload()])
        let whole = try WorldFixtures.world(fleet, scenario(.events))
        whole.run()
        let parts = try WorldFixtures.world(fleet, scenario(.events))
        for minute in 1...5 { parts.run(until: .seconds(minute * 60)) }
        #expect(whole.result().digest == parts.result().digest)
    }
}
