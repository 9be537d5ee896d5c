import FleetControl
import FleetModel
import FleetSimulation
import Testing

@Suite("Decisions made again from what was heard")
struct DecisionReplayTests {
    @Test("come out equal, through the loss of a plane, of a gateway and of the control plane itself")
    func areEqual() throws {
        let fleet = WorldFixtures.fleet(
            [
                WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 4)]),
                WorldFixtures.plane(
                    "two", region: "us-west-2",
                    [WorldFixtures.pool("spot", .spot, nodes: 4, usd: 0.3, interruptions: 30, away: .seconds(20))]),
            ],
            [
                WorldFixtures.workload(
                    peak: 3, scaling: ScalingPolicy(minReplicas: 1, maxReplicas: 6, queuedRequestsPerReplica: 1))
            ],
            gateways: [WorldFixtures.virginia, WorldFixtures.frankfurt])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: .seconds(150), resolution: .events,
                faults: [
                    ScenarioFault(.planeLost("one"), at: .seconds(20), duration: .seconds(40)),
                    ScenarioFault(.gatewayLost("gateway-1"), at: .seconds(30), duration: .seconds(40)),
                    ScenarioFault(.controlLost, at: .seconds(90), duration: .seconds(10)),
                ]))
        world.record()
        world.run()
        let (log, decisions) = try #require(world.recorded)
        #expect(decisions.count > 100)
        #expect(Set(decisions.map(\.placement.workloads[0].replicas)).count > 1 || decisions.contains { !$0.events.isEmpty })
        #expect(log.replay() == decisions)
    }

    @Test("a control plane that starts anew is given back the demand that was measured before, as the live one is")
    func demandIsRestored() throws {
        let fleet = WorldFixtures.fleet(
            [WorldFixtures.plane("one", [WorldFixtures.pool("pool", .onDemand, nodes: 4)])],
            [
                WorldFixtures.workload(
                    peak: 0.2, scaling: ScalingPolicy(minReplicas: 1, maxReplicas: 6, queuedRequestsPerReplica: 1))
            ],
            gateways: [WorldFixtures.virginia])
        let world = try WorldFixtures.world(
            fleet,
            Scenario(
                duration: .seconds(1_900), resolution: .events,
                faults: [ScenarioFault(.controlLost, at: .seconds(1_850), duration: .seconds(10))]))
        world.record()
        world.run()
        let (log, decisions) = try #require(world.recorded)
        let restored = log.entries.compactMap { entry in
            if case .restored(let measured) = entry.entry { measured } else { nil }
        }
        let measured = decisions.flatMap(\.measured)
        #expect(restored.last?.isEmpty == false)
        #expect(restored.last == measured.filter { $0.slot <= restored.last?.last?.slot ?? 0 })
        #expect(log.replay() == decisions)
    }
}
