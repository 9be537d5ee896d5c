import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Router: explaining")
struct RouterExplainingTests {
    private static let planes: [PlaneName] = ["far", "middle", "near", "tokyo"]

    /// A fleet with random loads, failures and fences.
    private func fleet(_ random: inout SeededGenerator, seed: UInt64) -> (script: GatewayScript, fixture: FleetFixture) {
        var fixture = FleetFixture()
        for index in fixture.workloads.indices {
            fixture.workloads[index].allowedPlanes = Self.planes.filter { _ in random.below(4) > 0 }
        }
        fixture.drained = Set(Self.planes.filter { _ in random.isOne(in: 6) })
        var script = GatewayScript(fixture, seed: seed)
        for plane in Self.planes where !random.isOne(in: 6) {
            script.fill(
                plane, ["any", "chat", "phi"], count: 1 + random.below(4), running: random.below(20), waiting: random.below(40))
        }
        for case let entry? in script.view.table?.replicas ?? [] where random.isOne(in: 5) {
            script.handle(random.isOne(in: 2) ? .connectFailed(entry.handle) : .responseFailed(entry.handle, .serverError))
        }
        script.advance(.milliseconds(Int64(random.below(30_000))))
        return (script, fixture)
    }

    @Test("the explained winner is the one that is decided, by the same scores")
    func agrees() {
        for seed in 0..<caseCount(perMille: 40) {
            var random = SeededGenerator(seed: seed)
            var (script, fixture) = fleet(&random, seed: seed)
            var kept = DecisionDetail()
            for workload in fixture.workloads {
                var history = AttemptHistory()
                var facts = RequestFacts(
                    workload: script.workload(workload.name), balancing: random.pick(BalancingRules.Policy.allCases))
                if random.isOne(in: 3) { facts.session = .key(random.next()) }
                if random.isOne(in: 3) { facts.prefix = PrefixChain(blocks: [random.next() % 4 + 1]) }
                for _ in 0..<3 {
                    let explained = script.router.explain(facts, attempts: history, now: script.now)
                    let again = script.router.explain(facts, attempts: history, now: script.now)
                    let decided = script.router.decide(facts, attempts: history, now: script.now)
                    script.router.explainLast(decided, facts, attempts: history, now: script.now, into: &kept)
                    #expect(explained.decision == decided, "seed \(seed)")
                    #expect(explained == kept && explained == again, "seed \(seed)")
                    guard case .send(let handle, let plane, _) = decided else { break }
                    let names = kept.planes.map { script.view.table?.directory[$0.plane].name }
                    #expect(names == workload.allowedPlanes.map { $0 }, "seed \(seed)")
                    #expect(kept.planes.contains { $0.plane == plane && $0.competed && $0.available > 0 }, "seed \(seed)")
                    #expect(kept.replicas.contains { $0.handle == handle }, "seed \(seed)")
                    if facts.balancing == .predictedTimeToFirstToken, facts.session == nil { isSoonest(plane, in: kept, seed) }
                    script.handle(.requestStarted(handle))
                    history.record(handle, plane: plane, .connection)
                }
            }
        }
    }

    /// The chosen plane is predicted about as soon as the soonest of those that competed: within 5 ms or a tenth.
    private func isSoonest(_ plane: PlaneIndex, in detail: DecisionDetail, _ seed: UInt64) {
        let competing = detail.planes.filter(\.competed)
        let soonest = competing.map(\.predicted).min() ?? 0
        let chosen = competing.first { $0.plane == plane }?.predicted ?? .infinity
        let tolerance = max(RoutingLimits.toleranceMilliseconds, soonest * RoutingLimits.toleranceShare)
        #expect(chosen <= soonest + tolerance, "seed \(seed)")
        #expect(competing.allSatisfy { $0.predicted >= $0.roundTrip }, "seed \(seed)")
    }

    @Test("shows a queue as the difference between the predicted time and the round trip")
    func queue() throws {
        var script = GatewayScript()
        // 20 wait at 10 req/s each: 2 s. The plane's own round trip is the expected one until it is measured.
        script.report(
            "near", [FleetFixture.replica("near/chat/1", "127.0.3.1:20001", running: 4, waiting: 20, age: 600_000)])
        let detail = script.router.explain(
            RequestFacts(workload: script.workload("chat")), attempts: AttemptHistory(), now: script.now)
        let near = try #require(detail.planes.first { $0.available > 0 })
        // A late-known load is seen up to a tenth higher (RoutingLimits.loadJitter).
        #expect((2_000...2_200).contains(near.predicted - near.roundTrip))
        #expect(near.load == 24 && near.replicas == 1)
        #expect(detail.planes.filter { $0.available == 0 }.allSatisfy { !$0.competed })
        #expect(detail.replicas.map(\.load) == [24] && detail.replicas.map(\.queue) == [2_000])
    }

    @Test("explains a refusal without a plane that competed")
    func refusal() {
        let script = GatewayScript()
        let detail = script.router.explain(
            RequestFacts(workload: script.workload("chat")), attempts: AttemptHistory(), now: script.now)
        #expect(detail.decision == .refuse(.noReplica))
        #expect(detail.planes.count == 3 && detail.planes.allSatisfy { $0.standing == .unheard && !$0.competed })
        #expect(detail.replicas.isEmpty)
    }
}
