import FleetControl
import FleetModel
import Testing

@Suite struct WithdrawnNoticeTests {
    /// Two nodes of one accelerator, one replica ready on the first.
    private func story() -> Story {
        var story = Story()
        story.hear(
            .assigned(Fixture.assignment(1, [Fixture.workload(count: 1)], pools: [Fixture.pool(perNode: 1, nodes: 2)])))
        story.makeReady(Fixture.id(1))
        return story
    }

    @Test("a node is vacant once the last replica on it has ended, not when it drains")
    func vacancy() {
        var story = story()
        #expect(!story.reconciler.isVacant(pool: "h100", node: 0))
        #expect(story.reconciler.isVacant(pool: "h100", node: 1))
        story.hear(.reclaimNoticed(pool: "h100", node: 0, within: .seconds(30), kind: .termination))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(!story.reconciler.isVacant(pool: "h100", node: 0))
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        #expect(story.reconciler.isVacant(pool: "h100", node: 0))
        #expect(story.starts.isEmpty || story.starts.allSatisfy { $0.devices == [1] })
    }

    @Test("a withdrawn notice opens its node again, and its end takes nothing any more")
    func withdrawal() {
        var story = story()
        story.hear(.reclaimNoticed(pool: "h100", node: 1, within: .seconds(30), kind: .termination))
        story.hear(.reclaimWithdrawn(pool: "h100", node: 1, kind: .termination))
        story.hear(
            .assigned(Fixture.assignment(2, [Fixture.workload(count: 2)], pools: [Fixture.pool(perNode: 1, nodes: 2)])))
        #expect(story.starts.map(\.devices) == [[1]])
        story.makeReady(Fixture.id(2))
        story.pass(milliseconds: 31_000)
        #expect(story.state(Fixture.id(2)) == .ready)
    }

    @Test("advice that is withdrawn leaves an announced end in force")
    func kinds() {
        var story = story()
        story.hear(.reclaimNoticed(pool: "h100", node: 1, within: .seconds(30), kind: .termination))
        story.hear(.reclaimWithdrawn(pool: "h100", node: 1, kind: .rebalance))
        story.hear(
            .assigned(Fixture.assignment(2, [Fixture.workload(count: 2)], pools: [Fixture.pool(perNode: 1, nodes: 2)])))
        #expect(story.starts.isEmpty)
    }

    @Test("advice holds on when an end that was announced besides is withdrawn, whichever came first", arguments: [true, false])
    func adviceBesideAnEnd(isAdviceFirst: Bool) {
        var story = story()
        let kinds: [ReclaimNotice.Kind] = isAdviceFirst ? [.rebalance, .termination] : [.termination, .rebalance]
        for kind in kinds {
            let end: Duration? = kind == .termination ? .seconds(30) : nil
            story.hear(.reclaimNoticed(pool: "h100", node: 0, within: end, kind: kind))
        }
        story.hear(.reclaimWithdrawn(pool: "h100", node: 0, kind: .termination))
        let report = story.reconciler.nodeReports(now: story.now)?.first { $0.index == 0 }
        #expect(report?.state == .reclaiming)
        #expect(report?.reclaimInMilliseconds == nil)
        story.hear(.reclaimWithdrawn(pool: "h100", node: 0, kind: .rebalance))
        #expect(story.reconciler.nodeReports(now: story.now)?.first { $0.index == 0 }?.state == .ready)
    }

    @Test("a node that is none of the plane's is not vacant: nothing is known of what runs there")
    func unknownNodes() {
        let story = story()
        for (pool, node) in [("spot", 0), ("h100", 2), ("h100", -1)] as [(PoolName, Int)] {
            #expect(!story.reconciler.isVacant(pool: pool, node: node))
        }
        var endpoint = Story()
        let driver = PlaneDriver.endpoint(EndpointDriver(url: "https://a.example"))
        endpoint.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)], driver: driver)))
        #expect(!endpoint.reconciler.isVacant(pool: "h100", node: 0))
    }

    @Test("notices of pools and nodes that are not the plane's change nothing")
    func strangers() {
        var story = story()
        for (pool, node) in [("spot", 0), ("h100", 2), ("h100", -1)] as [(PoolName, Int)] {
            story.hear(.reclaimNoticed(pool: pool, node: node, within: .zero, kind: .termination))
            story.hear(.reclaimWithdrawn(pool: pool, node: node, kind: .termination))
            #expect(story.state(Fixture.id(1)) == .ready)
            #expect(story.stops.isEmpty)
        }
    }
}
