import FleetControl
import FleetModel
import FleetSimulation
import Testing

/// What a world does where parts of a fleet come and go.
@Suite("Mishaps in a world")
struct WorldMishapTests {
    private static let minute = Duration.seconds(60)

    @Test("replicas that are told to end finish what they have: a noticed reclaim costs no request of a fluid")
    func drainedFluid() throws {
        let pools = [
            WorldFixtures.pool("spot", .spot, nodes: 6, usd: 0.3, interruptions: 6, away: .seconds(60)),
            WorldFixtures.pool("steady", .onDemand, nodes: 12),
        ]
        var workload = WorldFixtures.workload(peak: 4)
        workload.scaling = ScalingPolicy(minReplicas: 12, maxReplicas: 12)
        // An answer takes the better part of a minute; the notice is of two.
        workload.replica.drainTimeout = .seconds(110)
        let world = try WorldFixtures.world(
            WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [workload]),
            Scenario(duration: Self.minute * 60, resolution: .fluid, step: .seconds(60)))
        world.run()
        let result = world.result()
        #expect(result.pools.reduce(0) { $0 + $1.reclaimed } > 5, "nothing was reclaimed: the test shows nothing")
        #expect(result.all[.brokenOff] == 0)
        #expect(abs(result.all.arrived - result.all.ended - result.unfinished) < 1e-6 * result.all.arrived)
    }

    @Test("a gateway that sends nothing any more has nothing in flight, and one that returns has replicas at once")
    func idleGateway() throws {
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("owned", .reserved, nodes: 8)])],
            [WorldFixtures.workload(peak: 6)], gateways: [WorldFixtures.virginia, WorldFixtures.frankfurt])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: Self.minute * 12, resolution: .fluid, step: .seconds(60),
                faults: [ScenarioFault(.gatewayLost("gateway-0"), at: Self.minute * 3, duration: Self.minute * 3)]))
        world.record()
        world.run()
        let reports = try #require(world.recorded).log.entries.compactMap { entry -> GatewayReport? in
            guard case .gateway(let report) = entry.entry, report.gateway == "gateway-1" else { return nil }
            return report
        }
        let inFlight = reports.compactMap { $0.demand?.first?.value.inFlight }
        #expect((inFlight.max() ?? 0) > 0, "the other gateway never took over: the test shows nothing")
        #expect(inFlight.last == 0)
        #expect(world.result().all[.noReplica] == 0)
    }

    @Test("nodes of a lost plane are neither paid for nor held: the plane that returns gets them anew")
    func lostNodes() throws {
        var pool = WorldFixtures.pool("cloud", .onDemand, nodes: 4)
        pool.provisioning = NodeProvisioning(launchTime: .seconds(30))
        var workload = WorldFixtures.workload(peak: 2)
        workload.scaling = ScalingPolicy(minReplicas: 4, maxReplicas: 4)
        let world = try WorldFixtures.world(
            WorldFixtures.fleet([WorldFixtures.plane("one", [pool])], [workload]),
            Scenario(
                duration: Self.minute * 60, resolution: .fluid, step: .seconds(60),
                faults: [ScenarioFault(.planeLost("one"), at: Self.minute * 10, duration: Self.minute * 20)]))
        world.run()
        let cloud = try #require(world.result().pools.first)
        #expect(cloud.refused == 0 && cloud.launched == 4)
        // Four nodes for an hour but for the twenty minutes, and a few minutes to be decided and launched again.
        #expect(cloud.nodeHours <= 4 * 40.0 / 60 + 1e-9 && cloud.nodeHours > 4 * 35.0 / 60, "\(cloud.nodeHours)")
    }

    @Test("a new hour of the profile holds from its first second, wherever the scenario begins")
    func hourEdge() throws {
        let profile = Demand.Profile.hourly((0..<24).map { Share($0 == 9 ? 1 : 0.1) })
        let world = try WorldFixtures.world(
            WorldFixtures.fleet(
                [WorldFixtures.plane("one", [WorldFixtures.pool("owned", .reserved, nodes: 16)])],
                [WorldFixtures.workload(peak: 8, profile: profile)]),
            Scenario(duration: Self.minute * 10, startSecondsSince1970: 8 * 3_600 + 55 * 60, resolution: .events))
        world.run()
        // Five minutes at 0.8 req/s and five at 8: 2,640, ±4 standard deviations of a Poisson number.
        #expect(abs(world.result().all.arrived - 2_640) < 4 * 2_640.0.squareRoot())
    }

    @Test("what cannot be played is refused with the reason")
    func refused() {
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("owned", .reserved, nodes: 8)])], [WorldFixtures.workload()])
        func problems(_ demand: ScenarioDemand, _ resolution: Scenario.Resolution = .auto, fleet: Fleet) -> String {
            let scenario = Scenario(duration: Self.minute, resolution: resolution, demand: demand)
            return UnplayableFleet.problems(of: WorldSetup(fleet: fleet, scenario: scenario)).joined(separator: "; ")
        }
        let spike = ScenarioDemand.Spike(factor: 1e9, at: .zero, ramp: .zero, duration: Self.minute)
        #expect(problems(ScenarioDemand(scale: 1e9, spikes: [spike]), fleet: fleet).contains("times the demand"))
        #expect(problems(ScenarioDemand(scale: 1e5), fleet: fleet) == "")
        let hours = Scenario(duration: Self.minute * 600, resolution: .events, demand: ScenarioDemand(scale: 1e6))
        let many = UnplayableFleet.problems(of: WorldSetup(fleet: fleet, scenario: hours))
        #expect(many.first?.contains("resolution fluid plays them as rates") == true)
        var silent = WorldFixtures.workload()
        silent.demand = []
        let trace = RequestTrace(name: "t", entries: [.init(nanoseconds: 0, promptTokens: 1, outputTokens: 1)])
        let other = WorldFixtures.fleet(fleet.planes, [silent])
        #expect(problems(ScenarioDemand(source: .trace("chat", trace)), fleet: other).contains("declares no demand"))
    }
}
