import FleetControl
import FleetModel
import Testing

@Suite struct AdmissionTests {
    @Test("replicas beyond the pool are refused with the numbers")
    func beyondThePool() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 6)])))
        #expect(story.starts.count == 4)
        #expect(
            story.reconciler.refusals.map(\.reason)
                == ["4 of 6 replicas pack into pool h100 (1 × 4 H100-80GB): each needs 1 on one node"])
    }

    @Test("no replica lies on two nodes")
    func noSpanning() {
        var story = Story()
        let pools = [Fixture.pool(perNode: 4, nodes: 2)]
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 3, each: 3)], pools: pools)))
        #expect(story.starts.map(\.devices) == [[0, 1, 2], [4, 5, 6]])
    }

    @Test("large replicas are packed first, small ones into what they leave")
    func decreasing() {
        var story = Story()
        let workloads = [Fixture.workload("a", count: 4, each: 1), Fixture.workload("b", count: 1, each: 4)]
        story.hear(.assigned(Fixture.assignment(1, workloads, pools: [Fixture.pool(perNode: 4, nodes: 2)])))
        #expect(story.starts.map(\.id.workload) == ["b", "a", "a", "a", "a"])
        #expect(story.reconciler.refusals.isEmpty)
    }

    @Test(
        "an impossible placement is refused with its reason",
        arguments: [
            (Fixture.workload(count: 1, pool: "b200"), "the plane has no pool b200"),
            (Fixture.workload(count: 1, accelerator: "A100-80GB"), "pool h100 has H100-80GB, not A100-80GB"),
            (
                Fixture.workload(count: 1, each: 8),
                "pool h100: a replica needs 8 accelerators in one node; its nodes have 4"
            ),
            (
                Fixture.workload(count: 1, each: 0),
                "pool h100: a replica needs at least 1 accelerator and a count at least 0"
            ),
        ])
    func impossible(workload: PlaneAssignment.Workload, reason: String) {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [workload])))
        #expect(story.starts.isEmpty)
        #expect(story.reconciler.refusals.map(\.reason) == [reason])
    }

    @Test("a pool that loses a node loses the replicas on it")
    func shrunkPool() {
        var story = Story()
        let two = [Fixture.pool(perNode: 1, nodes: 2)]
        story.hear(
            .assigned(Fixture.assignment(1, [Fixture.workload("a", count: 1), Fixture.workload("b", count: 1)], pools: two)))
        let one = [Fixture.pool(perNode: 1, nodes: 1)]
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload("b", count: 1)], pools: one)))
        #expect(Set(story.stops) == [Fixture.id(1, "a"), Fixture.id(2, "b")])
        story.hear(.exited(Fixture.id(2, "b"), reason: "ended"))
        story.hear(.exited(Fixture.id(1, "a"), reason: "ended"))
        #expect(story.starts.map(\.devices) == [[0]])
    }
}
