import CommandLineInterface
import FleetModel
import FleetSimulation
import FleetTransport
import SolverLibraries
import Testing

@Suite("Ways to run a fleet, side by side")
struct FleetSimulationRunTests {
    private static let place = Location(coordinates: Coordinates(latitude: 39, longitude: -77.5), country: "US")

    private static let workload = Workload(
        metadata: Metadata(name: "chat"), models: ["chat"],
        replica: ReplicaRequirement(
            profile: [AcceleratorProfile(accelerator: "L4-24GB", accelerators: 1, rate: RequestsPerSecond(1))],
            engine: .simulated(SimulatedEngineSpec(loadMilliseconds: 2_000))),
        scaling: ScalingPolicy(minReplicas: 1, maxReplicas: 16),
        demand: [Demand(from: "users", location: place, peak: RequestsPerSecond(4))])

    private static func pool(_ name: PoolName, _ tier: CapacityPool.Tier, _ nodes: Int, _ usd: Double) -> CapacityPool {
        CapacityPool(
            name: name, accelerator: "L4-24GB", acceleratorsPerNode: 1, tier: tier, maxNodes: nodes, usdPerNodeHour: usd)
    }

    private static let fleet = Fleet([
        .provider(Provider(metadata: Metadata(name: "aws"), kind: .hyperscaler)),
        .workloadPlane(
            WorkloadPlane(
                metadata: Metadata(name: "one"), provider: "aws", region: "us-east-1", location: place, driver: .local,
                pools: [pool("reserved", .reserved, 9, 0.4), pool("on-demand", .onDemand, 9, 1)])),
        .gateway(Gateway(metadata: Metadata(name: "door"), location: place)), .workload(workload),
    ])

    private func run(_ policies: [ScenarioPolicy]) throws -> FleetSimulationRun {
        var scenario = Scenario(duration: .seconds(3_600), resolution: .fluid)
        scenario.wantedAvailability = Share(0.995)
        return try FleetSimulationRun.run(
            WorldSetup(fleet: Self.fleet, scenario: scenario), policies: policies,
            plan: { _ in
                PlacementPlan(
                    metadata: Metadata(name: PlacementPlan.nameInForce.rawValue), blocks: ["always"],
                    hours: [Int](repeating: 0, count: 24),
                    nodes: [.init(plane: "one", pool: "reserved", block: "always", count: 6)],
                    replicas: [.init(workload: "chat", plane: "one", pool: "reserved", block: "always", count: 6)])
            }, solver: CoinSolver(), concurrently: { count, work in for index in 0..<count { work(index) } },
            progress: { _ in })
    }

    @Test("each pays for what it buys, and the table says who keeps what is wanted")
    func rows() throws {
        var dear = Self.pool("on-demand", .onDemand, 9, 3)
        dear.usdPerNodeHour = 3
        let changed = Resource.workloadPlane(
            WorkloadPlane(
                metadata: Metadata(name: "one"), provider: "aws", region: "us-east-1", location: Self.place, driver: .local,
                pools: [dear]))
        let run = try run([
            ScenarioPolicy("planned"), ScenarioPolicy("on-demand"), ScenarioPolicy("dear", changes: [changed]),
            ScenarioPolicy("dear-planned", changes: [changed], variant: .onDemand), ScenarioPolicy("lower-bound"),
        ])
        #expect(run.rows.map(\.name) == ["declared", "planned", "on-demand", "dear", "dear-planned"])
        // An hour of 9 reserved nodes as declared, of 6 as planned; 4 req/s at 80 % of 1 req/s are 5 nodes on demand.
        let usd = run.rows.map(\.result.usd)
        for (found, expected) in zip(usd, [3.6, 2.4, 5, 15, 15]) { #expect(abs(found - expected) < 1e-6) }
        // 4 nodes fully used, reserved.
        #expect(abs((run.lowerBound?.usd ?? 0) - 1.6) < 1e-4)
        let text = run.page.sections[1].blocks
        guard case .table(let table)? = text.first else {
            Issue.record("the policies are no table")
            return
        }
        #expect(table.headings.contains("KEEPS 99.5 %"))
        #expect(table.rows.allSatisfy { $0[6] == "yes" })
        #expect(run.document["policies"].elements.allSatisfy { $0["keepsAvailability"].flag == true })
        #expect(run.document["lowerBound"]["servedShare"].double == 1)
    }

    @Test("a name that is no policy is refused, with those that are")
    func unknown() {
        #expect(throws: CommandFailure.self) { try run([ScenarioPolicy("cheapest")]) }
    }
}
