import FleetControl
import FleetModel
import SeededCases
import Testing

@Suite("Failover")
struct FailoverJudgeTests {
    private func replicas(_ script: FailoverScript, _ workload: WorkloadName, on plane: PlaneName) -> Int {
        script.decision?.placement.placements(of: workload, on: plane).reduce(0) { $0 + $1.count } ?? 0
    }

    @Test("a lost plane is failed within the down time, its capacity is replaced inside the fence, and it returns by steps")
    func whole() throws {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        #expect(replicas(script, "chat", on: "toronto") == 3 && replicas(script, "phi", on: "toronto") == 1)
        #expect(script.verdicts == FailoverVerdicts())

        script.gone = ["toronto"]
        script.step(20)
        // Gateways lose it at once: a majority from second 21 on, five seconds of it at 26.
        #expect(script.second(of: "PlaneFailed") == 26)
        #expect(script.verdicts.silent == ["toronto"] && script.verdicts.regions == [RegionKey("onprem", "toronto")])
        #expect(script.verdicts.providers == [], "one region is not a provider")
        #expect(replicas(script, "chat", on: "toronto") == 0)
        #expect(replicas(script, "chat", on: "montreal") + replicas(script, "chat", on: "frankfurt") == 3)
        #expect(replicas(script, "phi", on: "montreal") == 1, "phi stays in Canada")
        #expect(script.reasons.filter { $0.hasPrefix("Failover") }.count == 4)
        let completed = try #require(script.events.last { $0.event.reason == "FailoverCompleted" })
        // Assigned at 26, reported ready at 27; last heard of at 20.
        #expect(completed.second == 27)
        #expect(
            completed.event.message.contains("7.0 s after toronto was lost, within the promised 5m"), "\(completed.event.message)"
        )

        script.gone = []
        script.step(29)
        #expect(script.verdicts.silent == ["toronto"], "seen since second 41, held for 30 s")
        #expect(script.decision?.placement.placement(of: "chat")?.planes == ["montreal"])
        script.step(2)
        #expect(script.second(of: "FailbackStarted") == 71)
        #expect(script.verdicts.avoided == ["toronto"] && script.verdicts.silent == [])
        #expect(replicas(script, "chat", on: "toronto") == 3)
        script.step(10)
        #expect(script.second(of: "FailbackCompleted") == 74, "its replicas are ready and have been for 3 s")
        #expect(script.verdicts == FailoverVerdicts())
    }

    @Test("one gateway's bad link, the control plane's own, or two gateways of three without the plane fail nothing")
    func badLinks() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.blind["oslo"] = ["toronto"]
        script.step(100)
        script.blind = [:]
        script.unheard = ["toronto"]
        script.step(100)
        script.unheard = []
        script.blind = ["oslo": ["toronto"], "rome": ["toronto"]]
        script.step(100)
        #expect(script.verdicts == FailoverVerdicts())
        #expect(!script.reasons.contains("PlaneFailed"))
    }

    @Test("a majority that cannot reach a plane fails it, though it tells the control plane that all is well")
    func partition() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.blind = ["lima": ["toronto"], "oslo": ["toronto"], "rome": ["toronto"]]
        script.step(10)
        #expect(script.verdicts.failed["toronto"] == "3 of 5 observers lost it: gateway lima, gateway oslo, gateway rome")
    }

    @Test("a provider is failed once all its planes are, over two regions; it recovers with the first")
    func provider() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["frankfurt", "montreal"]
        script.step(20)
        #expect(script.verdicts.providers == ["aws"] && script.verdicts.regions.count == 2)
        #expect(script.second(of: "ProviderFailed", "aws") == 26)
        script.gone = ["montreal"]
        script.step(60)
        #expect(script.verdicts.providers == [] && script.verdicts.silent == ["montreal"])
        #expect(script.reasons.filter { $0 == "ProviderRecovered" }.count == 1)
    }

    @Test("where every plane is lost nothing is concluded")
    func everything() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = Set(script.fleet.planes.map(\.name))
        script.step(100)
        #expect(script.verdicts == FailoverVerdicts())
    }

    @Test("a failed plane that is seen again returns without its hold when the last other one is lost")
    func needed() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["toronto", "frankfurt"]
        script.step(20)
        #expect(script.verdicts.silent == ["toronto", "frankfurt"])
        script.gone = ["montreal", "frankfurt"]
        script.step(1)
        #expect(script.verdicts.silent == ["frankfurt"], "toronto is all there is")
        script.step(10)
        #expect(script.verdicts.silent == ["frankfurt", "montreal"])
    }

    @Test("a drained plane is not judged")
    func drained() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.drained = ["toronto"]
        script.step(20)
        script.gone = ["toronto"]
        script.step(60)
        #expect(!script.reasons.contains("PlaneFailed"))
    }

    @Test("what nothing inside the fence can replace stays unplaced, is said to be overdue, and comes back with the plane")
    func overdue() {
        let planes = [
            FailoverScript.plane("toronto", FailoverScript.toronto, provider: "onprem"),
            FailoverScript.plane("frankfurt", FailoverScript.frankfurt, provider: "aws"),
        ]
        let phi = FailoverScript.workload(
            "phi", from: FailoverScript.toronto, peak: 10, residency: ["CA"], recovery: .init(rto: .seconds(60)))
        var script = FailoverScript(FailoverScript.fleet(planes, [phi]))
        script.step(20)
        script.gone = ["toronto"]
        script.step(61)
        #expect(script.decision?.placement.placement(of: "phi")?.chosen == [])
        #expect(script.second(of: "RecoveryOverdue", "phi") == 81, "lost at 20, promised for 80")
        script.gone = []
        script.step(60)
        #expect(script.second(of: "FailoverCompleted", "phi") != nil)
        #expect(replicas(script, "phi", on: "toronto") == 1)
    }

    @Test("a control plane that starts anew while a plane is lost finds that out again, and keeps what runs elsewhere")
    func restart() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(20)
        script.gone = ["toronto"]
        script.step(20)
        let elsewhere = script.running["montreal"]?.reduce(0) { $0 + $1.count }
        script.restart()
        for _ in 0..<30 {
            script.step()
            #expect(script.running["montreal"]?.reduce(0) { $0 + $1.count } == elsewhere)
        }
        #expect(script.verdicts.silent == ["toronto"])
    }

    @Test("whatever is lost and found: nothing is placed on a failed plane, nor outside the fence, nor beyond the pools")
    func property() {
        for seed in 0..<caseCount(perMille: 2) {
            var random = SeededGenerator(seed: seed)
            var script = FailoverScript(FailoverScript.usual)
            let planes = script.fleet.planes.map(\.name)
            for _ in 0..<30 {
                let plane = random.pick(planes)
                switch random.below(4) {
                case 0: script.gone.formSymmetricDifference([plane])
                case 1: script.blind[random.pick(FailoverScript.gateways), default: []].formSymmetricDifference([plane])
                case 2: script.unheard.formSymmetricDifference([plane])
                default: script.mute.formSymmetricDifference([random.pick(FailoverScript.gateways)])
                }
                script.step(random.next(in: 1...15))
                guard let placement = script.decision?.placement else { continue }
                for workload in placement.workloads {
                    #expect(Set(workload.planes).isDisjoint(with: script.verdicts.silent), "seed \(seed)")
                    if workload.workload == "phi" { #expect(!workload.planes.contains("frankfurt"), "seed \(seed)") }
                }
                #expect(script.verdicts.failed.count < planes.count, "the last plane is never failed; seed \(seed)")
            }
        }
    }

    @Test("with fewer gateways, and nothing else to decide, a lost plane is failed as soon, though nobody says anything new")
    func fewObservers() {
        for gateways in [["lima"], ["lima", "oslo"]] as [[GatewayName]] {
            let usual = FailoverScript.usual
            var script = FailoverScript(FailoverScript.fleet(usual.planes, usual.workloads, gateways: gateways))
            script.step(60)
            let passes = script.passes
            script.step(40)
            #expect(script.passes == passes, "nothing happens, nothing is decided")
            script.gone = ["toronto"]
            script.step(30)
            // Last heard at 100: more than 5 s ago at 106, when its own word lapses and the control plane loses it; 5 s of that.
            #expect(script.second(of: "PlaneFailed") == 111, "\(gateways.count) gateways")
        }
    }

    /// The second plane has room for two replicas beside the three that the first one runs.
    private func tight(rto: Duration) -> FailoverScript {
        let planes = [
            FailoverScript.plane("toronto", FailoverScript.toronto, provider: "onprem"),
            FailoverScript.plane("montreal", FailoverScript.montreal, provider: "aws", nodes: 2),
        ]
        let chat = FailoverScript.workload("chat", from: FailoverScript.toronto, peak: 30, recovery: .init(rto: rto))
        return FailoverScript(FailoverScript.fleet(planes, [chat]))
    }

    @Test("a failover is not complete while less is placed than before the loss")
    func short() throws {
        var script = tight(rto: .seconds(60))
        script.step(20)
        script.gone = ["toronto"]
        script.step(70)
        #expect(replicas(script, "chat", on: "montreal") == 2)
        #expect(!script.reasons.contains("FailoverCompleted"))
        #expect(script.second(of: "RecoveryOverdue", "chat") == 81)
        script.gone = []
        script.step(90)
        let completed = try #require(script.events.last { $0.event.reason == "FailoverCompleted" })
        #expect(completed.event.severity == .warning && completed.event.message.contains("beyond the promised 1m"))
    }

    @Test("what was lacking before a loss is not asked of the failover")
    func shortBefore() {
        let planes = [
            FailoverScript.plane("toronto", FailoverScript.toronto, provider: "onprem", nodes: 1),
            FailoverScript.plane("montreal", FailoverScript.montreal, provider: "aws", nodes: 2),
        ]
        // Five wanted and three placed; the one that is lost comes back with a third node in Montreal.
        let chat = FailoverScript.workload("chat", from: FailoverScript.toronto, peak: 50)
        var script = FailoverScript(FailoverScript.fleet(planes, [chat]))
        script.step(20)
        #expect(script.decision?.placement.placement(of: "chat")?.unplaced == 2)
        script.gone = ["toronto"]
        script.step(20)
        #expect(script.decision?.placement.placement(of: "chat")?.unplaced == 3)
        #expect(!script.reasons.contains("FailoverCompleted"))
        var larger = planes
        larger[1].pools[0].maxNodes = 3
        script.fleet = FailoverScript.fleet(larger, [chat])
        script.step(10)
        #expect(script.second(of: "FailoverCompleted", "chat") == 42, "assigned at 41, ready at 42")
    }

    @Test("a failover ends when nothing is wanted of the workload any more")
    func nothingWanted() throws {
        let planes = [
            FailoverScript.plane("toronto", FailoverScript.toronto, provider: "onprem"),
            FailoverScript.plane("frankfurt", FailoverScript.frankfurt, provider: "aws"),
        ]
        var phi = FailoverScript.workload(
            "phi", from: FailoverScript.toronto, peak: 10, residency: ["CA"], recovery: .init(rto: .seconds(60)))
        phi.scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 4, queuedRequestsPerReplica: 4)
        var script = FailoverScript(FailoverScript.fleet(planes, [phi]))
        script.step(20)
        script.gone = ["toronto"]
        script.step(20)
        #expect(script.second(of: "FailoverStarted", "phi") == 23, "lost from 21 on, for a thirtieth of a minute")
        phi.scaling.maxReplicas = 0
        phi.scaling.minReplicas = 0
        script.fleet = FailoverScript.fleet(planes, [phi])
        script.step(90)
        let completed = try #require(script.events.last { $0.event.reason == "FailoverCompleted" })
        #expect(completed.event.message == "no replica is wanted any more, 21.0 s after toronto was lost")
        #expect(!script.reasons.contains("RecoveryOverdue"))
    }
}
