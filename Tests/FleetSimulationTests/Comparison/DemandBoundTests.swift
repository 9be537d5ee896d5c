import FleetModel
import FleetSimulation
import LinearOptimization
import SeededCases
import SolverLibraries
import Testing

@Suite("The least a whole fleet can cost")
struct DemandBoundTests {
    private let solver = CoinSolver()
    private static let hour = Duration.seconds(3_600)

    private func bound(_ fleet: Fleet, _ scenario: Scenario) throws -> DemandBound {
        try #require(try DemandBound.find(WorldSetup(fleet: fleet, scenario: scenario), by: solver))
    }

    private func scenario(
        hours: Int, demand: ScenarioDemand = ScenarioDemand(), launch: LaunchTimes = LaunchTimes(spot: .zero, modelLoad: .zero),
        markets: [SpotMarketSource] = []
    ) -> Scenario {
        Scenario(
            duration: Self.hour * hours, startSecondsSince1970: 0, resolution: .fluid, demand: demand, provisioning: launch,
            markets: markets)
    }

    /// Ends at once, so that starting costs nothing more.
    private func instant(_ workload: Workload) -> Workload {
        var workload = workload
        workload.replica.engine = .simulated(SimulatedEngineSpec(loadMilliseconds: 0))
        return workload
    }

    private func hourly(_ shares: [Double]) -> Demand.Profile {
        .hourly((0..<24).map { Share(shares[$0 % shares.count]) })
    }

    @Test("reserves what is used long enough and buys the rest by the hour")
    func reserves() throws {
        // 10 req/s in one hour of four, 4 in the others. Reserved at 0.4 is worth it where a node is used in two hours of four:
        // 4 nodes · 0.4 · 24 h, and 6 more nodes in 6 hours at 1 USD: 38.4 and 36.
        let pools = [
            WorldFixtures.pool("reserved", .reserved, nodes: 20, usd: 0.4), WorldFixtures.pool("on-demand", .onDemand, nodes: 20),
        ]
        let workload = instant(WorldFixtures.workload(peak: 10, profile: hourly([1, 0.4, 0.4, 0.4])))
        let found = try bound(WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [workload]), scenario(hours: 24))
        #expect(abs(found.usd - 74.4) < 1e-4)
        #expect(abs((found.usdByTier[.reserved] ?? 0) - 38.4) < 1e-4)
        #expect(abs((found.usdByTier[.onDemand] ?? 0) - 36) < 1e-4)
        #expect(found.servedShare == 1)
    }

    @Test("has workloads share what is reserved: peaks at other hours take the same nodes")
    func shares() throws {
        // Each asks for 6 req/s in every other hour, in turn: 6 nodes reserved all day serve both. Apart, neither would reserve:
        // half of the day at 1 USD costs 6 · 12, as much as both need together at 0.5 · 24.
        let pools = [
            WorldFixtures.pool("reserved", .reserved, nodes: 20, usd: 0.5), WorldFixtures.pool("on-demand", .onDemand, nodes: 20),
        ]
        let even = instant(WorldFixtures.workload("even", peak: 6, profile: hourly([1, 0])))
        let odd = instant(WorldFixtures.workload("odd", peak: 6, profile: hourly([0, 1])))
        let plane = WorldFixtures.plane("one", pools)
        let both = try bound(WorldFixtures.fleet([plane], [even, odd]), scenario(hours: 24))
        let apart = try [even, odd].map { try bound(WorldFixtures.fleet([plane], [$0]), scenario(hours: 24)).usd }
        #expect(abs(both.usd - 72) < 1e-4)
        let together: Double = apart.reduce(0, +)
        #expect(abs(together - 144) < 1e-4)
    }

    @Test("takes spot as far as its trace has any")
    func traces() throws {
        // 2 spot nodes in the first half hour of each hour, none in the second: 2 · 0.3 · 12 h + 2 · 12 h beside 3 · 24 h on demand.
        let pools = [
            WorldFixtures.pool("on-demand", .onDemand, nodes: 20), WorldFixtures.pool("spot", .spot, nodes: 9, usd: 0.3),
        ]
        let market = SpotMarketSource(plane: "one", pool: "spot", supply: .trace(gapSeconds: 1_800, numbers: [2, 0]))
        let fleet = WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [instant(WorldFixtures.workload(peak: 5))])
        let found = try bound(fleet, scenario(hours: 24, markets: [market]))
        #expect(abs(found.usd - 103.2) < 1e-4)
    }

    @Test("counts what starting anew costs where spot is taken at a rate, and places that stay empty")
    func rates() throws {
        // Half an hour away after an hour on the mean: 9 places hold 6 nodes. Half an hour to start: of a paid hour 1 / 1.5 serves.
        let pools = [
            WorldFixtures.pool("on-demand", .onDemand, nodes: 20),
            WorldFixtures.pool("spot", .spot, nodes: 9, usd: 0.3, interruptions: 1, away: .seconds(1_800)),
        ]
        let fleet = WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [instant(WorldFixtures.workload(peak: 5))])
        let launch = LaunchTimes(spot: .seconds(1_800), modelLoad: .zero)
        let found = try bound(fleet, scenario(hours: 10, launch: launch))
        // 6 nodes at 0.3 serve 4 req/s, the fifth is on demand, for 10 h.
        #expect(abs(found.usd - 28) < 1e-4)
    }

    @Test("says what share can be served where pools hold too little, and costs what that takes")
    func unserved() throws {
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 3)])],
            [instant(WorldFixtures.workload(peak: 4))])
        let found = try bound(fleet, scenario(hours: 2))
        #expect(abs(found.servedShare - 0.75) < 1e-6)
        #expect(abs(found.usd - 6) < 1e-3)
    }

    @Test("never crosses the fence, however cheap the other side is")
    func fence() throws {
        let cheap = WorldFixtures.plane("cheap", [WorldFixtures.pool("pool", .onDemand, nodes: 9, usd: 0.1)])
        let inside = WorldFixtures.plane(
            "inside", region: "eu-central-1", at: WorldFixtures.frankfurt, [WorldFixtures.pool("pool", .onDemand, nodes: 9)])
        let workload = instant(
            WorldFixtures.workload(peak: 2, from: WorldFixtures.frankfurt, data: DataRules(residency: ["EU"])))
        #expect(abs(try bound(WorldFixtures.fleet([cheap, inside], [workload]), scenario(hours: 1)).usd - 2) < 1e-4)
    }

    @Test("is what filling pools by price comes to, for one workload and any number of reserved nodes")
    func oracle() throws {
        for seed in 0..<caseCount(perMille: 10) {
            var random = SeededGenerator(seed: seed)
            let pools = [CapacityPool.Tier.reserved, .onDemand, .spot].enumerated().map { index, tier in
                WorldFixtures.pool(
                    PoolName("pool-\(index)"), tier, nodes: tier == .onDemand ? 30 : random.next(in: 1...8),
                    usd: Double(random.next(in: 1...20)) / 10)
            }
            let shares = (0..<24).map { _ in Double(random.next(in: 0...10)) / 10 }
            let peak = Double(random.next(in: 1...20))
            let workload = instant(WorldFixtures.workload(peak: peak, profile: hourly(shares)))
            let found = try bound(WorldFixtures.fleet([WorldFixtures.plane("one", pools)], [workload]), scenario(hours: 24))
            let expected = Self.cheapest(pools, rates: shares.map { $0 * peak })
            #expect(abs(found.usd - expected) < 1e-5 * max(1, expected), "seed \(seed): \(found.usd), by hand \(expected)")
        }
    }

    /// The best number of reserved nodes, tried at every rate of the day and at the pool's end, where the cost has its corners;
    /// the rest by price. One node serves 1 req/s.
    private static func cheapest(_ pools: [CapacityPool], rates: [Double]) -> Double {
        let most = Double(pools[0].maxNodes)
        let bought = pools.dropFirst().sorted { ($0.usdPerNodeHour ?? 0) < ($1.usdPerNodeHour ?? 0) }
        func rest(_ missing: Double) -> Double {
            var (left, usd) = (missing, 0.0)
            for pool in bought where left > 0 {
                let nodes = min(left, Double(pool.maxNodes))
                left -= nodes
                usd += nodes * (pool.usdPerNodeHour ?? 0)
            }
            return usd
        }
        // The rest is piecewise linear too: its corners are where the cheaper pool ends.
        let cheaper = Double(bought[0].maxNodes)
        let corners: [Double] = rates + rates.map { $0 - cheaper } + [0, most]
        let costs = corners.filter { $0 >= 0 && $0 <= most }.map { reserved -> Double in
            let usd: Double = rates.reduce(0) { $0 + rest(max(0, $1 - reserved)) }
            return usd + reserved * 24 * (pools[0].usdPerNodeHour ?? 0)
        }
        return costs.min() ?? 0
    }
}
