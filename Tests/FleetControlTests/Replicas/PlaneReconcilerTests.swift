import FleetControl
import FleetModel
import Testing

@Suite struct PlaneReconcilerTests {
    @Test("a wanted replica is started after its number and port are on disk")
    func starts() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 2)])))
        #expect(story.actions.first == .persist)
        #expect(story.starts.map(\.id) == [Fixture.id(1), Fixture.id(2)])
        #expect(story.starts.map(\.port) == [20_000, 20_001])
        #expect(story.starts.map(\.devices) == [[0], [1]])
        #expect(story.actions.last == .publish(.life))
        #expect(story.reconciler.nextIncarnation == 3)
    }

    @Test("two passed checks make it ready, three failed ones unready")
    func thresholds() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        story.hear(.started(Fixture.id(1), pid: 42))
        #expect(story.actions.contains(.probe(Fixture.id(1))))
        story.hear(.probePassed(Fixture.id(1), onward: .zero))
        #expect(story.state(Fixture.id(1)) == .starting)
        story.hear(.probePassed(Fixture.id(1), onward: .zero))
        #expect(story.state(Fixture.id(1)) == .ready)
        #expect(story.report(Fixture.id(1))?.pid == 42)
        #expect(story.report(Fixture.id(1))?.address == "127.64.0.1:20000")
        for expected in [ReplicaReport.State.ready, .ready, .unready] {
            story.hear(.probeFailed(Fixture.id(1), reason: "it answered 503"))
            #expect(story.state(Fixture.id(1)) == expected)
        }
        #expect(story.report(Fixture.id(1))?.reason == "it answered 503")
        story.hear(.probePassed(Fixture.id(1), onward: .zero))
        story.hear(.probePassed(Fixture.id(1), onward: .zero))
        #expect(story.state(Fixture.id(1)) == .ready)
    }

    @Test("tells of each replica its workload's generation and what was measured of its accelerators")
    func reports() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        let generation = story.report(Fixture.id(1))?.generation
        #expect(generation == Fixture.workload(count: 1).generation)
        story.hear(.started(Fixture.id(1), pid: 42))
        for _ in 0..<2 { story.hear(.probePassed(Fixture.id(1), onward: .zero)) }
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 1, acceleratorUse: 0.5, acceleratorMemoryUse: 0.75)))
        #expect(story.report(Fixture.id(1))?.acceleratorUse == 0.5)
        #expect(story.report(Fixture.id(1))?.acceleratorMemoryUse == 0.75)
    }

    @Test("an ended process comes back as a new incarnation on another port after a growing wait")
    func backsOff() throws {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        var id = Fixture.id(1)
        var waits: [Duration] = []
        for _ in 0..<12 {
            story.hear(.started(id, pid: 1))
            story.hear(.exited(id, reason: "killed by signal 9"))
            #expect(story.state(id) == .backingOff)
            #expect(story.report(id)?.address == nil)
            let due = try #require(story.reconciler.nextDeadline)
            waits.append(due.since(story.now))
            while story.starts.isEmpty {
                story.now = try #require(story.reconciler.nextDeadline)
                story.hear(.deadlinePassed)
            }
            #expect(story.state(id) == .gone)
            id = try #require(story.starts.first).id
        }
        #expect(id == Fixture.id(13))
        #expect(story.starts.first?.port == 20_012)
        #expect(story.report(id)?.restarts == 12)
        #expect(waits[0] >= .milliseconds(125) && waits[0] <= .milliseconds(250))
        #expect(waits[3] >= .seconds(1) && waits[3] <= .seconds(2))
    }

    @Test("a replica that is never ready is ended at its start timeout and tried again")
    func startTimeout() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        story.hear(.started(Fixture.id(1), pid: 1))
        story.hear(.probeFailed(Fixture.id(1), reason: "connection refused"))
        story.pass(milliseconds: 31_000)
        #expect(story.stops == [Fixture.id(1)])
        #expect(story.report(Fixture.id(1))?.reason == "not ready within its start timeout; last check: connection refused")
        story.pass(milliseconds: 6_000)
        #expect(story.actions.contains(.kill(Fixture.id(1))))
        story.hear(.exited(Fixture.id(1), reason: "killed by signal 9"))
        #expect(story.state(Fixture.id(1)) == .backingOff)
        story.pass(milliseconds: 1_000)
        #expect(story.starts.map(\.id) == [Fixture.id(2)])
    }

    @Test("deep health that stays bad for a minute starts a replica anew")
    func unhealthy() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        story.makeReady(Fixture.id(1))
        for _ in 0..<3 { story.hear(.probeFailed(Fixture.id(1), reason: "it answered 500")) }
        story.pass(milliseconds: 59_000)
        #expect(story.stops.isEmpty)
        story.pass(milliseconds: 1_000)
        #expect(story.stops == [Fixture.id(1)])
        #expect(story.state(Fixture.id(1)) == .draining)
    }

    @Test("a new generation is ready before the old one drains, where the pool has room")
    func rolls() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 2)])))
        story.makeReady(Fixture.id(1))
        story.makeReady(Fixture.id(2))
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload(generation: 2, count: 2)])))
        #expect(story.starts.map(\.id) == [Fixture.id(3)])
        #expect(story.state(Fixture.id(1)) == .ready)
        story.makeReady(Fixture.id(3))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.state(Fixture.id(2)) == .ready)
        story.makeReady(Fixture.id(4))
        #expect(story.state(Fixture.id(2)) == .draining)
    }

    @Test("without room one old replica drains at a time, and none while the new one is not ready")
    func rollsInAFullPool() {
        var story = Story()
        let pools = [Fixture.pool(perNode: 2)]
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 2)], pools: pools)))
        story.makeReady(Fixture.id(1))
        story.makeReady(Fixture.id(2))
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload(generation: 2, count: 2)], pools: pools)))
        #expect(story.starts.isEmpty)
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.state(Fixture.id(2)) == .ready)
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        #expect(story.starts.map(\.id) == [Fixture.id(3)])
        story.pass(milliseconds: 1_000)
        #expect(story.state(Fixture.id(2)) == .ready)
        story.makeReady(Fixture.id(3))
        #expect(story.state(Fixture.id(2)) == .draining)
    }

    @Test("a lower count drains the least healthy, then the newest")
    func shrinks() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 3)])))
        for incarnation: UInt64 in 1...3 { story.makeReady(Fixture.id(incarnation)) }
        for _ in 0..<3 { story.hear(.probeFailed(Fixture.id(1), reason: "bad")) }
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload(count: 1)])))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.state(Fixture.id(2)) == .ready)
        #expect(story.state(Fixture.id(3)) == .draining)
    }

    @Test("a busy replica is told to stop when it is idle, or at its drain deadline")
    func drains() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 2)])))
        story.makeReady(Fixture.id(1))
        story.makeReady(Fixture.id(2))
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 1)))
        story.hear(.loadMeasured(Fixture.id(2), ReplicaLoad(running: 1)))
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload(count: 0)])))
        #expect(story.stops.isEmpty)
        story.pass(milliseconds: 1_500)
        #expect(story.stops.isEmpty)
        story.hear(.loadMeasured(Fixture.id(1), ReplicaLoad(running: 0, waiting: 0)))
        #expect(story.stops == [Fixture.id(1)])
        story.pass(milliseconds: 9_000)
        #expect(story.stops == [Fixture.id(2)])
        story.hear(.exited(Fixture.id(2), reason: "ended"))
        #expect(story.state(Fixture.id(2)) == .gone)
        #expect(story.actions.contains(.forget(Fixture.id(2))))
    }

    @Test("a drained plane keeps its replicas running")
    func drainedPlane() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        story.makeReady(Fixture.id(1))
        var drained = Fixture.assignment(2, [Fixture.workload(count: 1)])
        drained.isDrained = true
        story.hear(.assigned(drained))
        #expect(story.state(Fixture.id(1)) == .ready)
    }

    @Test("an assignment never goes back")
    func versions() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(5, [Fixture.workload(count: 1)])))
        story.hear(.assigned(Fixture.assignment(4, [Fixture.workload(count: 3)])))
        #expect(story.actions.isEmpty)
        #expect(story.reconciler.assignment?.version.generation == 5)
        story.hear(.assigned(Fixture.assignment(5, [Fixture.workload(count: 3)])))
        #expect(story.starts.isEmpty)
    }

    @Test("what the driver refuses is reported, not run, and asked again later")
    func driverRefuses() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        story.hear(.startRefused(Fixture.id(1), reason: "vllm is not allowed; start the plane with --allow-command vllm"))
        #expect(story.starts.isEmpty)
        #expect(story.state(Fixture.id(1)) == .gone)
        #expect(story.reconciler.refusals.map(\.reason) == ["vllm is not allowed; start the plane with --allow-command vllm"])
        story.pass(milliseconds: 30_000)
        #expect(story.starts.map(\.id) == [Fixture.id(2)])
    }

    @Test("without a free port nothing is started, and it says why")
    func addressesRunOut() {
        var story = Story(Fixture.reconciler(ports: 20_000...20_000))
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload("a", count: 1), Fixture.workload("b", count: 1)])))
        #expect(story.starts.map(\.id) == [Fixture.id(1, "a")])
        #expect(story.reconciler.refusals.map(\.workload) == ["b"])
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload("b", count: 1)])))
        story.hear(.exited(Fixture.id(1, "a"), reason: "ended"))
        #expect(story.starts.isEmpty)
        story.pass(milliseconds: 599_000)
        #expect(story.starts.isEmpty)
        story.pass(milliseconds: 1_000)
        #expect(story.starts.map(\.port) == [20_000])
        #expect(story.reconciler.refusals.isEmpty)
    }

    @Test("an endpoint has one replica per workload and needs no accelerator; a changed URL replaces it")
    func endpoints() {
        var story = Story()
        let driver = PlaneDriver.endpoint(EndpointDriver(url: "https://a.example"))
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 9)], driver: driver)))
        #expect(story.starts.map(\.devices) == [[]])
        story.makeReady(Fixture.id(1))
        let moved = PlaneDriver.endpoint(EndpointDriver(url: "https://b.example"))
        story.hear(.assigned(Fixture.assignment(2, [Fixture.workload(count: 9)], driver: moved)))
        #expect(story.starts.map(\.id) == [Fixture.id(2)])
        story.makeReady(Fixture.id(2))
        #expect(story.state(Fixture.id(1)) == .draining)
    }

    @Test("at shutdown every replica drains within the time given, and nothing is started")
    func shutsDown() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 2)])))
        story.makeReady(Fixture.id(1))
        story.hear(.shutdownRequested(within: .seconds(3)))
        #expect(story.state(Fixture.id(1)) == .draining)
        #expect(story.stops == [Fixture.id(2)])
        story.pass(milliseconds: 1_000)
        #expect(story.stops == [Fixture.id(1)])
        story.hear(.exited(Fixture.id(1), reason: "ended"))
        story.hear(.exited(Fixture.id(2), reason: "ended"))
        #expect(story.starts.isEmpty)
        #expect(story.reconciler.isFinished)
    }

    @Test("a shutdown that is asked for again with less time ends what is left by then, and one with more time changes nothing")
    func shutsDownSooner() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 2)])))
        for id in [Fixture.id(1), Fixture.id(2)] {
            story.makeReady(id)
            story.hear(.loadMeasured(id, ReplicaLoad(running: 2, waiting: 0)))
        }
        story.hear(.shutdownRequested(within: .seconds(600)))
        story.pass(milliseconds: 2_000)
        #expect(story.stops.isEmpty)
        // Idle: told to stop, with all the time that was given.
        story.hear(.loadMeasured(Fixture.id(2), ReplicaLoad(running: 0, waiting: 0)))
        #expect(story.stops == [Fixture.id(2)])
        story.hear(.shutdownRequested(within: .zero))
        #expect(story.stops == [Fixture.id(1)])
        story.hear(.shutdownRequested(within: .seconds(600)))
        // Five seconds to end, and one until it is ended by force.
        story.pass(milliseconds: 6_000)
        #expect(Set(story.kills) == [Fixture.id(1), Fixture.id(2)])
    }

    @Test("accelerators are numbered over all pools of a plane, processors apart")
    func planeDevices() {
        var processors = Fixture.pool("cpu", perNode: 64, nodes: 2)
        processors.accelerator = "CPU"
        let pools = [processors, Fixture.pool("first", perNode: 2, nodes: 3), Fixture.pool("second", perNode: 4)]
        var story = Story()
        story.hear(
            .assigned(
                Fixture.assignment(
                    1,
                    [
                        Fixture.workload("a", count: 1, each: 2, pool: "first"),
                        Fixture.workload("b", count: 1, each: 2, pool: "second"),
                        Fixture.workload("c", count: 1, each: 1, pool: "second"),
                    ], pools: pools)))
        #expect(story.starts.map(\.devices) == [[0, 1], [0, 1], [2]])
        #expect(story.starts.map(\.planeDevices) == [[0, 1], [6, 7], [8]])
    }

    @Test("events of forgotten replicas change nothing")
    func strangers() {
        var story = Story()
        story.hear(.assigned(Fixture.assignment(1, [Fixture.workload(count: 1)])))
        for event in [
            PlaneEvent.started(Fixture.id(9), pid: 1), .exited(Fixture.id(9), reason: ""), .loadMeasured(Fixture.id(9), nil),
            .probePassed(Fixture.id(9), onward: .zero), .probeFailed(Fixture.id(9), reason: ""),
            .startRefused(Fixture.id(9), reason: ""),
        ] {
            story.hear(event)
            #expect(story.actions.isEmpty)
        }
    }
}
