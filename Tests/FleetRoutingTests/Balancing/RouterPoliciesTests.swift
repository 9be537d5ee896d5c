import FleetModel
import FleetRouting
import Testing

@Suite("Router: policies")
struct RouterPoliciesTests {
    /// Replicas of `chat` on `near`, one for each load, past their slow start.
    private func fleet(_ loads: [Int], seed: UInt64 = 0, accelerators: [AcceleratorType] = [], cache: [Double] = [])
        -> GatewayScript
    {
        var fixture = FleetFixture()
        fixture.workloads[1].ratesPerReplica = ["H100": 10, "A100": 5]
        fixture.routes += [
            .init(name: "maglev", paths: ["/m/"], balancing: BalancingRules(policy: .maglev)),
            .init(name: "ring", paths: ["/r/"], balancing: BalancingRules(policy: .ringHash)),
        ]
        var script = GatewayScript(fixture, seed: seed)
        report(&script, loads, accelerators: accelerators, cache: cache)
        script.advance(.seconds(10))
        report(&script, loads, accelerators: accelerators, cache: cache)
        return script
    }

    private func report(
        _ script: inout GatewayScript, _ loads: [Int], accelerators: [AcceleratorType] = [], cache: [Double] = []
    ) {
        let replicas = loads.enumerated().map { index, load in
            var replica = FleetFixture.replica("near/chat/\(index + 1)", "127.0.3.1:\(20_001 + index)", running: load)
            if accelerators.indices.contains(index) { replica.accelerator = accelerators[index] }
            if cache.indices.contains(index) { replica.kvCacheUse = cache[index] }
            return replica
        }
        script.report("near", replicas)
    }

    /// The numbers of the replicas chosen in so many decisions of which none is dispatched.
    private func choices(_ script: inout GatewayScript, _ policy: BalancingRules.Policy, _ count: Int, key: UInt64? = nil)
        -> [Int]
    {
        let facts = RequestFacts(workload: script.workload("chat"), balancing: policy, key: key)
        return (0..<count).map { _ in script.choice(facts).replica.split(separator: "/").last.flatMap { Int($0) } ?? 0 }
    }

    @Test("weighted round robin goes by the rate of the hardware, smoothly")
    func weighted() {
        var script = fleet([0, 0], accelerators: ["H100", "A100"])
        // Current weights 10 5, then -5 5 → 5 10, then 5 -5 → 15 0: one two one, and again.
        #expect(choices(&script, .weightedRoundRobin, 9) == [1, 2, 1, 1, 2, 1, 1, 2, 1])
        #expect(script.choice("chat", .weightedRoundRobin).reason == "weighted-round-robin")
    }

    @Test("round robin takes every replica once in a round")
    func roundRobin() {
        var script = fleet([9, 0, 5, 7])
        #expect(Set(choices(&script, .roundRobin, 4)) == [1, 2, 3, 4])
    }

    @Test("least request takes exactly the least for the hardware")
    func leastRequest() {
        var script = fleet([30, 29, 31, 30])
        #expect(Set(choices(&script, .leastRequest, 50)) == [2])
        // 21 requests in 10 req/s against 10 in 5 req/s: 2.2 and 2.2 with the new one; one fewer decides.
        script = fleet([20, 10], accelerators: ["H100", "A100"])
        #expect(Set(choices(&script, .leastRequest, 50)) == [1])
    }

    @Test("power of two choices gives the i-th of n by load 2 (n − i) / n (n − 1) of the requests, and the last none")
    func twoChoices() {
        var script = fleet([1, 2, 3, 4])
        let chosen = choices(&script, .powerOfTwoChoices, 6_000)
        // 3/6, 2/6, 1/6, 0; four standard deviations of a half are 2.6 %.
        for (number, share) in [(1, 0.5), (2, 1.0 / 3), (3, 1.0 / 6)] {
            #expect(abs(Double(chosen.count { $0 == number }) / 6_000 - share) < 0.026)
        }
        #expect(!chosen.contains(4))
    }

    @Test("least response time avoids a replica after a peak, and tries it again once that has decayed")
    func responseTime() throws {
        var script = fleet([0, 0])
        let (one, two) = (try #require(script.handle(of: "near/chat/1")), try #require(script.handle(of: "near/chat/2")))
        script.handle(.firstByte(one, after: .milliseconds(2_000)))
        script.handle(.firstByte(two, after: .milliseconds(100)))
        #expect(Set(choices(&script, .leastResponseTime, 20)) == [2])
        // 100 ms · 21 in flight are more than 2,000 ms.
        for _ in 0..<20 { script.handle(.requestStarted(two)) }
        #expect(Set(choices(&script, .leastResponseTime, 20)) == [1])
        for _ in 0..<20 { script.handle(.finished(two)) }
        // 2,000 · e⁻⁴ = 37 ms against a fresh 100 ms.
        script.advance(.seconds(40))
        script.handle(.firstByte(two, after: .milliseconds(100)))
        #expect(Set(choices(&script, .leastResponseTime, 20)) == [1])
    }

    @Test(
        "equal keys go to one replica at every gateway; one that is ejected hands over its own keys alone",
        arguments: [.maglev, .ringHash] as [BalancingRules.Policy])
    func hash(policy: BalancingRules.Policy) throws {
        var script = fleet([0, 0, 0, 0, 0, 0], seed: 1)
        var other = fleet([9, 0, 3, 0, 0, 0], seed: 2)
        let keys = (0..<300).map { ByteHash.hash("user \($0)") }
        let before = keys.map { choices(&script, policy, 1, key: $0)[0] }
        #expect(before == keys.map { choices(&other, policy, 1, key: $0)[0] })
        #expect(Set(before).count == 6)
        script.handle(.connectFailed(try #require(script.handle(of: "near/chat/3"))))
        let during = keys.map { choices(&script, policy, 1, key: $0)[0] }
        for (old, new) in zip(before, during) { #expect(old == 3 ? new != 3 : new == old) }
        #expect(during == keys.map { choices(&script, policy, 1, key: $0)[0] })
        #expect(Set(choices(&script, policy, 100)).count == 5, "a request without a key is left to chance")
    }

    @Test("engine load prefers a free cache and a short queue, and counts what was just sent")
    func engine() throws {
        var script = fleet([5, 5, 5], cache: [0.9, 0.2, 0.9])
        #expect(Set(choices(&script, .engineLoad, 20)) == [2])
        #expect(script.choice("chat", .engineLoad).reason == "engine-load")
        for _ in 0..<60 { script.handle(.requestStarted(try #require(script.handle(of: "near/chat/2")))) }
        #expect(!choices(&script, .engineLoad, 20).contains(2))
    }

    @Test("metrics that went stale never stop dispatch")
    func stale() {
        var script = fleet([50, 50], cache: [1, 1])
        script.advance(.seconds(60))
        for policy in BalancingRules.Policy.allCases { #expect(!script.choice("chat", policy).replica.isEmpty) }
    }

    @Test("gateways that are told the same do not all turn to the same replica")
    func herds() {
        var counts = [Int](repeating: 0, count: 4)
        for seed in 0..<400 {
            var script = fleet([40, 41, 40, 41], seed: UInt64(seed))
            counts[choices(&script, .predictedTimeToFirstToken, 1)[0] - 1] += 1
        }
        // Loads within a tenth of each other are left to chance: nobody gets half, nobody nothing.
        #expect(counts.allSatisfy { (40...200).contains($0) }, "\(counts)")
    }
}
