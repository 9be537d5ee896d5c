import FleetControl
import FleetModel
import Testing

@Suite struct NodeLifeTests {
    @Test("a replica waits until its node is launched")
    func waiting() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 1)], NodeFixture.pool())
        #expect(story.launches.map(\.index) == [0])
        #expect(story.launches.map(\.expectedTime) == [.seconds(60)])
        #expect(story.starts.isEmpty)
        #expect(story.reconciler.refusals.isEmpty)
        #expect(story.nodes == [0: .launching])
        story.launched(0)
        #expect(story.starts.map(\.devices) == [[0]])
        #expect(story.nodes == [0: .ready])
        #expect(story.history == PoolHistory(pool: "spot", launched: 1, released: 0, unavailable: 0))
    }

    @Test("as many nodes are asked for as the replicas pack into, and no more once they come")
    func packing() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 5)], NodeFixture.pool())
        #expect(story.launches.map(\.index) == [0, 1, 2])
        story.launched(1)
        #expect(story.starts.map(\.devices) == [[2], [3]])
        #expect(story.launches.isEmpty)
    }

    @Test("open nodes fill before another is opened")
    func openFirst() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 3)], NodeFixture.pool())
        story.launched(0)
        story.launched(1)
        story.assign(2, [NodeFixture.workload(count: 3), NodeFixture.workload("other", count: 1)], NodeFixture.pool())
        #expect(story.starts.map(\.devices) == [[3]])
        #expect(story.launches.isEmpty)
    }

    @Test("an empty node is given back after the declared delay")
    func scaleDown() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 1)], NodeFixture.pool())
        story.launched(0)
        story.assign(2, [], NodeFixture.pool())
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        story.pass(milliseconds: 29_999)
        #expect(story.releasedNodes.isEmpty)
        #expect(story.nodes == [0: .ready])
        story.pass(milliseconds: 1)
        #expect(story.releasedNodes == [0])
        story.hear(.nodeReleased(pool: "spot", node: 0))
        #expect(story.nodes.isEmpty)
        #expect(story.history?.released == 1)
    }

    @Test("fewer replicas leave the emptiest node first, so that it can go")
    func consolidation() {
        var story = Story()
        story.assign(1, [NodeFixture.workload("a", count: 1), NodeFixture.workload("b", count: 3)], NodeFixture.pool())
        story.launched(0)
        story.launched(1)
        story.makeReady(Fixture.id(1, "a"))
        for id in 2...4 { story.makeReady(Fixture.id(UInt64(id), "b")) }
        story.assign(2, [NodeFixture.workload("b", count: 3)], NodeFixture.pool())
        story.hear(.exited(Fixture.id(1, "a"), reason: "ended"))
        story.assign(3, [NodeFixture.workload("b", count: 2)], NodeFixture.pool())
        #expect([2, 3, 4].map { story.state(Fixture.id($0, "b")) } == [.draining, .ready, .ready])
    }

    @Test("a refusal is waited out, twice as long after each one, and told as capacity that is not there")
    func refusal() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 1)], NodeFixture.pool())
        story.hear(.nodeRefused(pool: "spot", node: 0, reason: "no capacity"))
        #expect(story.launches.isEmpty)
        #expect(
            story.history
                == PoolHistory(
                    pool: "spot", refused: 1, released: 0, unavailable: 4, refusal: "no capacity"))
        #expect(story.reconciler.refusals.map(\.reason) == ["pool spot was refused nodes: no capacity"])
        story.pass(milliseconds: 99_999)
        #expect(story.launches.isEmpty)
        story.pass(milliseconds: 1)
        #expect(story.launches.map(\.index) == [0])
        story.hear(.nodeRefused(pool: "spot", node: 0, reason: "no capacity"))
        story.pass(milliseconds: 199_999)
        #expect(story.launches.isEmpty)
        story.pass(milliseconds: 1)
        #expect(story.launches.map(\.index) == [0])
        story.launched(0)
        #expect(story.history?.unavailable == 0)
        #expect(story.history?.refusal == nil)
    }

    @Test("nodes that were asked for together and refused together are waited for once, not longer for each of them")
    func refusedTogether() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 5)], NodeFixture.pool())
        for node in 0...2 { story.hear(.nodeRefused(pool: "spot", node: node, reason: "no capacity")) }
        #expect(story.history?.refused == 3)
        story.pass(milliseconds: 99_999)
        #expect(story.launches.isEmpty)
        story.pass(milliseconds: 1)
        #expect(story.launches.map(\.index) == [0, 1, 2])
    }

    @Test("what came up while the plane was away is taken in, and given back when it is not needed")
    func adoption() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 1)], NodeFixture.pool())
        story.launched(3)
        #expect(story.starts.map(\.devices) == [[6]])
        story.launched(9)
        #expect(story.releasedNodes == [9])
    }

    @Test("a pool that is no longer declared gives its nodes back once they are empty")
    func undeclared() {
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 1)], NodeFixture.pool())
        story.launched(0)
        story.hear(.assigned(Fixture.assignment(2, [])))
        #expect(story.releasedNodes.isEmpty)
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        #expect(story.releasedNodes == [0])
    }

    @Test("numbers no fleet may declare do no harm")
    func hostileNumbers() {
        var pool = NodeFixture.pool(warm: WarmPool(nodes: -1))
        pool.maxNodes = -3
        pool.acceleratorsPerNode = .max
        pool.provisioning?.cooldown = .seconds(Int64.max)
        var story = Story()
        story.assign(1, [NodeFixture.workload(count: 1)], pool)
        story.noticed(-1, within: .seconds(Int64.max))
        story.noticed(.max, within: .seconds(-5))
        #expect(story.starts.isEmpty && story.launches.isEmpty)
        pool.maxNodes = 1
        story.assign(2, [NodeFixture.workload(count: 1)], pool)
        story.launched(0)
        story.noticed(0, within: .seconds(Int64.max))
        #expect(story.nodes == [0: .reclaiming])
    }

    @Test("numbers no fleet may declare do no harm beside running replicas")
    func hostileNumbersBesideReplicas() {
        var pool = NodeFixture.pool(launch: nil)
        pool.acceleratorsPerNode = .max
        pool.maxNodes = .max
        var workload = NodeFixture.workload(count: 1)
        workload.engine = .command(CommandEngineSpec(command: ["serve"], startTimeoutMilliseconds: .max))
        var slow = NodeFixture.workload("slow", count: 1)
        slow.engine = .simulated(SimulatedEngineSpec(loadMilliseconds: .max, warmUpMilliseconds: .max))
        var story = Story()
        story.assign(1, [workload, slow], pool)
        #expect(story.starts.count == 2)
        story.pass(milliseconds: 1)
        story.assign(2, [workload, slow], pool)
        #expect(story.state(Fixture.id(1)) == .starting)
        // A day, and for the other two of them and the allowance for its start.
        story.pass(milliseconds: 86_400_000)
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.state(Fixture.id(2, "slow")) == .starting)
    }

    // MARK: Warm pools

    @Test("stopped nodes are launched once, shut down, resumed for replicas that wait, and replaced")
    func stoppedNodes() {
        var story = Story()
        let pool = NodeFixture.pool(warm: WarmPool(nodes: 1, state: .stopped))
        story.assign(1, [NodeFixture.workload(count: 2)], pool)
        #expect(story.launches.map(\.index) == [0, 1])
        story.launched(0)
        story.launched(1)
        #expect(story.stoppedNodes == [1])
        #expect(story.nodes == [0: .ready, 1: .stopped])
        story.hear(.nodeStopped(pool: "spot", node: 1))
        story.assign(2, [NodeFixture.workload(count: 3)], pool)
        #expect(story.launches.map(\.index) == [1, 2])
        #expect(story.launches.map(\.isResume) == [true, false])
        #expect(story.launches.map(\.expectedTime) == [.seconds(20), .seconds(60)])
        story.launched(1)
        #expect(story.starts.map(\.devices) == [[2]])
        story.launched(2)
        #expect(story.stoppedNodes == [2])
    }

    @Test("a stopped node whose resumption is refused is kept, and not counted on until it is tried again")
    func refusedResume() {
        var story = Story()
        let pool = NodeFixture.pool(nodes: 2, warm: WarmPool(nodes: 1, state: .stopped))
        story.assign(1, [], pool)
        story.launched(0)
        story.hear(.nodeStopped(pool: "spot", node: 0))
        story.assign(2, [NodeFixture.workload(count: 1)], pool)
        #expect(story.launches.map(\.isResume) == [true, false])
        story.hear(.nodeRefused(pool: "spot", node: 0, reason: "no capacity"))
        #expect(story.nodes == [0: .stopped, 1: .launching])
        #expect(story.history?.unavailable == 1)
        // The node on its way to the warm pool takes the replica instead.
        story.pass(milliseconds: 100_000)
        #expect(story.launches.isEmpty)
        #expect(story.history?.unavailable == 0)
        story.launched(1)
        #expect(story.starts.map(\.devices) == [[2]])
    }

    @Test("an idle node takes a replica at once, and another takes its place")
    func idleNodes() {
        var story = Story()
        let pool = NodeFixture.pool(warm: WarmPool(nodes: 1, state: .idle))
        story.assign(1, [], pool)
        story.launched(0)
        #expect(story.nodes == [0: .idle])
        story.assign(2, [NodeFixture.workload(count: 1)], pool)
        #expect(story.starts.map(\.devices) == [[0]])
        #expect(story.launches.map(\.index) == [1])
        #expect(story.nodes == [0: .ready, 1: .launching])
    }

    @Test("a node that becomes empty is kept warm where one is missing")
    func keptWarm() {
        var story = Story()
        let pool = NodeFixture.pool(nodes: 1, warm: WarmPool(nodes: 1, state: .stopped))
        story.assign(1, [NodeFixture.workload(count: 1)], pool)
        story.launched(0)
        story.assign(2, [], pool)
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        story.pass(milliseconds: 30_000)
        #expect(story.stoppedNodes == [0])
        #expect(story.releasedNodes.isEmpty)
    }

    @Test("a smaller warm pool gives nodes back")
    func smallerWarmPool() {
        var story = Story()
        story.assign(1, [], NodeFixture.pool(warm: WarmPool(nodes: 2, state: .idle)))
        story.launched(0)
        story.launched(1)
        story.assign(2, [], NodeFixture.pool(warm: WarmPool(nodes: 1, state: .idle)))
        #expect(story.releasedNodes == [1])
    }

    // MARK: Classes

    @Test("real-time, batch and training keep to nodes of their own")
    func classes() {
        var story = Story()
        let workloads = [
            NodeFixture.workload("a", count: 1), NodeFixture.workload("b", count: 1, class: .batch),
            NodeFixture.workload("c", count: 1, class: .training),
        ]
        story.assign(1, workloads, NodeFixture.pool(launch: nil))
        #expect(story.starts.map(\.devices) == [[0], [2], [4]])
    }

    @Test("they share nodes where the pool says so")
    func sharedNodes() {
        var story = Story()
        let workloads = [NodeFixture.workload("a", count: 1), NodeFixture.workload("b", count: 1, class: .batch)]
        story.assign(1, workloads, NodeFixture.pool(sharing: .any, launch: nil))
        #expect(story.starts.map(\.devices) == [[0], [1]])
    }

    @Test("a pool without a node left for another class refuses it")
    func noNodeForAClass() {
        var story = Story()
        let workloads = [NodeFixture.workload("a", count: 1), NodeFixture.workload("b", count: 1, class: .batch)]
        story.assign(1, workloads, NodeFixture.pool(nodes: 1, launch: nil))
        #expect(story.starts.map(\.id.workload) == ["a"])
        #expect(story.reconciler.refusals.map(\.workload) == ["b"])
    }
}
