import FleetModel
import FleetRouting
import Testing

@Suite("Router: versions")
struct RouterRevisionsTests {
    /// Two replicas of generation 1 and one of generation 2 near, with these weights.
    private func script(_ weights: [RevisionWeight]?, hasNew: Bool = true, seed: UInt64 = 7) -> GatewayScript {
        var fixture = FleetFixture()
        fixture.workloads[1].revisionWeights = weights
        var script = GatewayScript(fixture, seed: seed)
        var replicas = [replica(1, of: 1), replica(2, of: 1)]
        if hasNew { replicas.append(replica(3, of: 2)) }
        script.report("near", replicas)
        script.report("far", [])
        script.report("middle", [])
        return script
    }

    private func replica(_ number: Int, of generation: UInt64) -> ReplicaReport {
        var report = FleetFixture.replica("near/chat/\(number)", "127.0.3.1:\(20_000 + number)")
        report.generation = generation
        return report
    }

    private func weights(_ new: Double) -> [RevisionWeight] {
        [RevisionWeight(generation: 1, weight: 1 - new), RevisionWeight(generation: 2, weight: new)]
    }

    private func share(_ script: inout GatewayScript, _ balancing: BalancingRules.Policy) -> Double {
        let count = 20_000
        var new = 0
        for _ in 0..<count where script.choice("chat", balancing).replica == "near/chat/3" { new += 1 }
        return Double(new) / Double(count)
    }

    @Test(
        "requests go to versions by weight, whatever the policy among replicas",
        arguments: [
            BalancingRules.Policy.predictedTimeToFirstToken, .roundRobin, .weightedRoundRobin, .powerOfTwoChoices, .leastRequest,
            .leastResponseTime, .engineLoad, .ringHash, .maglev,
        ])
    func byWeight(_ policy: BalancingRules.Policy) {
        for weight in [0, 0.1, 0.5, 1] {
            var script = script(weights(weight))
            // The standard error of a share of 20 000 draws is at most 0.35 %.
            #expect(abs(share(&script, policy) - weight) < 0.015, "\(policy) \(weight)")
        }
    }

    @Test("a version without a replica that takes requests leaves them to the other, however they are weighed")
    func fallsBack() {
        var alone = script(weights(1), hasNew: false)
        #expect(alone.choice("chat").replica != "")
        var ejected = script(weights(1))
        if let handle = ejected.handle(of: "near/chat/3") { ejected.handle(.connectFailed(handle)) }
        #expect(ejected.choice("chat").replica != "near/chat/3")
        var retired = script(weights(0))
        for number in 1...2 {
            if let handle = retired.handle(of: "near/chat/\(number)") { retired.handle(.connectFailed(handle)) }
        }
        #expect(retired.choice("chat").replica == "near/chat/3", "an answer of a retired version is better than none")
    }

    @Test("a session stays with its version, and with its replica until that version gets no request")
    func sessions() throws {
        var script = script(weights(0.5))
        var chosen: [UInt64: String] = [:]
        for key in 0..<64 as Range<UInt64> {
            let facts = RequestFacts(workload: script.workload("chat"), session: .key(key &* 0x9E37_79B9))
            let first = script.choice(facts).replica
            #expect(script.choice(facts).replica == first)
            chosen[key] = first
        }
        #expect(Set(chosen.values).contains("near/chat/3"))
        let identity = try #require(script.view.table?.replicas.compactMap { $0 }.first { $0.id.incarnation == 3 }?.identityHash)
        let facts = RequestFacts(workload: script.workload("chat"), session: .replica(identity))
        #expect(script.choice(facts).replica == "near/chat/3")
        var fixture = FleetFixture()
        fixture.generation = 2
        fixture.workloads[1].revisionWeights = weights(0)
        script.take(fixture.snapshot)
        #expect(script.choice(facts).replica != "near/chat/3")
    }

    @Test("a growing weight keeps the sessions that the version has")
    func growing() {
        var before: Set<UInt64> = []
        for weight in [0.1, 0.3, 0.8] {
            var script = script(weights(weight))
            let now = Set(
                (0..<400 as Range<UInt64>).filter { key in
                    script.choice(RequestFacts(workload: script.workload("chat"), session: .key(key &* 0x9E37_79B9))).replica
                        == "near/chat/3"
                })
            #expect(now.isSuperset(of: before))
            before = now
        }
        #expect(before.count > 250)
    }

    @Test("what becomes of requests is counted by version, and only while there are two")
    func counts() throws {
        var script = script(weights(0.5))
        let old = try #require(script.handle(of: "near/chat/1"))
        let new = try #require(script.handle(of: "near/chat/3"))
        script.handle(.requestStarted(old))
        script.handle(.firstByte(old, after: .milliseconds(40)))
        script.handle(.finished(old))
        script.handle(.requestStarted(new))
        script.handle(.responseFailed(new, .serverError))
        script.handle(.finished(new))
        let expected = [
            RevisionOutcome(generation: 2, requests: 1, failures: 1),
            RevisionOutcome(generation: 1, requests: 1, firstByteMillisecondsSum: 40, firstBytes: 1),
        ]
        #expect(script.router.revisionOutcomes == ["chat": expected])
        var fixture = FleetFixture()
        fixture.generation = 2
        fixture.workloads[1].revisionWeights = weights(0.9)
        script.take(fixture.snapshot)
        #expect(script.router.revisionOutcomes == ["chat": expected], "another weight goes on counting")
        fixture.generation = 3
        fixture.workloads[1].revisionWeights = nil
        script.take(fixture.snapshot)
        #expect(script.router.revisionOutcomes.isEmpty)
    }

    @Test("weights that say nothing leave the choice to load, and hostile ones cannot break it")
    func hostile() {
        for weights in [
            [RevisionWeight(generation: 1, weight: nil), RevisionWeight(generation: 2, weight: nil)],
            [RevisionWeight(generation: 1, weight: 0), RevisionWeight(generation: 2, weight: 0)],
            [RevisionWeight(generation: 1, weight: -.infinity), RevisionWeight(generation: 2, weight: .nan)],
            [RevisionWeight(generation: 0, weight: 1)], [],
        ] {
            var script = script(weights)
            #expect(share(&script, .roundRobin) > 0.3)
        }
    }
}
