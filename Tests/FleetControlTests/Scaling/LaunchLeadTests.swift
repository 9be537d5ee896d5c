import FleetControl
import FleetModel
import Testing

@Suite("How far ahead a forecast looks")
struct LaunchLeadTests: LoopWorld {
    /// Nobody asks but in the third quarter of an hour from now; nodes take so long to come.
    private func decided(launch: Duration?, resume: Duration? = nil, nodes: [NodeReport.State] = []) -> DemandForecast? {
        var scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 16, queuedRequestsPerReplica: 4)
        scaling.predictive = PredictiveScaling(leadTime: .seconds(60))
        var world = world(planes: ["east"], scaling: scaling)
        world.fleet = Fleet(
            world.fleet.resources.map { resource in
                guard case .workloadPlane(var plane) = resource else { return resource }
                plane.pools[0].provisioning = launch.map { NodeProvisioning(launchTime: $0, resumeTime: resume) }
                return .workloadPlane(plane)
            })
        let slot = DemandHistory.slot(1_767_225_600)
        world.controller.restore(
            (1...3).flatMap { day in
                (-8...8).map { .init(workload: "chat", slot: slot - 96 * Int64(day) + $0, rate: $0 == 3 ? 80 : 8) }
            })
        world.hearDoor(WorkloadDemand())
        _ = world.observation.receive(
            PlaneReport(
                plane: "east", planeStart: 1, sequence: 1, assignment: nil, feedAddress: "127.0.0.1:1",
                replicas: [replica(.ready)],
                nodes: nodes.enumerated().map { NodeReport(pool: "gpu", index: $0.offset, state: $0.element) }), now: world.now)
        _ = world.decide()
        return world.decide().scaling["chat"]?.forecast
    }

    @Test("nodes that are always there add nothing to the declared lead")
    func standing() {
        let forecast = decided(launch: nil)
        #expect(forecast?.rate == 8)
        #expect(forecast?.launchLeadSeconds == nil)
    }

    @Test("a launch that takes until the peak has it asked for now, with the model's loading on top")
    func launch() {
        // 44 min 59 s and a second of loading: the third quarter from now.
        let forecast = decided(launch: .seconds(2_699))
        #expect(forecast?.rate == 80)
        #expect(forecast?.launchLeadSeconds == 2_700)
        // Ten requests a second at 80 %.
        #expect(forecast?.replicas == 10)
        #expect(decided(launch: .seconds(600))?.rate == 8, "the peak and the quarters beside it are further away")
    }

    @Test("an idle node is there already, and a stopped one takes its resume time")
    func warm() {
        #expect(decided(launch: .seconds(2_699), nodes: [.ready, .idle])?.launchLeadSeconds == nil)
        #expect(decided(launch: .seconds(2_699), resume: .seconds(119), nodes: [.stopped])?.launchLeadSeconds == 120)
        #expect(decided(launch: .seconds(2_699), nodes: [.ready])?.launchLeadSeconds == 2_700)
    }
}
