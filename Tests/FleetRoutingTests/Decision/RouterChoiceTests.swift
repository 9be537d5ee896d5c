import FleetModel
import FleetRouting
import Testing

@Suite("Router: choice")
struct RouterChoiceTests {
    private func fleet() -> GatewayScript {
        var script = GatewayScript()
        for plane in ["far", "middle", "near"] as [PlaneName] { script.fill(plane, ["any", "chat", "phi"]) }
        script.fill("tokyo", ["any", "chat", "phi"])
        // Past every slow start.
        script.advance(.seconds(10))
        return script
    }

    private func tried(_ script: GatewayScript, _ ids: [String], _ failure: AttemptHistory.Failure = .response) -> AttemptHistory
    {
        var history = AttemptHistory()
        for id in ids {
            guard let handle = script.handle(of: id), let entry = script.view.table?.replica(handle) else { continue }
            history.record(handle, plane: entry.plane, failure)
        }
        return history
    }

    @Test("the nearest plane inside the budget serves")
    func nearest() {
        var script = fleet()
        let choice = script.choice("chat")
        #expect(choice.replica.hasPrefix("near/chat/"))
        #expect(choice.reason == "nearest-in-budget")
    }

    @Test("a workload whose nearest plane is beyond the budget is served all the same")
    func overBudget() {
        var fixture = FleetFixture()
        fixture.workloads = [FleetFixture.workload("chat", allowed: ["tokyo"], budget: 20)]
        var script = GatewayScript(fixture)
        script.fill("tokyo", ["chat"])
        let choice = script.choice("chat")
        #expect(choice.replica.hasPrefix("tokyo/"))
        #expect(choice.reason == "nearest-over-budget")
    }

    @Test("a fenced workload is refused rather than sent outside, whatever stands there")
    func fence() {
        var script = fleet()
        script.report("near", [])
        #expect(script.choice("phi").reason == "no-replica")
        var fixture = FleetFixture()
        fixture.generation = 2
        fixture.workloads[2].refusal = "this gateway stands in US"
        script.take(fixture.snapshot)
        script.fill("near", ["any", "chat", "phi"])
        #expect(script.choice("phi").reason == "fenced")
        let text = script.view.table?.explanation(of: .fenced, workload: script.workload("phi"))
        #expect(text?.contains("this gateway stands in US") == true)
    }

    @Test("an unknown workload index is an unknown model")
    func unknown() {
        var script = fleet()
        let decision = script.router.decide(
            RequestFacts(workload: WorkloadIndex(99)), attempts: AttemptHistory(), now: script.now)
        #expect(decision == .refuse(.unknownModel))
        var empty = Router()
        #expect(
            empty.decide(RequestFacts(workload: WorkloadIndex(0)), attempts: AttemptHistory(), now: .origin)
                == .refuse(.unknownModel))
    }

    @Test("a workload that limits the snapshot's age is refused beyond it, and without any contact")
    func snapshotAge() {
        var fixture = FleetFixture()
        fixture.workloads[2].maxSnapshotAgeMilliseconds = 60_000
        var script = GatewayScript(fixture)
        script.fill("near", ["phi"])
        #expect(script.choice("phi").reason == "snapshot-too-old")
        script.apply(.controlPlaneContact(script.now))
        script.advance(.seconds(60))
        #expect(script.choice("phi").reason == "nearest-in-budget")
        script.advance(.milliseconds(1))
        #expect(script.choice("phi").reason == "snapshot-too-old")
    }

    @Test("load spills to the next plane when the queue would cost more than the way")
    func spills() {
        var script = fleet()
        script.fill("near", ["any", "chat", "phi"], running: 64, waiting: 5)
        let choice = script.choice("chat")
        #expect(choice.replica.hasPrefix("middle/"))
        #expect(choice.reason == "spilled")
    }

    @Test("inside the budget goes before outside until the queue is beyond patience")
    func patience() {
        var script = fleet()
        // 5 waiting at 10 req/s: half a second, on both planes inside the budget.
        for plane in ["near", "middle"] as [PlaneName] { script.fill(plane, ["any", "chat", "phi"], waiting: 5) }
        #expect(script.plane("chat") != "far")
        for plane in ["near", "middle"] as [PlaneName] { script.fill(plane, ["any", "chat", "phi"], waiting: 50) }
        #expect(script.plane("chat") == "far")
    }

    @Test("an idle burst stays near: an engine that queues nothing admits requests at once")
    func burst() {
        var script = fleet()
        for _ in 0..<16 {
            guard case .send(let handle, _, let reason) = script.decide("chat") else { return #expect(Bool(false), "refused") }
            #expect(reason == .nearestInBudget)
            script.handle(.requestStarted(handle))
        }
        let counts = ["near/chat/1", "near/chat/2"].compactMap(script.handle(of:)).map { script.router.inFlight(on: $0) }
        #expect(counts == [8, 8])
    }

    @Test("a measured round trip replaces the expected one, but never below what fibre allows")
    func roundTrips() throws {
        var script = fleet()
        let table = try #require(script.view.table)
        let (near, middle, tokyo) = (2, 1, 3)
        #expect(table.directory.planes[near].name == "near")
        script.apply(.event(.planeRoundTrip(PlaneIndex(near), .milliseconds(45))))
        #expect(script.plane("chat") == "middle")
        script.apply(.event(.planeRoundTrip(PlaneIndex(middle), .milliseconds(49))))
        #expect(script.plane("chat") == "near", "4 ms apart is within the tolerance: the shorter fibre decides")
        script.apply(.event(.planeRoundTrip(PlaneIndex(tokyo), .microseconds(10))))
        #expect(script.router.roundTrip(to: PlaneIndex(tokyo)) ?? .zero > .milliseconds(80))
    }

    @Test("what lies behind a plane counts as distance")
    func onward() {
        var script = fleet()
        script.report("near", [FleetFixture.replica("near/chat/9", "127.0.0.99:9", onward: 60)])
        #expect(script.plane("chat") == "middle")
    }

    @Test("a drained plane serves only when nothing else can, and only inside the fence")
    func drained() {
        var fixture = FleetFixture()
        fixture.generation = 2
        fixture.drained = ["near"]
        var script = fleet()
        script.take(fixture.snapshot)
        let choice = script.choice("chat")
        #expect(choice.replica.hasPrefix("middle/"))
        #expect(choice.reason == "failover")
        #expect(script.plane("phi") == "near")
    }

    @Test("a retry goes to another replica, and after a lost connection to another plane")
    func retries() {
        var script = fleet()
        #expect(script.choice("chat", attempts: tried(script, ["near/chat/1"])).replica == "near/chat/2")
        #expect(script.choice("chat", attempts: tried(script, ["near/chat/1"])).reason == "retry")
        #expect(script.plane("chat", attempts: tried(script, ["near/chat/1"], .connection)) == "middle")
        #expect(script.plane("chat", attempts: tried(script, ["near/chat/1", "near/chat/2"])) == "middle")
        #expect(script.choice("phi", attempts: tried(script, ["near/phi/2"], .connection)).replica == "near/phi/1")
    }

    @Test("a tried replica is tried again only when every other was")
    func triedAgain() {
        var script = fleet()
        let all = tried(script, ["near/phi/1", "near/phi/2"])
        let choice = script.choice("phi", attempts: all)
        #expect(choice.replica.hasPrefix("near/phi/"))
        #expect(choice.reason == "retry")
    }

    @Test("when every replica is ejected one of them is tried rather than refusing")
    func panic() throws {
        var script = fleet()
        for id in ["near/phi/1", "near/phi/2"] { script.handle(.connectFailed(try #require(script.handle(of: id)))) }
        let choice = script.choice("phi")
        #expect(choice.replica.hasPrefix("near/phi/"))
        #expect(choice.reason == "panic")
    }

    @Test("requests that begin alike go to one replica while its load allows; others spread")
    func affinity() {
        var script = GatewayScript()
        script.fill("near", ["chat"], count: 8)
        script.advance(.seconds(10))
        let first = script.choice("chat", prefix: 42)
        #expect(first.reason == "affinity")
        for _ in 0..<20 { #expect(script.choice("chat", prefix: 42).replica == first.replica) }
        let homes = Set((0..<200).map { script.choice("chat", prefix: ByteHash.hash("prompt \($0)")).replica })
        #expect(homes.count == 8)
        guard let handle = script.handle(of: first.replica) else { return #expect(Bool(false), "the replica is in the table") }
        // One is let in at a mean of nothing; then the bound holds it back until the others carry their share.
        script.handle(.requestStarted(handle))
        script.handle(.requestStarted(handle))
        #expect(script.choice("chat", prefix: 42).replica != first.replica)
    }

    @Test("a replica that leaves moves only its own prefixes")
    func affinityIsStable() {
        var script = GatewayScript()
        script.fill("near", ["chat"], count: 5)
        script.advance(.seconds(10))
        let before = (0..<100).map { script.choice("chat", prefix: ByteHash.hash("p\($0)")).replica }
        script.fill("near", ["chat"], count: 4)
        let after = (0..<100).map { script.choice("chat", prefix: ByteHash.hash("p\($0)")).replica }
        for (old, new) in zip(before, after) where old != "near/chat/5" { #expect(old == new) }
        #expect(before.contains("near/chat/5"))
    }

    @Test("round robin visits every replica of the best planes in turn")
    func roundRobin() {
        var script = fleet()
        let visits = (0..<8).map { _ in script.choice("chat", .roundRobin) }
        #expect(Set(visits.map(\.replica)) == ["near/chat/1", "near/chat/2", "middle/chat/1", "middle/chat/2"])
        #expect(visits.allSatisfy { $0.reason == "round-robin" })
    }

    @Test("least request takes the least loaded replica of the best planes")
    func leastRequest() {
        var script = fleet()
        script.fill("near", ["any", "chat", "phi"], running: 3)
        #expect(script.choice("chat", .leastRequest).replica.hasPrefix("middle/"))
        #expect(script.choice("chat", .leastRequest).reason == "least-request")
    }

    @Test("replicas that are not ready take nothing")
    func notReady() {
        var script = GatewayScript()
        let states: [ReplicaReport.State] = [.starting, .unready, .draining]
        for (index, state) in states.enumerated() {
            script.report("near", [FleetFixture.replica("near/phi/\(index)", "127.0.0.1:\(index + 1)", state)])
            #expect(script.choice("phi").reason == "no-replica")
        }
    }

    @Test("full replicas mean overload, not absence")
    func overload() throws {
        var script = GatewayScript()
        script.report("near", [FleetFixture.replica("near/phi/1", "127.0.0.1:1")])
        let handle = try #require(script.handle(of: "near/phi/1"))
        for _ in 0..<RoutingLimits.inFlightPerReplica { script.handle(.requestStarted(handle)) }
        #expect(script.choice("phi").reason == "overloaded")
        script.handle(.finished(handle))
        #expect(script.choice("phi").replica == "near/phi/1")
    }

    @Test("a load that a silent plane reported long ago says nothing")
    func staleLoad() {
        var script = fleet()
        script.fill("near", ["any", "chat", "phi"], waiting: 5)
        script.advance(.seconds(5))
        #expect(script.choice("chat").reason == "spilled")
        script.advance(.milliseconds(1))
        #expect(script.choice("chat").reason == "nearest-in-budget")
    }

    @Test("a replica starts slowly when it became ready just now, not when it was ready long before this gateway saw it")
    func slowStartByAge() {
        for (age, expected) in [(60_000.0, 8), (0, 1)] {
            var script = GatewayScript()
            script.report("near", [FleetFixture.replica("near/phi/1", "127.0.0.1:1", age: 60_000)])
            script.report(
                "near",
                [
                    FleetFixture.replica("near/phi/1", "127.0.0.1:1", age: 60_500),
                    FleetFixture.replica("near/phi/2", "127.0.0.1:2", .starting),
                ])
            script.advance(.seconds(20))
            script.report(
                "near",
                [
                    FleetFixture.replica("near/phi/1", "127.0.0.1:1", age: 80_500),
                    FleetFixture.replica("near/phi/2", "127.0.0.1:2", age: age),
                ])
            var second = 0
            for _ in 0..<16 {
                guard case .send(let handle, _, _) = script.decide("phi") else { continue }
                if script.id(handle) == "near/phi/2" { second += 1 }
                script.handle(.requestStarted(handle))
            }
            #expect(second == expected, "age \(age) ms")
        }
    }
}
