import FleetControl
import FleetModel
import FleetSimulation
import SeededCases
import Testing

@Suite("What no fleet in virtual time ever does")
struct WorldInvariantTests {
    /// A small fleet with everything that may go wrong, by its seed alone.
    private static func setup(_ seed: UInt64) -> WorldSetup {
        var random = SeededGenerator(seed: seed)
        let places = [WorldFixtures.virginia, WorldFixtures.frankfurt]
        let planes = (0..<random.next(in: 1...3)).map { number in
            var pools = [
                WorldFixtures.pool("reserved", .reserved, nodes: random.next(in: 1...3), accelerators: random.next(in: 1...2))
            ]
            if random.isOne(in: 2) {
                pools.append(
                    WorldFixtures.pool(
                        "spot", .spot, nodes: random.next(in: 1...4), usd: 0.3, interruptions: random.isOne(in: 2) ? 60 : nil,
                        away: .seconds(20)))
            }
            return WorldFixtures.plane(
                "plane-\(number)", provider: number == 2 ? "gcp" : "aws", region: "region-\(number)", at: places[number % 2],
                pools)
        }
        let workloads = (0..<random.next(in: 1...2)).map { number in
            WorldFixtures.workload(
                "workload-\(number)", rate: 2, peak: Double(random.next(in: 1...4)), from: places[number % 2],
                scaling: ScalingPolicy(
                    minReplicas: random.next(in: 0...1), maxReplicas: 6, queuedRequestsPerReplica: random.isOne(in: 2) ? 2 : nil),
                admission: WorkloadAdmission(queueTimeoutMilliseconds: random.isOne(in: 2) ? 5_000 : 0),
                data: random.isOne(in: 3) ? DataRules(residency: ["EU"]) : DataRules())
        }
        let fleet = WorldFixtures.fleet(planes, workloads, gateways: Array(places.prefix(random.next(in: 1...2))))
        let faults = (0..<random.next(in: 0...3)).map { _ in
            ScenarioFault(
                fault(&random, fleet), at: .seconds(random.next(in: 0...60)), duration: .seconds(random.next(in: 5...40)))
        }
        return WorldSetup(
            fleet: fleet,
            scenario: Scenario(
                duration: .seconds(90), seed: seed, resolution: random.isOne(in: 5) ? .fluid : .events, step: .seconds(5),
                tokens: RequestTokens(prompt: .constant(200), output: .constant(random.next(in: 5...60))),
                provisioning: LaunchTimes(onDemand: .seconds(5), spot: .seconds(5)), faults: faults))
    }

    private static func fault(_ random: inout SeededGenerator, _ fleet: Fleet) -> ScenarioFault.Kind {
        let plane = random.pick(fleet.planes)
        switch random.below(8) {
        case 0: return .planeLost(plane.name)
        case 1: return .regionLost(plane.provider, plane.region)
        case 2: return .providerLost(plane.provider)
        case 3: return .nodesLost(plane.provider, plane.region, share: 0.5)
        case 4: return .slow(plane.name, factor: 4)
        case 5: return .refused(plane.name, nil)
        case 6: return .gatewayLost(random.pick(fleet.gateways).name)
        default: return .controlLost
        }
    }

    @Test("holds in every small world with random mishaps, after each event")
    func holds() async throws {
        for seed in 1...caseCount(perMille: 12) {
            // Cases take their time: others get theirs in between.
            await Task.yield()
            let world = try FleetWorld(Self.setup(seed))
            var audit = WorldAudit()
            while !world.isOver {
                world.step()
                audit.look(at: world)
                if !audit.violations.isEmpty { break }
            }
            audit.finish(world)
            #expect(
                audit.violations.isEmpty,
                "seed \(seed): \(audit.violations.joined(separator: "; ")); FleetWorld(Self.setup(\(seed))) replays it")
            if !audit.violations.isEmpty { return }
        }
    }

    @Test("comes to the same as rates, whether planes repeat what has not changed or say just that")
    func isHeardAlike() throws {
        for seed in 1...caseCount(perMille: 6) {
            var setup = Self.setup(seed)
            setup.scenario.resolution = .fluid
            let (brief, full) = (try FleetWorld(setup), try FleetWorld(setup))
            // What a recorded world hears is whole reports.
            full.record()
            brief.run()
            full.run()
            #expect(brief.digest.description == full.digest.description, "seed \(seed)")
            #expect(brief.result() == full.result(), "seed \(seed)")
        }
    }

    @Test("does not change its size under constant load")
    func isSteady() throws {
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 12)])],
            [
                WorldFixtures.workload(
                    rate: 2, peak: 6, scaling: ScalingPolicy(minReplicas: 5, maxReplicas: 10, queuedRequestsPerReplica: 4))
            ])
        let world = try WorldFixtures.world(fleet, Scenario(duration: .seconds(600), resolution: .events))
        world.run()
        let result = world.result()
        // Once up and once down again at most: a queue of chance may pass.
        #expect(result.journal.count(of: "ScaledUp") <= 1)
        #expect(result.journal.count(of: "ScaledDown") <= 1)
        #expect(result.all.availability == 1)
    }
}
