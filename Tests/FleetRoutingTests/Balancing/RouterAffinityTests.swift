import FleetModel
import FleetRouting
import Testing

@Suite("Router: affinity")
struct RouterAffinityTests {
    private func fleet(seed: UInt64 = 0) -> GatewayScript {
        var script = GatewayScript(seed: seed)
        for plane in ["far", "middle", "near"] as [PlaneName] { script.fill(plane, ["chat", "phi"], count: 4) }
        script.advance(.seconds(10))
        return script
    }

    private func identity(_ script: GatewayScript, _ id: String) throws -> UInt64 {
        try #require(script.handle(of: id).flatMap { script.view.table?.replica($0) }).identityHash
    }

    private func session(_ script: GatewayScript, _ session: RequestFacts.Session) -> RequestFacts {
        RequestFacts(workload: script.workload("chat"), session: session)
    }

    @Test("a session stays with its replica, also where another plane is nearer and less loaded")
    func stays() throws {
        var script = fleet()
        script.fill("far", ["chat", "phi"], count: 4, running: 30, waiting: 5)
        let facts = session(script, .replica(try identity(script, "far/chat/3")))
        for _ in 0..<10 { #expect(script.choice(facts) == ("far/chat/3", "session")) }
    }

    @Test("a session whose replica is lost falls to one that every gateway agrees on")
    func falls() throws {
        var (script, other) = (fleet(seed: 1), fleet(seed: 2))
        let facts = session(script, .replica(try identity(script, "far/chat/3")))
        let lost = try #require(script.handle(of: "far/chat/3"))
        script.handle(.connectFailed(lost))
        other.handle(.connectFailed(lost))
        let fallback = script.choice(facts).replica
        #expect(fallback.hasPrefix("near/"))
        for _ in 0..<10 {
            #expect(script.choice(facts).replica == fallback)
            #expect(other.choice(facts).replica == fallback)
        }
    }

    @Test("a session never leaves the fence nor its workload, whatever it names")
    func fence() throws {
        var script = fleet()
        for id in ["far/phi/1", "near/chat/1"] {
            let facts = RequestFacts(workload: script.workload("phi"), session: .replica(try identity(script, id)))
            #expect(script.choice(facts).replica.hasPrefix("near/phi/"))
        }
        var fixture = FleetFixture()
        fixture.generation = 2
        fixture.drained = ["far"]
        let facts = session(script, .replica(try identity(script, "far/chat/3")))
        script.take(fixture.snapshot)
        #expect(script.choice(facts).replica.hasPrefix("near/chat/"), "a drained plane's sessions move")
    }

    @Test("a key spreads sessions evenly and keeps each")
    func keys() {
        var script = fleet()
        var counts: [String: Int] = [:]
        for key in 0..<4_000 {
            let facts = session(script, .key(ByteHash.hash("s\(key)")))
            let home = script.choice(facts).replica
            #expect(script.choice(facts).replica == home)
            counts[home, default: 0] += 1
        }
        // 1,000 each; four standard deviations of √750.
        #expect(counts.count == 4 && counts.values.allSatisfy { abs($0 - 1_000) < 110 }, "\(counts)")
    }

    @Test("a prompt follows whoever was sent most of it; half of it must be known")
    func prefix() throws {
        var script = fleet()
        let workload = script.workload("chat")
        let home = try #require(script.handle(of: "near/chat/2"))
        script.router.remember(RequestFacts(workload: workload, prefix: PrefixChain(blocks: Array(1...10))), on: home)
        let following = PrefixChain(blocks: Array(1...10) + Array(100...110).prefix(10))
        #expect(script.choice(RequestFacts(workload: workload, prefix: following)) == ("near/chat/2", "affinity"))
        // Nine of twenty are not half: unrelated tails spread.
        let homes = (0..<40).map { tail in
            script.choice(
                RequestFacts(
                    workload: workload, prefix: PrefixChain(blocks: Array(1...9) + (1...11).map { 1_000 * (tail + 1) + $0 }))
            ).replica
        }
        #expect(Set(homes).count == 4)
    }

    @Test("a hot prefix spreads: no replica takes more than 1.25 times the mean and one")
    func hotPrefix() {
        var script = fleet()
        let facts = RequestFacts(workload: script.workload("chat"), prefix: PrefixChain(blocks: [1, 2, 3]))
        var loads: [String: Int] = [:]
        for number in 1...200 {
            guard case .send(let handle, _, _) = script.router.decide(facts, attempts: AttemptHistory(), now: script.now) else {
                return #expect(Bool(false), "refused")
            }
            script.handle(.requestStarted(handle))
            script.router.remember(facts, on: handle)
            loads[script.id(handle) ?? "", default: 0] += 1
            let near = loads.filter { $0.key.hasPrefix("near/") }
            let mean = Double(near.values.reduce(0, +)) / 4
            #expect(near.values.allSatisfy { Double($0) <= 1.25 * mean + 2 }, "after \(number): \(loads)")
        }
        #expect(loads.keys.count { $0.hasPrefix("near/") } == 4)
    }
}
