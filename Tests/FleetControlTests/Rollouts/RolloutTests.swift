import FleetControl
import FleetModel
import Testing

@Suite("Rollouts")
struct RolloutTests {
    private static let canary = RolloutPolicy(
        strategy: .canary,
        steps: [
            CanaryStep(weight: Share(0.25), pause: .time(.seconds(20))),
            CanaryStep(weight: Share(0.5), pause: .time(.seconds(20))),
        ], analysis: RolloutAnalysis(maxErrorRate: Share(0.05), maxLatencyIncrease: Share(0.5), minRequests: 100))

    private func settled(_ world: RolloutWorld) -> RolloutWorld {
        var world = world
        world.pass(seconds: 25)
        #expect(world.replicas() == world.declared[0].scaling.minReplicas)
        world.watch()
        return world
    }

    @Test("a rolling update starts a new replica before an old one ends, and never lets one be missing")
    func rolling() {
        var world = settled(RolloutWorld(replicas: 4))
        world.declare(2)
        #expect(world.pass(atMost: 120) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.replicas(2) == 4)
        #expect(world.leastReady >= 4)
        // 25 % of 4 is 1 more.
        #expect(world.mostAlive == 5)
        #expect(world.reasons.filter { $0.hasPrefix("Roll") } == ["RolloutStarted", "RolloutPromoted"])
    }

    @Test("maxSurge and maxUnavailable hold: half as many at a time, and no more than one missing")
    func surgeAndUnavailable() {
        let policy = RolloutPolicy(maxSurge: .share(Share(0.5)), maxUnavailable: .count(1))
        var world = settled(RolloutWorld(replicas: 4, rollout: policy))
        world.declare(2)
        #expect(world.pass(atMost: 120) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.leastReady >= 3)
        #expect(world.mostAlive <= 6)
    }

    @Test("in a full pool one replica makes room, unless none may be missing: then the rollout ends as it began")
    func full() {
        var world = settled(RolloutWorld(planes: [("toronto", 2)], replicas: 2))
        world.declare(2)
        #expect(world.pass(atMost: 120) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.leastReady == 1)

        let strict = RolloutPolicy(maxUnavailable: .count(0), progressDeadline: .seconds(30))
        var stuck = settled(RolloutWorld(planes: [("toronto", 2)], replicas: 2, rollout: strict))
        stuck.declare(2)
        #expect(stuck.pass(atMost: 120) { $0.record?.progress?.phase == .rolledBack })
        #expect(stuck.leastReady == 2)
        #expect(stuck.replicas(1) == 2)
        #expect(stuck.record?.progress?.reason.contains("no pool has room") == true)
    }

    @Test("in a pool whose last node is refused one replica makes room, as in a full one")
    func refusedNode() {
        let policy = RolloutPolicy(progressDeadline: .seconds(60))
        var world = RolloutWorld(planes: [("toronto", 1)], replicas: 2, rollout: policy)
        world.capacity[0].pools[0].maxNodes = 3
        world.capacity[0].pools[0].provisioning = NodeProvisioning(launchTime: .seconds(5))
        world.mostNodes = 2
        world = settled(world)
        world.declare(2)
        #expect(world.pass(atMost: 300) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.leastReady == 1)
        #expect(!world.reasons.contains("RolledBack"))
    }

    @Test("without a rollback of its own a failed analysis waits for an operator, who may go on: it is judged by what comes then")
    func failedAnalysis() throws {
        var policy = Self.canary
        policy.autoRollback = false
        policy.analysis?.interval = .seconds(1)
        var world = settled(RolloutWorld(replicas: 4, rollout: policy, seed: 3))
        world.requestsPerStep = 40
        world.errorRates = [2: 0.3]
        world.declare(2)
        #expect(world.pass(atMost: 100) { $0.record?.progress?.isPaused == true })
        #expect(world.reasons.filter { $0 == "AnalysisFailed" }.count == 1)
        world.pass(seconds: 30)
        #expect(world.record?.progress?.isPaused == true)
        // What made it fail is over.
        world.errorRates = [:]
        try world.command(.resume)
        world.pass(seconds: 15)
        #expect(world.record?.progress?.isPaused == false)
        #expect(world.pass(atMost: 200) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.reasons.filter { $0 == "AnalysisFailed" }.count == 1)
    }

    @Test("a step that failed is over when an operator promotes it")
    func promotedPastAFailure() throws {
        var policy = Self.canary
        policy.autoRollback = false
        policy.analysis?.interval = .seconds(1)
        var world = settled(RolloutWorld(replicas: 4, rollout: policy, seed: 3))
        world.requestsPerStep = 40
        world.errorRates = [2: 0.3]
        world.declare(2)
        #expect(world.pass(atMost: 100) { $0.record?.progress?.isPaused == true })
        #expect(world.record?.progress?.step == 0)
        try world.command(.promote)
        #expect(world.pass(atMost: 9) { $0.record?.progress?.step == 1 })
        // The next step is judged by its own requests.
        #expect(world.pass(atMost: 60) { $0.record?.progress?.isPaused == true })
        #expect(world.reasons.filter { $0 == "AnalysisFailed" }.count == 2)
        try world.command(.promoteFully)
        #expect(world.pass(atMost: 100) { $0.record?.stable == 2 && $0.isAtRest })
    }

    @Test("a gateway that names any number of versions has 4,096 of them remembered")
    func namesOfAGateway() {
        var meter = RevisionMeter()
        func report(_ gateway: GatewayName, from first: Int, count: Int, requests: UInt64) -> GatewayReport {
            var revisions: [String: [RevisionOutcome]] = [:]
            for number in first..<first + count {
                var outcome = RevisionOutcome(generation: 1)
                outcome.requests = requests
                revisions["w\(10_000 + number)"] = [outcome]
            }
            return GatewayReport(
                gateway: gateway, snapshot: nil, address: "127.0.0.1:1", isReady: true, roundTripMilliseconds: [:], requests: [:],
                pid: 1, revisions: revisions)
        }
        meter.receive(report("door", from: 0, count: 3_000, requests: 1))
        meter.receive(report("door", from: 3_000, count: 3_000, requests: 1))
        meter.receive(report("door", from: 0, count: 6_000, requests: 4))
        func total(_ number: Int) -> UInt64 {
            meter.total(of: RevisionMeter.Key(workload: WorkloadName("w\(10_000 + number)"), generation: 1)).requests
        }
        // 3 since the first report, which only sets marks; 4 of those that were named after it.
        #expect(total(0) == 3 && total(4_095) == 4)
        #expect(total(4_096) == 0 && total(5_999) == 0)
        meter.receive(report("other", from: 5_000, count: 1, requests: 0))
        meter.receive(report("other", from: 5_000, count: 1, requests: 2))
        #expect(total(5_000) == 2)
    }

    @Test("what is no part of the replicas starts none anew")
    func scalingAlone() {
        var world = settled(RolloutWorld(replicas: 2))
        world.declare(1, replicas: 3)
        world.pass(seconds: 20)
        #expect(world.replicas(1) == 3)
        #expect(world.generationsSeen == 1)
        #expect(!world.reasons.contains("RolloutStarted"))
    }

    @Test("a canary takes its share of the requests step by step, and then all")
    func canary() {
        var world = settled(RolloutWorld(replicas: 4, rollout: Self.canary))
        world.requestsPerStep = 40
        world.declare(2)
        #expect(world.pass(atMost: 30) { $0.status?.target.weight == 0.25 })
        // A quarter of 4 replicas, and three quarters beside it.
        #expect(world.status?.target.wanted == 1)
        #expect(world.pass(atMost: 60) { $0.status?.target.weight == 0.5 })
        #expect(world.status?.target.ready == 2)
        #expect(world.pass(atMost: 120) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.replicas(2) == 4)
        #expect(world.leastReady >= 4)
        #expect(world.reasons.filter { $0 == "CanaryStep" }.count == 2)
        world.pass(seconds: 2)
        #expect(world.decision?.rollouts["chat"]?.versions == nil)
    }

    @Test("a canary whose requests fail goes back by itself, with the figures, and only the old version is left")
    func errors() {
        var world = settled(RolloutWorld(replicas: 4, rollout: Self.canary))
        world.requestsPerStep = 40
        world.errorRates = [1: 0.001, 2: 0.4]
        world.declare(2)
        #expect(world.pass(atMost: 60) { $0.record?.progress?.phase == .rollingBack })
        #expect(world.pass(atMost: 2) { $0.status?.target.weight == 0 })
        #expect(world.pass(atMost: 60) { $0.record?.progress?.phase == .rolledBack })
        world.pass(seconds: 10)
        #expect(world.replicas(1) == 4)
        #expect(world.replicas(2, RolloutWorld.living) == 0)
        let event = world.events.first { $0.reason == "RolledBack" }
        #expect(event?.severity == .warning)
        #expect(event?.message.contains("requests failed, at most 5% may; of generation 1") == true)
        // It stays so until another version is declared.
        world.pass(seconds: 30)
        #expect(world.replicas(1) == 4)
        world.errorRates = [:]
        world.declare(3)
        #expect(world.pass(atMost: 200) { $0.record?.stable == 3 && $0.isAtRest })
    }

    @Test("a canary that answers late goes back, and one that is as bad as the old version does not")
    func latency() {
        var late = settled(RolloutWorld(replicas: 4, rollout: Self.canary))
        late.requestsPerStep = 40
        late.latencies = [1: 100, 2: 200]
        late.declare(2)
        #expect(late.pass(atMost: 100) { $0.record?.progress?.phase == .rolledBack })
        #expect(late.record?.progress?.reason.contains("200 ms over") == true)

        var alike = settled(RolloutWorld(replicas: 4, rollout: Self.canary, seed: 3))
        alike.requestsPerStep = 40
        alike.errorRates = [1: 0.3, 2: 0.1]
        alike.declare(2)
        #expect(alike.pass(atMost: 200) { $0.record?.stable == 2 })
    }

    @Test("without enough requests a step waits, and an operator may promote")
    func tooFew() throws {
        var world = settled(RolloutWorld(replicas: 4, rollout: Self.canary))
        world.declare(2)
        world.pass(seconds: 120)
        #expect(world.record?.progress?.step == 0)
        #expect(world.status?.waitsFor == "100 requests to judge it by")
        try world.command(.promote)
        #expect(world.pass(atMost: 30) { $0.record?.progress?.step == 1 })
        try world.command(.promoteFully)
        #expect(world.pass(atMost: 60) { $0.record?.stable == 2 && $0.isAtRest })
    }

    @Test("an operator pauses, resumes and aborts")
    func operate() throws {
        var world = settled(RolloutWorld(replicas: 4))
        world.startDelay = .seconds(5)
        world.declare(2)
        world.pass(seconds: 9)
        try world.command(.pause)
        world.pass(seconds: 10)
        let paused = world.replicas(2, RolloutWorld.living)
        world.pass(seconds: 60)
        #expect(world.replicas(2, RolloutWorld.living) == paused)
        #expect(paused < 4)
        try world.command(.resume)
        world.pass(seconds: 9)
        try world.command(.abort)
        #expect(world.pass(atMost: 100) { $0.record?.progress?.phase == .rolledBack })
        world.pass(seconds: 10)
        #expect(world.replicas(1) == 4)
        #expect(world.replicas(nil, RolloutWorld.living) == 4)
        #expect(world.leastReady >= 4)
        #expect(throws: RolloutRecord.Refusal.self) { try world.command(.abort) }
        try world.command(.retry)
        #expect(world.pass(atMost: 200) { $0.record?.stable == 2 && $0.isAtRest })
    }

    @Test("blue-green: no request reaches the new version before all of it serves, and the old one stays for a while")
    func blueGreen() {
        let policy = RolloutPolicy(strategy: .blueGreen, scaleDownDelay: .seconds(15))
        var world = settled(RolloutWorld(replicas: 3, rollout: policy))
        world.declare(2)
        #expect(world.pass(atMost: 30) { $0.status?.target.weight == 1 })
        #expect(world.replicas(2) == 3)
        #expect(world.replicas(1) == 3)
        world.pass(seconds: 12)
        #expect(world.replicas(1) == 3)
        #expect(world.pass(atMost: 30) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.replicas(2) == 3)
        #expect(world.leastReady >= 3)
    }

    @Test("a version whose replicas never get ready goes back after its deadline")
    func deadline() {
        var world = settled(RolloutWorld(replicas: 3, rollout: RolloutPolicy(progressDeadline: .seconds(40))))
        world.broken = [2]
        world.declare(2)
        #expect(world.pass(atMost: 120) { $0.record?.progress?.phase == .rolledBack })
        #expect(world.leastReady == 3)
        #expect(world.reasons.contains("RolledBack"))
    }

    @Test("a control plane that starts anew goes on where the store says, whatever planes run by then")
    func restart() {
        var world = settled(RolloutWorld(replicas: 4, rollout: Self.canary))
        world.requestsPerStep = 40
        world.declare(2)
        #expect(world.pass(atMost: 100) { $0.record?.progress?.step == 1 && $0.replicas(2) == 2 })
        world.restartControlPlane()
        world.pass(seconds: 8)
        #expect(world.record?.progress?.step == 1)
        #expect(world.replicas(2) == 2)
        #expect(world.pass(atMost: 200) { $0.record?.stable == 2 && $0.isAtRest })
        #expect(world.leastReady >= 4)
    }

    @Test("a third version waits until the second has gone back")
    func third() {
        var world = settled(RolloutWorld(replicas: 4))
        world.startDelay = .seconds(4)
        world.declare(2)
        world.pass(seconds: 12)
        world.declare(3)
        #expect(world.pass(atMost: 300) { $0.record?.stable == 3 && $0.isAtRest })
        #expect(world.replicas(3) == 4)
        #expect(world.generationsSeen == 2)
        #expect(world.leastReady >= 4)
    }

    @Test("a plane that falls silent is left as it is, and the rollout ends once it is back")
    func silentPlane() {
        var world = settled(RolloutWorld(planes: [("toronto", 3), ("ottawa", 3)], replicas: 5))
        world.planes["ottawa"]?.isSilent = true
        world.pass(seconds: 20)
        world.declare(2)
        world.pass(seconds: 100)
        #expect(world.record?.progress?.phase == .advancing)
        #expect(world.replicas(2) > 0)
        #expect(world.leastReady >= 4)
        world.planes["ottawa"]?.isSilent = false
        #expect(world.pass(atMost: 150) { $0.record?.stable == 2 && $0.isAtRest })
    }

    @Test("a drained replica is replaced before it ends")
    func drainReplica() throws {
        var world = settled(RolloutWorld(replicas: 2))
        let reports = world.planes["toronto"]?.reconciler.replicaReports(host: "", now: world.now) ?? []
        let victim = try #require(reports.first?.id)
        world.drained = [victim]
        world.pass(seconds: 20)
        let after = world.planes["toronto"]?.reconciler.replicaReports(host: "", now: world.now) ?? []
        #expect(!after.contains { $0.id == victim && $0.state != .gone })
        #expect(world.replicas() == 2)
        #expect(world.leastReady == 2)
    }

    @Test("in a full pool a drained replica goes first")
    func drainReplicaInFullPool() throws {
        var world = settled(RolloutWorld(planes: [("toronto", 2)], replicas: 2))
        let reports = world.planes["toronto"]?.reconciler.replicaReports(host: "", now: world.now) ?? []
        world.drained = [try #require(reports.first?.id)]
        world.pass(seconds: 20)
        #expect(world.replicas() == 2)
        #expect(world.leastReady == 1)
    }
}
