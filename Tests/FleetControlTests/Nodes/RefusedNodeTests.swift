import FleetControl
import FleetModel
import Testing

@Suite struct RefusedNodeTests {
    @Test("a node whose provider only advises to leave it counts once against the pool, also after a refusal")
    func advisedAfterRefusal() {
        var story = Story()
        // Three nodes of two: two run, the third is refused.
        story.assign(1, [NodeFixture.workload(count: 6)], NodeFixture.pool(nodes: 3))
        story.launched(0)
        story.launched(1)
        story.hear(.nodeRefused(pool: "spot", node: 2, reason: "no capacity"))
        #expect(story.history?.unavailable == 1)
        story.noticed(0, within: nil, .rebalance)
        #expect(story.nodes == [0: .reclaiming, 1: .ready])
        #expect(story.history?.unavailable == 1)
    }

    @Test("a node that was asked for before another was refused does not end the wait for the next")
    func launchedBeforeTheRefusal() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 4)], NodeFixture.pool())
        #expect(story.launches.map(\.index) == [0, 1])
        story.pass(milliseconds: 10_000)
        story.hear(.nodeRefused(pool: "spot", node: 1, reason: "no capacity"))
        story.pass(milliseconds: 50_000)
        story.launched(0)
        #expect(story.launches.isEmpty)
        #expect(story.history?.refusal == "no capacity")
        // Refused at 10 s and waited for 100 s.
        story.pass(milliseconds: 49_999)
        #expect(story.launches.isEmpty)
        story.pass(milliseconds: 1)
        #expect(story.launches.map(\.index) == [1])
        // The next one was asked for later: its success ends the row of refusals.
        story.launched(1)
        #expect(story.history?.refusal == nil)
    }

    @Test("a notice does not change when its node was asked for")
    func noticedWhileLaunching() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 4)], NodeFixture.pool())
        story.pass(milliseconds: 10_000)
        story.hear(.nodeRefused(pool: "spot", node: 1, reason: "no capacity"))
        story.pass(milliseconds: 10_000)
        story.noticed(0, within: .seconds(120))
        story.launched(0)
        #expect(story.history?.refusal == "no capacity")
    }

    @Test("a stopped node of a pool that became a standing one waits out a refusal too")
    func refusedRestoration() {
        var story = Story()
        story.assign(1, [], NodeFixture.pool(nodes: 1, warm: WarmPool(nodes: 1, state: .stopped)))
        story.launched(0)
        story.hear(.nodeStopped(pool: "spot", node: 0))
        story.assign(2, [], NodeFixture.pool(nodes: 1, launch: .zero))
        #expect(story.launches.map(\.isResume) == [true])
        story.hear(.nodeRefused(pool: "spot", node: 0, reason: "no capacity"))
        #expect(story.launches.isEmpty)
        story.pass(milliseconds: 99_999)
        #expect(story.launches.isEmpty)
        story.pass(milliseconds: 1)
        #expect(story.launches.map(\.isResume) == [true])
    }
}
