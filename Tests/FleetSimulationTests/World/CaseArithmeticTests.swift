import FleetModel
import FleetSimulation
import SolverLibraries
import Testing

/// The cases of examples/simulate-*, smaller, against what arithmetic says of them.
@Suite("Cases with known answers")
struct CaseArithmeticTests {
    private static let hour = Duration.seconds(3_600)

    /// Peak 20, an eighth of a day: 1 USD on demand, 0.4 reserved, 0.3 spot, one GPU a request per second.
    private static func clouds() -> Fleet {
        let pools = [
            WorldFixtures.pool("reserved", .reserved, nodes: 7, usd: 0.4),
            WorldFixtures.pool("on-demand", .onDemand, nodes: 20, usd: 1), WorldFixtures.pool("spot", .spot, nodes: 10, usd: 0.3),
        ]
        var workload = WorldFixtures.workload(peak: 20)
        workload.objective.targetUtilization = .whole
        return WorldFixtures.fleet(
            [WorldFixtures.plane("aws", pools), WorldFixtures.plane("gcp", provider: "gcp", region: "us-east4", pools)],
            [workload])
    }

    private func cost(_ variant: FleetVariant, _ fleet: Fleet) throws -> Double {
        let setup = WorldSetup(
            fleet: variant.fleet(fleet),
            scenario: Scenario(duration: Self.hour * 3, resolution: .fluid, step: .seconds(60)))
        let world = try FleetWorld(setup)
        world.run()
        return world.result().usd
    }

    @Test("all on demand costs the peak's nodes for every hour")
    func onDemand() throws {
        // 20 nodes · 1 USD · 3 h.
        #expect(abs(try cost(.onDemand, Self.clouds()) - 60) < 1e-6)
    }

    @Test("70/20/10 costs its three shares for every hour")
    func classic() throws {
        // 14 · 0.4 + 4 · 1 + 2 · 0.3 = 10.2 USD an hour, for 3 h.
        #expect(abs(try cost(.classic, Self.clouds()) - 30.6) < 1e-6)
    }

    @Test("nothing costs less than the lower bound, which takes the cheapest there is")
    func bound() throws {
        let scenario = Scenario(duration: Self.hour * 3, resolution: .fluid)
        // All 20 req/s on spot at 0.3 USD for 3 h: 20 spot nodes are to be had.
        let found = try DemandBound.find(WorldSetup(fleet: Self.clouds(), scenario: scenario), by: CoinSolver())
        let bound = try #require(found).usd
        #expect(abs(bound - 18) < 1e-4)
        for variant in [FleetVariant.onDemand, .classic] { #expect(try cost(variant, Self.clouds()) >= bound) }
    }

    @Test("a provider that takes all its spot back leaves it for the notice, has none then, and has some again")
    func spotLost() throws {
        let pools = [WorldFixtures.pool("spot", .spot, nodes: 6, usd: 0.3)]
        let fleet = WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [WorldFixtures.workload(peak: 3)])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: .seconds(3_600), resolution: .fluid, step: .seconds(10),
                faults: [ScenarioFault(.spotLost("aws"), at: .seconds(600), duration: .seconds(600))]))
        var held: [Int] = []
        for second in [590, 730, 1_190, 3_600] {
            world.run(until: .seconds(second))
            held.append(world.result().timeline.last?.spotNodes ?? -1)
        }
        // Two minutes of notice from the tenth minute on.
        #expect(held[0] >= 3)
        #expect(held[1] == 0 && held[2] == 0)
        #expect(held[3] >= 3)
    }

    @Test("a region that loses 30 % of its nodes loses what cannot be served elsewhere, and nothing once they are back")
    func regionHalfGone() throws {
        // 10 nodes · 1 req/s serve 8 req/s; 7 are left, and nobody else may serve: 1 req/s too much for ten minutes.
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 10)])], [WorldFixtures.workload(peak: 8)])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: .seconds(2_400), resolution: .fluid, step: .seconds(30),
                faults: [ScenarioFault(.nodesLost("aws", "us-east-1", share: 0.3), at: .seconds(600), duration: .seconds(600))]))
        world.run()
        let all = world.result().all
        // 600 requests too many; a minute's patience of 7 req/s waits at the end and is served then.
        #expect(abs(all.arrived - 19_200) < 0.1)
        let lost = all.failed + all.refused
        #expect(lost > 150)
        #expect(lost < 660)
        #expect(world.result().timeline.last?.lostPerSecond == 0)
    }

    @Test("a spike beyond every quota is answered at the quota's rate, and the rest waits or is told so")
    func viral() throws {
        // 4 nodes · 1 req/s at most; a hundred times 0.5 req/s for two minutes is 50 req/s.
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 4)])],
            [WorldFixtures.workload(peak: 0.5, scaling: ScalingPolicy(minReplicas: 4, maxReplicas: 4))])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: .seconds(600), resolution: .events,
                demand: ScenarioDemand(spikes: [.init(factor: 100, at: .seconds(60), ramp: .zero, duration: .seconds(120))])))
        world.run()
        let all = world.result().all
        // 0.5 · 480 + 50 · 120 = 6,240 requests, ±4 standard deviations.
        let deviation = 6_240.0.squareRoot()
        #expect(abs(all.arrived - 6_240) < 4 * deviation)
        // The quota's rate for the spike and the minute of patience after it, and what came outside.
        let most = 4.0 * 210 + 240 + 100
        #expect(all.answered < most)
        let ended = all.answered + all.failed + all.refused
        #expect(ended + world.unfinished == all.arrived)
        let late = try #require(all.firstToken.quantile(0.95))
        #expect(late > 30_000)
    }
}
