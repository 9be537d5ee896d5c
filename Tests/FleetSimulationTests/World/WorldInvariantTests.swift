import FleetControl
import FleetModel
import FleetSimulation
import Foundation
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
                "workload-\(number)", rate: 2, peak: Double(random.next(in: 1...3)), from: places[number % 2],
                scaling: scaling(&random),
                admission: WorkloadAdmission(queueTimeoutMilliseconds: random.isOne(in: 2) ? 5_000 : 0),
                data: random.isOne(in: 3) ? DataRules(residency: ["EU"]) : DataRules())
        }
        var fleet = WorldFixtures.fleet(planes, workloads, gateways: Array(places.prefix(random.next(in: 1...2))))
        if random.isOne(in: 2) {
            let budget = Budget(
                metadata: Metadata(name: "all"), workloads: random.isOne(in: 2) ? [] : ["workload-0"],
                ceiling: USDPerHour(Double(random.next(in: 1...4))))
            fleet = Fleet(fleet.resources + [.budget(budget)])
        }
        let faults = (0..<random.next(in: 0...3)).map { _ in
            ScenarioFault(
                fault(&random, fleet), at: .seconds(random.next(in: 0...30)), duration: .seconds(random.next(in: 5...20)))
        }
        return WorldSetup(
            fleet: fleet,
            scenario: Scenario(
                duration: .seconds(45), seed: seed, resolution: random.isOne(in: 5) ? .fluid : .events, step: .seconds(5),
                tokens: RequestTokens(prompt: .constant(200), output: .constant(random.next(in: 5...60))),
                provisioning: LaunchTimes(onDemand: .seconds(5), spot: .seconds(5)), faults: faults))
    }

    private static func scaling(_ random: inout SeededGenerator) -> ScalingPolicy {
        var scaling = ScalingPolicy(
            minReplicas: random.next(in: 0...1), maxReplicas: 6, queuedRequestsPerReplica: random.isOne(in: 2) ? 2 : nil)
        // A short window, so that sizes fall within a world's time too.
        scaling.behavior.scaleDown.stabilizationWindowSeconds = random.pick([0, 5, 20])
        return scaling
    }

    private static func fault(_ random: inout SeededGenerator, _ fleet: Fleet) -> ScenarioFault.Kind {
        let plane = random.pick(fleet.planes)
        switch random.below(9) {
        case 0: return .planeLost(plane.name)
        case 1: return .regionLost(plane.provider, plane.region)
        case 2: return .providerLost(plane.provider)
        case 3: return .nodesLost(plane.provider, plane.region, share: 0.5)
        case 4: return .slow(plane.name, factor: 4)
        case 5: return .refused(plane.name, nil)
        case 6: return .gatewayLost(random.pick(fleet.gateways).name)
        case 7 where plane.pools.contains { $0.tier == .spot }: return .spotLost(plane.provider)
        default: return .controlLost
        }
    }

    /// Worlds that failed once, of seeds beyond those played each time.
    private static let failedOnce: [UInt64] = []

    /// `TRADEWIND_WORLD_SEED` alone, where it is set.
    private static var seeds: [UInt64] {
        if let one = ProcessInfo.processInfo.environment["TRADEWIND_WORLD_SEED"].flatMap(UInt64.init) { return [one] }
        return failedOnce + Array(1...caseCount(perMille: 150))
    }

    @Test("holds in every small world with random mishaps, after each event")
    func holds() async throws {
        for seed in Self.seeds {
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
            let found = audit.violations.joined(separator: "; ")
            #expect(
                audit.violations.isEmpty,
                "seed \(seed): \(found); TRADEWIND_WORLD_SEED=\(seed) swift test --filter WorldInvariantTests replays it")
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

    @Test("keeps its size, once found, where load is a constant rate")
    func isSteadyInFluid() throws {
        for seed in 0..<caseCount(perMille: 1) {
            var random = SeededGenerator(seed: seed)
            let peak = Double(random.next(in: 2...9))
            var scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 12)
            scaling.target[.requestsPerSecondPerReplica] = Double(random.next(in: 5...10)) / 10
            scaling.behavior.scaleDown.stabilizationWindowSeconds = 0
            let fleet = WorldFixtures.fleet(
                [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 12)])],
                [WorldFixtures.workload(rate: 1.2, peak: peak, scaling: scaling)])
            let world = try WorldFixtures.world(
                fleet, Scenario(duration: .seconds(3_600), resolution: .fluid, step: .seconds(10)))
            world.run()
            let late = world.result().journal.entries.filter {
                // The rate of the last moment, at which the world ends, is of no whole step.
                (600_000_000_001..<3_600_000_000_000).contains($0.nanoseconds)
                    && ["ScaledUp", "ScaledDown"].contains($0.event.reason)
            }
            #expect(late.isEmpty, "seed \(seed): \(peak) req/s changed the size \(late.count) times after ten minutes")
        }
    }
}
