import FleetControl
import FleetModel
import Testing

@Suite("Fleet controller")
struct FleetControllerTests: LoopWorld {
    private let scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 8, queuedRequestsPerReplica: 4)

    @Test("a queue grows the workload, and the event says from what to what and why")
    func grows() {
        var world = world(planes: ["east"], scaling: scaling)
        world.hear("east", [replica(.ready, running: 8, waiting: 0)])
        world.hearDoor(WorkloadDemand())
        #expect(world.decide().scaling["chat"]?.replicas == 1)
        world.pass(.seconds(1))
        world.hear("east", [replica(.ready, running: 8, waiting: 12)])
        let decision = world.decide()
        // ⌈12 / 4⌉.
        #expect(decision.scaling["chat"]?.replicas == 3)
        #expect(decision.placement.placement(of: "chat")?.replicas == 3)
        #expect(decision.events.map(\.reason) == ["ScaledUp"])
        #expect(
            decision.events.first?.message.hasPrefix("from 1 to 3 replicas: target.queuedRequestsPerReplica: 12 requests wait")
                == true)
    }

    @Test("until every plane has been heard or given up, a workload keeps what it has")
    func settles() {
        var world = world(planes: ["east", "west"], scaling: scaling)
        world.hear("east", [replica(.ready), replica(.ready), replica(.ready), replica(.ready)])
        world.hearDoor(WorkloadDemand())
        #expect(world.decide().scaling["chat"]?.replicas == 4)
        #expect(world.decide().scaling["chat"]?.because == "planes have yet to report")
    }

    @Test("the same inputs give the same decision, and looking ahead changes nothing")
    func repeats() {
        var world = world(planes: ["east", "west"], scaling: scaling)
        world.hear("east", [replica(.ready, running: 4, waiting: 20)])
        world.hear("west", [replica(.ready, running: 4, waiting: 2)])
        world.hearDoor(WorkloadDemand(queued: 3))
        var copy = world
        #expect(copy.decide() == world.decide())
    }

    @Test("a fleet without elastic workloads is placed for its declared demand")
    func declared() {
        var world = world(planes: ["east"])
        let decision = world.decide()
        // 10 req/s of 10 req/s a replica at 80 %: 1.25 replicas, so 2.
        #expect(decision.placement.placement(of: "chat")?.replicas == 2)
        #expect(decision.scaling.isEmpty)
    }

    @Test("a loop that starts beside replicas that stand by for a loss takes them for what they are, and adds none for them")
    func startsBesideStandby() {
        var world = world(planes: ["east", "west", "north"], scaling: scaling)
        var workload = world.fleet.workloads[0]
        workload.objective.survive = .region
        world.fleet = Fleet(world.fleet.resources + [.workload(workload)])
        // One wanted and one in another region; north has yet to report.
        world.hear("east", [replica(.ready)])
        world.hear("west", [replica(.ready)])
        world.hearDoor(WorkloadDemand())
        for _ in 0..<5 {
            let decision = world.decide()
            #expect(decision.scaling["chat"]?.replicas == 1)
            #expect(decision.placement.placement(of: "chat")?.replicas == 2)
        }
        world.pass(.seconds(16))
        world.hear("east", [replica(.ready)])
        world.hear("west", [replica(.ready)])
        world.hearDoor(WorkloadDemand())
        #expect(world.decide().placement.placement(of: "chat")?.replicas == 2)
    }

    @Test("a plane that falls silent takes no replica away by the requests it does not tell of any more")
    func silentPlane() {
        var policy = ScalingPolicy(minReplicas: 0, maxReplicas: 8)
        policy.target[.concurrencyPerReplica] = 4
        policy.behavior.scaleDown = ScalingBehavior.Rules(stabilizationWindowSeconds: 0, policies: [])
        policy.scaleToZeroAfter = .seconds(60)
        // Sixteen requests that came by no gateway: four replicas.
        var world = world(planes: ["east", "west"], scaling: policy)
        func hear(_ plane: PlaneName, running: Int) {
            world.hear(plane, Array(repeating: replica(.ready, running: running), count: 2))
        }
        for second in 0..<180 {
            world.pass(.seconds(1))
            // West is silent after half a minute, and what east answers ends after a minute.
            hear("east", running: second < 60 ? 4 : 0)
            if second < 30 { hear("west", running: 4) }
            world.hearDoor(WorkloadDemand())
            #expect(world.decide().scaling["chat"]?.replicas == 4, "second \(second)")
        }
        for _ in 0..<70 {
            world.pass(.seconds(1))
            hear("east", running: 0)
            hear("west", running: 0)
            world.hearDoor(WorkloadDemand())
            _ = world.decide()
        }
        #expect(world.decide().scaling["chat"]?.replicas == 0)
    }
}
