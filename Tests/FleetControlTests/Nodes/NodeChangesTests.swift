import FleetControl
import FleetModel
import Testing

@Suite struct NodeChangesTests {
    private func report(
        _ nodes: [(Int, NodeReport.State, Double?)], _ history: PoolHistory = PoolHistory(pool: "spot"), start: UInt64 = 1
    ) -> PlaneReport {
        PlaneReport(
            plane: "paris", planeStart: start, sequence: 1, assignment: nil, feedAddress: "", replicas: [],
            nodes: nodes.map { NodeReport(pool: "spot", index: $0.0, state: $0.1, reclaimInMilliseconds: $0.2) },
            history: [history])
    }

    private func events(_ old: PlaneReport, _ new: PlaneReport) -> [String] {
        NodeChanges.events(from: old, to: new).map { "\($0.severity.rawValue) \($0.reason): \($0.message)" }
    }

    @Test("a node's way to being ready is told")
    func launching() {
        let none = report([])
        let asked = report([(0, .launching, nil)])
        let ready = report([(0, .ready, nil)], PoolHistory(pool: "spot", launched: 1))
        #expect(events(none, asked) == ["Normal NodeLaunching: node spot/0 is asked for"])
        #expect(events(asked, ready) == ["Normal NodeLaunched: node spot/0 is ready"])
        #expect(events(none, ready) == ["Normal NodeLaunched: node spot/0 is ready"])
    }

    @Test("the use of a warm node is told, and its return")
    func warm() {
        let stopped = report([(0, .stopped, nil)])
        let idle = report([(0, .idle, nil)])
        let ready = report([(0, .ready, nil)])
        #expect(
            events(stopped, report([(0, .launching, nil)]))
                == ["Normal WarmNodeUsed: node spot/0 is resumed from the warm pool"])
        #expect(
            events(idle, ready) == ["Normal WarmNodeUsed: node spot/0 leaves the warm pool: it was idle and runs at once"])
        #expect(events(ready, stopped) == ["Normal NodeWarmed: node spot/0 is kept in the warm pool, stopped"])
    }

    @Test("a reclaim is told when it is announced and when it is done")
    func reclaim() {
        let ready = report([(1, .ready, nil)])
        let noticed = report([(1, .reclaiming, 29_600)])
        let gone = report([], PoolHistory(pool: "spot", reclaimed: 1))
        #expect(
            events(ready, noticed)
                == ["Warning NodeReclaimNoticed: node spot/1 will be taken in 30s; what runs there drains"])
        #expect(events(noticed, report([(1, .reclaiming, 12_000)])).isEmpty)
        #expect(events(noticed, gone) == ["Warning NodeReclaimed: node spot/1 was taken by its provider"])
        #expect(events(ready, gone) == ["Warning NodeReclaimed: node spot/1 was lost without notice"])
        let advised = report([(1, .reclaiming, nil)])
        #expect(
            events(ready, advised) == [
                "Warning NodeReclaimNoticed: node spot/1 may be taken, by its provider's advice; "
                    + "what runs there moves when it runs elsewhere"
            ])
        #expect(events(advised, noticed).count == 1)
    }

    @Test("refusals and releases are told by the pool's counters")
    func counters() {
        let asked = report([(0, .launching, nil)])
        let refused = report([], PoolHistory(pool: "spot", refused: 1, refusal: "no capacity"))
        #expect(events(asked, refused) == ["Warning NodeRefused: pool spot was refused a node: no capacity"])
        let released = report([], PoolHistory(pool: "spot", released: 1))
        #expect(
            events(report([(0, .ready, nil)]), released) == ["Normal NodeReleased: node spot/0 is given back: nothing runs there"]
        )
    }

    @Test("a standing pool's nodes come and go with their replicas without a word")
    func standing() {
        #expect(events(report([]), report([(0, .ready, nil)])).isEmpty)
        #expect(events(report([(0, .ready, nil)]), report([])).isEmpty)
    }

    @Test("nothing is said across a restart of the plane")
    func restart() {
        #expect(events(report([(0, .ready, nil)]), report([], start: 2)).isEmpty)
    }

    @Test("an end that is told further away than any is taken as a day", arguments: [1e300, .infinity, -1e300])
    func hostileEnds(left: Double) {
        let words = left > 0 ? "will be taken in 24h" : "will be taken in 0s"
        #expect(
            events(report([(0, .ready, nil)]), report([(0, .reclaiming, left)]))
                == ["Warning NodeReclaimNoticed: node spot/0 \(words); what runs there drains"])
    }
}
