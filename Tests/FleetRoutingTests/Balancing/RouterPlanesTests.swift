import FleetModel
import FleetRouting
import Testing

@Suite("Router: weights and priorities of planes")
struct RouterPlanesTests {
    private func fleet() -> GatewayScript {
        var script = GatewayScript(seed: 7)
        for plane in ["far", "middle", "near"] as [PlaneName] { script.fill(plane, ["chat"], count: 10) }
        script.advance(.seconds(10))
        return script
    }

    private func facts(
        _ script: GatewayScript, _ shares: [BalancingRules.PlaneShare],
        policy: BalancingRules.Policy = .predictedTimeToFirstToken, adaptiveWeights: Double? = nil
    ) -> RequestFacts {
        let planes = script.view.table?.directory.planes.map(\.name) ?? []
        return RequestFacts(
            workload: script.workload("chat"), balancing: policy,
            planes: PlaneShares(BalancingRules(planes: shares, adaptiveWeights: adaptiveWeights), planes: planes))
    }

    /// The share of each plane in 4,000 decisions: four standard deviations are at most 3.2 %.
    private func shares(_ script: inout GatewayScript, _ facts: RequestFacts) -> [String: Double] {
        var counts: [String: Double] = [:]
        for _ in 0..<4_000 {
            let plane = script.choice(facts).replica.split(separator: "/").first.map(String.init) ?? ""
            counts[plane, default: 0] += 1
        }
        return counts.mapValues { $0 / 4_000 }
    }

    private func eject(_ script: inout GatewayScript, _ plane: String, _ numbers: ClosedRange<Int>) {
        for number in numbers {
            guard let handle = script.handle(of: "\(plane)/chat/\(number)") else { continue }
            for _ in 0..<5 { script.handle(.responseFailed(handle, .serverError)) }
        }
    }

    @Test("planes of one priority share by weight, wherever they are", arguments: BalancingRules.Policy.allCases)
    func weights(policy: BalancingRules.Policy) {
        var script = fleet()
        let facts = facts(script, [.init(plane: "near", weight: 70), .init(plane: "far", weight: 30)], policy: policy)
        let found = shares(&script, facts)
        #expect(abs((found["near"] ?? 0) - 0.7) < 0.032 && abs((found["far"] ?? 0) - 0.3) < 0.032, "\(found)")
        #expect(found["middle"] == nil, "a plane that is not listed serves behind all that are")
    }

    @Test(
        "weights follow measured times within their bound: means of 100 and 300 ms, 200 over both",
        arguments: [(0.2, 0.6), (0.9, 0.7403), (0.0, 0.5)] as [(Double, Double)])
    func adaptive(bound: Double, near: Double) {
        // 1.2 of 1.2 + 0.8; 1.9 of 1.9 + 2/3, where twice as fast would be 2; as declared.
        var script = fleet()
        for (plane, time) in [("near", Duration.milliseconds(100)), ("far", .milliseconds(300))] {
            for number in 1...10 {
                guard let handle = script.handle(of: "\(plane)/chat/\(number)") else { continue }
                script.handle(.firstByte(handle, after: time))
            }
        }
        let facts = facts(script, [.init(plane: "near"), .init(plane: "far")], adaptiveWeights: bound)
        let found = shares(&script, facts)
        #expect(abs((found["near"] ?? 0) - near) < 0.032, "\(found)")
        var keyed = facts
        var nearKeys = 0
        for number in 0..<4_000 {
            keyed.session = .key(ByteHash.hash("session \(number)"))
            if script.choice(keyed).replica.hasPrefix("near") { nearKeys += 1 }
        }
        #expect(abs(Double(nearKeys) / 4_000 - 0.5) < 0.032, "requests with a key stay where they are")
    }

    @Test("a priority that is half healthy keeps 70 % and hands 30 % on; all healthy again, it has all")
    func priorities() {
        var script = fleet()
        let facts = facts(script, [.init(plane: "far", priority: 0), .init(plane: "near", priority: 1)])
        #expect(shares(&script, facts) == ["far": 1])
        eject(&script, "far", 1...2)
        #expect(shares(&script, facts) == ["far": 1], "80 % times 1.4 is more than the whole")
        eject(&script, "far", 3...5)
        let found = shares(&script, facts)
        #expect(abs((found["far"] ?? 0) - 0.7) < 0.032 && abs((found["near"] ?? 0) - 0.3) < 0.032, "\(found)")
        eject(&script, "far", 6...10)
        #expect(shares(&script, facts) == ["near": 1])
        #expect(script.choice(facts).reason == "failover")
    }

    @Test("below the panic threshold, and nobody to hand on to, health is ignored")
    func panic() {
        var script = fleet()
        for plane in ["far", "middle", "near"] { eject(&script, plane, 1...7) }
        let facts = facts(
            script, [.init(plane: "far"), .init(plane: "near", priority: 1), .init(plane: "middle", priority: 2)],
            policy: .roundRobin)
        // 30 % · 1.4 is 42 each, 126 in all: nobody panics, and only the healthy serve.
        let healthy = (0..<200).map { _ in script.choice(facts) }
        #expect(healthy.allSatisfy { $0.reason != "panic" })
        for plane in ["far", "middle", "near"] { eject(&script, plane, 8...8) }
        // 20 % · 1.4 is 28 each, 84 in all, and 20 % is below a half: all serve.
        let all = (0..<600).map { _ in script.choice(facts) }
        #expect(Set(all.map(\.replica)).count == 30)
    }

    @Test("a drained plane gets nothing and counts as unhealthy: half a priority keeps 70 %, the next takes 30 %")
    func drained() {
        var script = fleet()
        var fixture = FleetFixture()
        fixture.generation = 2
        fixture.drained = ["far"]
        script.take(fixture.snapshot)
        let facts = facts(script, [.init(plane: "near", weight: 30), .init(plane: "far", weight: 70)])
        let found = shares(&script, facts)
        #expect(abs((found["near"] ?? 0) - 0.7) < 0.032 && found["far"] == nil, "\(found)")
    }

    @Test("replicas whose health check fails at their plane count against it")
    func unready() {
        var script = fleet()
        let replicas = (1...10).map { number in
            FleetFixture.replica("far/chat/\(number)", "127.0.1.1:\(20_000 + number)", number <= 5 ? .ready : .unready)
        }
        script.report("far", replicas)
        let facts = facts(script, [.init(plane: "far", priority: 0), .init(plane: "near", priority: 1)])
        let found = shares(&script, facts)
        #expect(abs((found["far"] ?? 0) - 0.7) < 0.032 && abs((found["near"] ?? 0) - 0.3) < 0.032, "\(found)")
    }

    @Test("equal keys keep their plane, and keys share by weight")
    func keys() {
        var script = fleet()
        var facts = facts(script, [.init(plane: "near", weight: 70), .init(plane: "far", weight: 30)])
        var near = 0
        for number in 0..<4_000 {
            facts.session = .key(ByteHash.hash("session \(number)"))
            let home = script.choice(facts).replica
            #expect(script.choice(facts).replica == home)
            if home.hasPrefix("near/") { near += 1 }
        }
        #expect(abs(Double(near) / 4_000 - 0.7) < 0.032)
    }
}
