import FleetModel
import FleetRouting
import Testing

@Suite("Router: planes the fleet has failed")
struct FailedPlaneTests {
    private func snapshot(_ generation: UInt64, failed: Set<PlaneName>) -> RoutingSnapshot {
        var fixture = FleetFixture()
        fixture.generation = generation
        var snapshot = fixture.snapshot
        for index in snapshot.planes.indices where failed.contains(snapshot.planes[index].name) {
            snapshot.planes[index].isFailed = true
        }
        return snapshot
    }

    private func fleet() -> GatewayScript {
        var script = GatewayScript(snapshot: snapshot(1, failed: []), seed: 7)
        for plane in ["far", "middle", "near"] as [PlaneName] { script.fill(plane, ["chat", "phi"], count: 4) }
        script.advance(.seconds(3_600))
        for plane in ["far", "middle", "near"] as [PlaneName] { script.fill(plane, ["chat", "phi"], count: 4) }
        return script
    }

    @Test("a failed plane gets a request only where nobody else may serve it")
    func avoided() {
        var script = fleet()
        #expect(script.plane("chat") == "near")
        script.take(snapshot(2, failed: ["near"]))
        #expect(script.plane("chat") == "middle")
        #expect(script.plane("phi") == "near", "phi may go nowhere else, and trying beats refusing")
        script.take(snapshot(3, failed: []))
        #expect(script.plane("chat") == "near")
    }

    @Test("what a gateway finds out by itself holds without any verdict")
    func local() {
        var script = fleet()
        for number in 1...4 {
            guard let handle = script.handle(of: "near/chat/\(number)") else { continue }
            script.handle(.probeFailed(handle, .refused))
        }
        #expect(script.plane("chat") == "middle")
    }

    @Test("a plane that is taken back takes its share slowly: its replicas weigh as new ones do")
    func slowly() {
        var script = fleet()
        let shares = PlaneShares(
            BalancingRules(planes: [.init(plane: "near"), .init(plane: "middle", priority: 1)]),
            planes: script.view.table?.directory.planes.map(\.name) ?? [])
        let facts = RequestFacts(workload: script.workload("chat"), planes: shares)
        func near() -> Double {
            var count = 0
            for _ in 0..<1_000 where script.choice(facts).replica.hasPrefix("near/") { count += 1 }
            return Double(count) / 1_000
        }
        #expect(near() == 1)
        script.take(snapshot(2, failed: ["near"]))
        #expect(near() == 0)
        script.take(snapshot(3, failed: []))
        let window = Duration.milliseconds(SlowStart().windowMilliseconds)
        let first = near()
        #expect(first < 0.5, "\(first)")
        script.advance(window)
        #expect(near() == 1)
    }

    @Test("a plane's tally counts replicas that have served, those usable now, and attempts without an answer")
    func tally() throws {
        var script = fleet()
        let near = try #require(script.view.table?.directory.planes.firstIndex { $0.name == "near" })
        func tally() -> PlaneTally { script.router.planeTallies(at: script.now)[near] }
        #expect(tally().replicas == 8 && tally().usable == 8 && tally().unanswered == 0)
        let one = try #require(script.handle(of: "near/chat/1"))
        script.handle(.probeFailed(one, .refused))
        script.handle(.responseFailed(one, .serverError))
        #expect(tally().usable == 7 && tally().unanswered == 0, "an answer of 500 is an answer")
        let other = try #require(script.handle(of: "near/chat/2"))
        script.handle(.connectFailed(other))
        script.handle(.responseFailed(other, .timeout))
        script.handle(.responseFailed(other, .broken))
        #expect(tally().unanswered == 3 && tally().replicas == 8)
        var sum = tally()
        sum.add(tally())
        #expect(sum.replicas == 8 && sum.unanswered == 6, "loops share replicas, not attempts")
    }
}
