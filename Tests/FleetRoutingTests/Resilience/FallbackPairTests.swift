import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Fallback")
struct FallbackPairTests {
    private static func fixture() -> FleetFixture {
        var fixture = FleetFixture()
        fixture.workloads[1].resilience = WorkloadResilience(fallback: [.init(workload: "any"), .init(workload: "phi")])
        return fixture
    }

    private static func entries(_ script: GatewayScript, of name: WorkloadName) throws -> [FallbackEntry] {
        try #require(script.view.table).directory[script.workload(name)].fallbacks
    }

    @Test("a pair goes to the second workload's replicas inside both fences")
    func bothFences() throws {
        var script = GatewayScript(Self.fixture())
        script.fill("tokyo", ["any"])
        let entry = try #require(try Self.entries(script, of: "chat").first)
        let facts = RequestFacts(workload: entry.workload)
        // `any` may go to Tokyo, `chat` may not: what fell back from `chat` may not either.
        #expect(script.router.decide(facts, attempts: AttemptHistory(), now: script.now) == .refuse(.noReplica))
        script.fill("middle", ["any", "chat"])
        guard case .send(let handle, _, _) = script.router.decide(facts, attempts: AttemptHistory(), now: script.now) else {
            Issue.record("London may serve both")
            return
        }
        #expect(script.id(handle)?.hasPrefix("middle/any/") == true)
    }

    @Test("entries say which model is asked for and what the client is told")
    func texts() throws {
        let entries = try Self.entries(GatewayScript(Self.fixture()), of: "chat")
        #expect(entries.map { String(decoding: $0.model, as: UTF8.self) } == ["\"any\"", "\"phi\""])
        #expect(String(decoding: entries[0].headerLine, as: UTF8.self) == "x-tradewind-fallback: any\r\n")
    }

    @Test("a route's chain replaces the workload's, for every workload the route may lead to")
    func routes() throws {
        var fixture = Self.fixture()
        fixture.routes = [
            .init(name: "openai", paths: ["/v1/"], resilience: RouteResilience(fallback: [.init(workload: "phi", model: "p")]))
        ]
        let script = GatewayScript(fixture)
        let directory = try #require(script.view.table).directory
        let chain = directory.routes[0].policy.fallbacks(of: script.workload("chat"), in: directory)
        #expect(chain.count == 1 && String(decoding: chain[0].model, as: UTF8.self) == "\"p\"")
        #expect(directory.routes[0].policy.fallbacks(of: script.workload("phi"), in: directory).isEmpty)
    }

    @Test("pairs offer no model of their own, and keep their place over snapshots")
    func steady() throws {
        var fixture = Self.fixture()
        var script = GatewayScript(fixture)
        let before = try Self.entries(script, of: "chat").map(\.workload)
        #expect(script.view.table?.directory.offeredModels() == ["any", "chat", "phi"])
        fixture.generation = 2
        fixture.workloads.append(FleetFixture.workload("zeta", allowed: ["near"]))
        script.take(fixture.snapshot)
        #expect(try Self.entries(script, of: "chat").map(\.workload) == before)
        #expect(script.view.table?.directory.offeredModels() == ["any", "chat", "phi", "zeta"])
    }

    @Test("a pair's keys go where the second workload's own go, by the same hash table")
    func hashes() throws {
        var fixture = Self.fixture()
        for index in fixture.workloads.indices { fixture.workloads[index].balancing = BalancingRules(policy: .maglev) }
        var script = GatewayScript(fixture)
        script.fill("middle", ["any", "chat"], count: 8)
        let pair = try #require(try Self.entries(script, of: "chat").first).workload
        for key in 0..<100 as Range<UInt64> {
            let facts = RequestFacts(workload: pair, balancing: .maglev, key: key)
            let asked = RequestFacts(workload: script.workload("any"), balancing: .maglev, key: key)
            let (replica, reason) = script.choice(facts)
            #expect(reason == "hash" && replica == script.choice(asked).replica)
        }
    }

    @Test("random fences: no decision for a pair leaves either fence")
    func fenceProperty() throws {
        let planes = FleetFixture.places.map(\.name)
        for seed in 0..<caseCount(perMille: 20) {
            var random = SeededGenerator(seed: seed)
            var fixture = Self.fixture()
            for index in fixture.workloads.indices {
                fixture.workloads[index].allowedPlanes = planes.filter { _ in !random.isOne(in: 3) }
            }
            var script = GatewayScript(fixture)
            for plane in planes where !random.isOne(in: 4) { script.fill(plane, ["any", "chat", "phi"], count: 1) }
            for (position, entry) in try Self.entries(script, of: "chat").enumerated() {
                let facts = RequestFacts(workload: entry.workload)
                guard case .send(let handle, _, _) = script.router.decide(facts, attempts: AttemptHistory(), now: script.now),
                    let replica = script.view.table?.replica(handle)
                else { continue }
                let target = fixture.workloads[position == 0 ? 0 : 2]
                #expect(replica.id.workload == target.name, "seed \(seed)")
                #expect(target.allowedPlanes.contains(replica.id.plane), "seed \(seed)")
                #expect(fixture.workloads[1].allowedPlanes.contains(replica.id.plane), "seed \(seed)")
            }
        }
    }
}
