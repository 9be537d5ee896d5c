import FleetControl
import FleetModel
import Testing

@Suite("What a loop keeps for the next process")
struct ControllerMemoryTests: LoopWorld {
    @Test("a failed plane stays failed over a restart, is not failed again, and returns once the rest of its hold is over")
    func failed() throws {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["toronto"]
        script.step(20)
        #expect(script.second(of: "PlaneFailed") == 26)
        script.gone = []
        // Seen from second 41 on: 20 s of its hold of 30 s are over at 61.
        script.step(21)
        #expect(script.verdicts.silent == ["toronto"])
        script.restart(after: .seconds(60))
        let told = script.events.count
        script.step(8)
        #expect(script.verdicts.silent == ["toronto"])
        script.step(6)
        #expect(script.reasons[told...].filter { $0 == "FailbackStarted" } == ["FailbackStarted"])
        #expect(!script.reasons[told...].contains("PlaneFailed") && !script.reasons[told...].contains("RegionFailed"))
        script.step(10)
        #expect(script.verdicts == FailoverVerdicts())
    }

    @Test("a plane that failed lately is held twice as long after a restart, as without one")
    func failures() throws {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["toronto"]
        script.step(20)
        script.gone = []
        script.step(60)
        #expect(script.verdicts == FailoverVerdicts())
        script.restart(after: .seconds(600))
        script.step(20)
        script.gone = ["toronto"]
        script.step(20)
        let failed = try #require(script.events.last { $0.event.reason == "PlaneFailed" })
        #expect(failed.event.message.contains("seen for 1m"), "\(failed.event.message)")
        // Beyond the hour nothing is remembered of it.
        var other = FailoverScript(FailoverScript.usual)
        other.step(20)
        other.gone = ["toronto"]
        other.step(20)
        other.gone = []
        other.step(60)
        other.restart(after: .seconds(7_200))
        other.step(20)
        other.gone = ["toronto"]
        other.step(20)
        #expect(try #require(other.events.last { $0.event.reason == "PlaneFailed" }).event.message.contains("seen for 30s"))
    }

    @Test("while nobody has been heard since a restart nothing is failed, returned or placed elsewhere")
    func silence() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["toronto"]
        script.step(20)
        let before = script.decision?.placement
        script.restart(after: .seconds(5))
        script.unheard = Set(script.fleet.planes.map(\.name))
        script.mute = Set(FailoverScript.gateways)
        let told = script.events.count
        script.step(14)
        #expect(script.verdicts.silent == ["toronto"])
        #expect(script.decision?.placement == before)
        #expect(script.reasons[told...].allSatisfy { !$0.hasPrefix("Plane") && !$0.hasPrefix("Fail") })
    }

    @Test("a failover under way when the process ended is measured from the loss, the time between counted")
    func failover() throws {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["toronto"]
        script.step(6)
        #expect(script.second(of: "FailoverStarted") == 26 && script.second(of: "FailoverCompleted") == nil)
        script.restart(after: .seconds(100))
        script.step(10)
        let finished = try #require(script.finished.first { $0.workload == "chat" })
        // Last heard at 20; 6 s before the restart, 100 s of it, and a few until all is reported ready.
        #expect((106...120).contains(finished.duration.components.seconds))
        #expect(finished.isWithinPromise)
    }

    @Test("a panic goes on over a restart: nothing is taken away before a stable window has passed that was watched")
    func panic() {
        var policy = ScalingPolicy(minReplicas: 1, maxReplicas: 16)
        policy.target[.concurrencyPerReplica] = 1
        policy.panic = PanicMode()
        policy.behavior.scaleDown.stabilizationWindowSeconds = 0
        var scene = world(planes: ["east"], scaling: policy)
        func second(_ scene: inout LoopScene, asked: Int, replicas: Int) -> ScalingDecision? {
            scene.pass(.seconds(1))
            scene.hear("east", (0..<replicas).map { _ in replica(.ready, running: 0) })
            scene.hearDoor(WorkloadDemand(inFlight: asked))
            return scene.decide().scaling["chat"]
        }
        var decided: ScalingDecision?
        for _ in 0..<20 { decided = second(&scene, asked: 8, replicas: 1) }
        #expect(decided?.isPanicking == true)
        let size = decided?.replicas ?? 0
        #expect(size > 1)
        let memory = scene.controller.memory(of: scene.fleet, now: scene.now, secondsSince1970: 1_767_225_600)
        #expect(memory.panics.map(\.workload) == ["chat"])
        var next = world(planes: ["east"], scaling: policy)
        next.controller.recall(memory, now: next.now, secondsSince1970: 1_767_225_700)
        for _ in 0..<30 {
            decided = second(&next, asked: 0, replicas: size)
            #expect(decided?.replicas ?? 0 >= size)
        }
        #expect(decided?.isPanicking == true)
        for _ in 0..<90 { decided = second(&next, asked: 0, replicas: size) }
        #expect(decided?.isPanicking == false)
        #expect(decided?.replicas == 1)
    }

    @Test("what was learnt of reclaims is the same in the next process, older by the time between")
    func hazard() {
        let market = SpotSteps.market(pools: 2)
        var hazard = ReclaimHazard(.init(), market: market)
        for tick in 0..<200 {
            let lost = tick % 50 == 49
            hazard.observe(SpotSteps.observation(tick: tick, ready: [lost ? 0 : 2, 2], reclaimed: [lost ? 2 : 0, 0]))
        }
        let end = Moment.origin.advanced(by: .seconds(30 * 199))
        var next = ReclaimHazard(.init(), market: market)
        let now = Moment.origin.advanced(by: .seconds(3))
        let fresh = next.perSecond(0, now: now)
        // Pools are found by what they are, not by where they stood.
        next.recall(hazard.kept(now: end), from: [1, 0], away: .zero, now: now)
        for (mine, theirs) in [(0, 1), (1, 0)] {
            let difference = next.perSecond(mine, now: now) - hazard.perSecond(theirs, now: end)
            #expect(difference.magnitude < 1e-12)
        }
        #expect(next.perSecond(1, now: now) > fresh && next.perSecond(1, now: now) > next.perSecond(0, now: now))
        var later = ReclaimHazard(.init(), market: market)
        later.recall(hazard.kept(now: end), from: [nil, 1], away: .seconds(600), now: now)
        #expect((later.age(1, now: now) - hazard.age(1, now: end) - 600).magnitude < 1e-6)
        #expect(later.age(0, now: now) == 7_200, "nothing was kept of it")
    }

    @Test("hostile figures in what was kept become none")
    func hostile() {
        var script = FailoverScript(FailoverScript.usual)
        var memory = ControllerMemory(secondsSince1970: 0)
        memory.planes = [
            ControllerMemory.Plane(
                plane: "toronto", phase: .failed, lostSeconds: .nan, seenSeconds: -1e300, returningSeconds: .infinity,
                failures: .max, failedSecondsAgo: 1e300, because: nil),
            ControllerMemory.Plane(plane: "unknown", phase: .failed, failures: -1),
        ]
        memory.failovers = [.init(workload: "chat", secondsAgo: .infinity, planes: [], lacking: .nan, isOverdue: false)]
        memory.panics = [.init(workload: "chat", seconds: -.infinity, held: .min)]
        memory.buying = [
            .init(
                workload: "chat",
                refusals: [.init(plane: "toronto", pool: "h100", limit: -5, secondsAgo: .nan, memorySeconds: .infinity)],
                markets: [])
        ]
        script.controller.recall(memory, now: .origin, secondsSince1970: .max)
        script.step(60)
        #expect(script.verdicts.silent == ["toronto"], "after so many failures it is held for half an hour")
        script.step(1_800)
        #expect(script.verdicts == FailoverVerdicts())
        var old = memory
        old.version = 99
        var stranger = FailoverScript(FailoverScript.usual)
        stranger.controller.recall(old, now: .origin, secondsSince1970: 0)
        stranger.step(1)
        #expect(stranger.verdicts == FailoverVerdicts(), "another version is not read")
    }
}
