import FleetControl
import FleetModel
import Testing

@Suite struct ReclaimTests {
    /// Two nodes of two accelerators, and ready replicas of `chat`.
    private func running(
        _ count: Int, nodes: Int = 2, drain: Int = 3_600_000, checkpoint: CheckpointCall? = nil, launch: Duration? = nil
    ) -> Story {
        var story = Story()
        story.assign(
            1, [NodeFixture.workload(count: count, drain: drain, checkpoint: checkpoint)],
            NodeFixture.pool(nodes: nodes, launch: launch))
        for node in 0..<nodes where launch != nil { story.launched(node) }
        for id in 1...UInt64(count) { story.makeReady(Fixture.id(id)) }
        return story
    }

    @Test("a notice drains what runs on the node and starts its successor elsewhere at once")
    func notice() {
        var story = running(1)
        story.noticed(0, within: .seconds(30))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.starts.map(\.devices) == [[2]])
        #expect(story.nodes == [0: .reclaiming, 1: .ready])
        #expect(story.reconciler.nodeReports(now: story.now)?.first?.reclaimInMilliseconds == 30_000)
        #expect(story.history?.unavailable == 1)
    }

    @Test("a busy replica is told to stop seven seconds before its node is taken, whatever its own drain time")
    func drainWithinTheNotice() {
        var story = running(1)
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 2)))
        story.noticed(0, within: .seconds(30))
        story.pass(milliseconds: 22_999)
        #expect(!story.stops.contains(Fixture.id(1)))
        story.pass(milliseconds: 1)
        #expect(story.stops.contains(Fixture.id(1)))
    }

    @Test("its own shorter drain time holds")
    func shorterDrain() {
        var story = running(1, drain: 4_000)
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 2)))
        story.noticed(0, within: .seconds(120))
        story.pass(milliseconds: 4_000)
        #expect(story.stops.contains(Fixture.id(1)))
    }

    @Test("a replica that was leaving with more time has no more than the notice")
    func leavingAlready() {
        var story = running(1)
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 2)))
        story.assign(2, [], NodeFixture.pool(nodes: 2, launch: nil))
        story.noticed(0, within: .seconds(30))
        story.pass(milliseconds: 23_000)
        #expect(story.stops.contains(Fixture.id(1)))
    }

    @Test("nothing starts on the node, and a repeated or later notice changes nothing")
    func cordoned() {
        var story = running(1)
        story.noticed(0, within: .seconds(30))
        story.noticed(0, within: .seconds(60))
        #expect(story.reconciler.nodeReports(now: story.now)?.first?.reclaimInMilliseconds == 30_000)
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        story.assign(2, [NodeFixture.workload(count: 3)], NodeFixture.pool(nodes: 2, launch: nil))
        #expect(story.starts.map(\.devices) == [[3]])
        #expect(
            story.reconciler.refusals.map(\.reason)
                == ["pool spot has nodes that its provider takes, or took; they are asked for again"])
    }

    @Test("at the end of the notice the node is lost, and asked for again after its cool-down")
    func taken() {
        var story = running(1)
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 2)))
        story.noticed(0, within: .seconds(5))
        story.pass(milliseconds: 5_000)
        #expect(story.kills == [Fixture.id(1)])
        #expect(story.releasedNodes == [0])
        #expect(story.history?.reclaimed == 1)
        story.hear(.exited(Fixture.id(1), reason: "killed"))
        story.hear(.nodeReleased(pool: "spot", node: 0))
        // Karpenter's three minutes, where the pool declares no time of its own.
        story.pass(milliseconds: 179_999)
        #expect(story.launches.isEmpty)
        #expect(story.history?.unavailable == 1)
        story.pass(milliseconds: 1)
        #expect(story.launches.map(\.index) == [0])
        #expect(story.history?.unavailable == 0)
        story.launched(0)
        #expect(story.nodes == [1: .ready])
    }

    @Test("a node lost without a word ends what ran there, and its successor starts elsewhere")
    func lost() {
        var story = running(2)
        story.hear(.nodeLost(pool: "spot", node: 0))
        #expect(story.kills == [Fixture.id(1), Fixture.id(2)])
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.starts.map(\.devices) == [[2], [3]])
        story.hear(.nodeLost(pool: "spot", node: 0))
        #expect(story.kills.isEmpty)
        #expect(story.history?.reclaimed == 1)
    }

    @Test("a notice that does not say when is taken for thirty seconds")
    func unknownTime() {
        var story = running(1)
        story.noticed(0, within: nil)
        #expect(story.reconciler.nodeReports(now: story.now)?.first?.reclaimInMilliseconds == 30_000)
    }

    @Test("a new node is asked for where the open ones have no room")
    func anotherNode() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 2)], NodeFixture.pool())
        story.launched(0)
        story.noticed(0, within: .seconds(120))
        #expect(story.launches.map(\.index) == [1])
        story.launched(1)
        #expect(story.starts.map(\.devices) == [[2], [3]])
    }

    // MARK: Advice

    @Test("on advice the successor is ready before the replica leaves, and the empty node is given back")
    func advice() {
        var story = running(1)
        story.noticed(0, within: nil, .rebalance)
        #expect(story.state(Fixture.id(1)) == .ready)
        #expect(story.starts.map(\.devices) == [[2]])
        story.makeReady(Fixture.id(2))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.report(Fixture.id(1))?.reason == "its node may be reclaimed")
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        #expect(story.releasedNodes == [0])
        story.hear(.nodeReleased(pool: "spot", node: 0))
        #expect(story.launches.map(\.index) == [0])
        #expect(story.history?.reclaimed == 0)
    }

    @Test("without room elsewhere an advised replica goes on serving, until the node is announced to be taken")
    func adviceWithoutRoom() {
        var story = running(2, nodes: 1)
        story.noticed(0, within: nil, .rebalance)
        story.pass(milliseconds: 60_000)
        #expect(story.state(Fixture.id(1)) == .ready)
        #expect(story.state(Fixture.id(2)) == .ready)
        #expect(story.reconciler.refusals.isEmpty)
        #expect(story.history?.unavailable == 0)
        story.noticed(0, within: .seconds(30))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.history?.unavailable == 1)
    }

    // MARK: Checkpoints

    @Test("work is saved before the replica is stopped, and then it need not become idle")
    func checkpoint() {
        var story = running(1, checkpoint: CheckpointCall(path: "/checkpoint", timeoutMilliseconds: 20_000))
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 4)))
        story.noticed(0, within: .seconds(30))
        #expect(
            story.actions.contains(
                .checkpoint(Fixture.id(1), within: .seconds(20), reason: "its node is being reclaimed")))
        story.pass(milliseconds: 2_000)
        #expect(!story.stops.contains(Fixture.id(1)))
        story.hear(.checkpointed(Fixture.id(1), problem: nil))
        #expect(story.stops.contains(Fixture.id(1)))
        #expect(story.report(Fixture.id(1))?.reason == "its node is being reclaimed; its work is saved")
    }

    @Test("work that cannot be saved has the drain time that is left")
    func failedCheckpoint() {
        var story = running(1, checkpoint: CheckpointCall(path: "/checkpoint"))
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 4)))
        story.noticed(0, within: .seconds(30))
        story.pass(milliseconds: 2_000)
        story.hear(.checkpointed(Fixture.id(1), problem: "it answered 500"))
        #expect(!story.stops.contains(Fixture.id(1)))
        story.pass(milliseconds: 21_000)
        #expect(story.stops.contains(Fixture.id(1)))
        #expect(
            story.report(Fixture.id(1))?.reason
                == "its node is being reclaimed; its work could not be saved: it answered 500")
    }
}
