import FleetControl
import FleetModel
import Testing

@Suite("Scaling in the loop")
struct ScalingLoopTests: LoopWorld {
    private var predictive: ScalingPolicy {
        var scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 8, queuedRequestsPerReplica: 4)
        scaling.predictive = PredictiveScaling()
        return scaling
    }

    @Test("a forecast is made of what was kept, and sizes the workload ahead of its load")
    func forecast() {
        var world = world(planes: ["east"], scaling: predictive)
        world.hear("east", [replica(.ready)])
        world.hearDoor(WorkloadDemand())
        var unknowing = world
        #expect(unknowing.decide().scaling["chat"]?.forecast?.replicas == nil)
        let slot = DemandHistory.slot(1_767_225_600)
        world.controller.restore(
            (1...3).flatMap { day in (-2...3).map { .init(workload: "chat", slot: slot - 96 * Int64(day) + $0, rate: 40) } })
        let decided = world.decide().scaling["chat"]
        // 40 req/s; a replica carries 10 req/s at 80 %.
        #expect(decided?.forecast?.replicas == 5)
        #expect(decided?.replicas == 5)
        #expect(decided?.because.hasPrefix("predictive: 40 req/s forecast") == true)
    }

    @Test("what arrived in a quarter of an hour is told once it is over, to be kept")
    func measured() {
        var world = world(planes: ["east"], scaling: predictive)
        var measured: [DemandHistory.Entry] = []
        for second in 0...900 {
            world.pass(.seconds(1))
            world.hear("east", [replica(.ready)])
            world.hearDoor(WorkloadDemand(arrived: UInt64(3 * second)))
            measured +=
                world.controller.decide(
                    ControlInputs(
                        fleet: world.fleet, observation: world.observation, secondsSince1970: 1_767_225_600 + UInt64(second)),
                    now: world.now
                ).measured
        }
        #expect(measured.map(\.slot) == [DemandHistory.slot(1_767_225_600)])
        #expect(abs((measured.first?.rate ?? 0) - 3) < 1e-6)
    }

    @Test("a workload's status says what its policies do, in words that do not change by the second")
    func condition() {
        var world = world(planes: ["east"], scaling: ScalingPolicy(minReplicas: 1, maxReplicas: 2, queuedRequestsPerReplica: 4))
        world.hear("east", [replica(.ready, running: 8, waiting: 90)])
        world.hearDoor(WorkloadDemand())
        let decided = world.decide()
        let composer = StatusComposer(
            fleet: world.fleet, decision: decided.placement, handover: decided.handover, scaling: decided.scaling,
            observation: world.observation, drained: [], assignments: [:], snapshots: [:], now: world.now)
        let conditions = composer.statuses[ResourceKey(kind: .workload, name: "chat")]?.conditions ?? []
        let condition = conditions.first { $0.type == "Scaling" }
        #expect(condition?.reason == "AtMaximum")
        #expect(condition?.message == "2 replicas of 1 to 2; its policies wish more")
    }
}
