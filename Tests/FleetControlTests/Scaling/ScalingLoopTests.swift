import FleetControl
import FleetModel
import Testing

@Suite("Scaling in the loop")
struct ScalingLoopTests: LoopWorld {
    @Test("a forecast is made of what the loop measured, and what it measured is told to be kept")
    func history() {
        var scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 8, queuedRequestsPerReplica: 4)
        scaling.predictive = PredictiveScaling()
        var world = world(planes: ["east"], scaling: scaling)
        world.hear("east", [replica(.ready)])
        world.hearDoor(WorkloadDemand())
        // Nothing is known of earlier days.
        let first = world.decide().scaling["chat"]
        #expect(first?.forecast?.replicas == nil)
        #expect(first?.wishes.map(\.policy) == ["target.queuedRequestsPerReplica", "predictive"])
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
