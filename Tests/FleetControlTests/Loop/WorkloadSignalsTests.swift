import FleetControl
import FleetModel
import Testing

@Suite("What the loop measures of a workload")
struct WorkloadSignalsTests: LoopWorld {
    @Test("waiting and running requests are summed over replicas and gateways")
    func sums() {
        var world = world(planes: ["east", "west"])
        world.hear("east", [replica(.ready, running: 3, waiting: 2), replica(.ready, running: 1, waiting: 0)])
        world.hear("west", [replica(.ready, running: 5, waiting: 4)])
        world.hearDoor(WorkloadDemand(queued: 7))
        let signals = world.signals
        #expect(signals.replicas == 3)
        #expect(signals.queued == WorkloadSignals.Reading(sum: 13, sources: 4))
        #expect(signals.concurrency.sum == 22)
    }

    @Test("a replica that does not tell, and one of a lost plane, count as missing, never as idle")
    func missing() {
        var world = world(planes: ["east", "west"])
        world.hear("east", [replica(.ready, running: nil, waiting: nil), replica(.ready, running: 1, waiting: 1)])
        world.hear("west", [replica(.ready, running: 9, waiting: 9)])
        world.hearDoor(WorkloadDemand())
        world.pass(.seconds(16))
        world.hear("east", [replica(.ready, running: nil, waiting: nil), replica(.ready, running: 1, waiting: 1)])
        world.hearDoor(WorkloadDemand())
        let signals = world.signals
        #expect(signals.replicas == 3)
        #expect(signals.queued == WorkloadSignals.Reading(sum: 1, sources: 2, missing: 2))
        // What runs in the engines of the silent plane is not known to be nothing. (The gateway tells.)
        #expect(signals.concurrency.missing == 1)
    }

    @Test("replicas that leave do not count, those that start or wait to start again do")
    func states() {
        var world = world(planes: ["east"])
        world.hear("east", [replica(.starting), replica(.backingOff), replica(.draining), replica(.gone), replica(.unready)])
        world.hearDoor(WorkloadDemand())
        #expect(world.signals.replicas == 3)
        #expect(world.signals.ready == 0)
    }

    @Test("requests that wait in gateways for a workload without replicas are what wakes it")
    func waking() {
        var world = world(planes: ["east"])
        world.hear("east", [])
        world.hearDoor(WorkloadDemand(queued: 2))
        #expect(world.signals.waitingForFirst == 2)
        world.hear("east", [replica(.starting)])
        #expect(world.signals.waitingForFirst == 0)
    }

    @Test("numbers that cannot be stop nobody")
    func hostile() {
        for count in [Int.max, Int.min] {
            var world = world(planes: ["east"])
            world.hear("east", Array(repeating: replica(.ready, running: count, waiting: count), count: 3))
            world.hearDoor(WorkloadDemand(inFlight: count, queued: count, missed: .max))
            world.pass(.seconds(1))
            world.hearDoor(WorkloadDemand(inFlight: count, queued: count, promptTokens: .max, completionTokens: .max))
            let signals = world.signals
            #expect((0...1e13).contains(signals.concurrency.sum) && (0...1e13).contains(signals.queued.sum))
            #expect(signals.tokens.sum.isFinite && signals.tokens.sum >= 0)
            let told = ResourceStatus.Demand(of: "chat", observation: world.observation, demand: world.demand, now: world.now)
            #expect(told.map { $0.queued >= 0 && $0.inFlight >= 0 } == true)
            world.hear("east", [])
            world.hearDoor(WorkloadDemand(queued: count, missed: .max))
            #expect(world.signals.waitingForFirst >= 0)
        }
    }
}
