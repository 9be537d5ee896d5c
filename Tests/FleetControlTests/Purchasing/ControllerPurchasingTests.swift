import FleetControl
import FleetModel
import Testing

@Suite("Purchasing in the control loop")
struct ControllerPurchasingTests: PurchaseFleetBuilding {
    /// Decides once a second while planes say what they run and what was refused.
    private func decide(
        _ controller: inout FleetController, _ fleet: Fleet, seconds: Int, ready: [PlaneName: [PoolName: Int]] = [:],
        refused: UInt64 = 0
    ) -> ControlDecision {
        let now = Moment.origin.advanced(by: .seconds(seconds))
        var observation = FleetObservation(start: .origin)
        for plane in fleet.planes {
            var number: UInt64 = 0
            let replicas = plane.pools.flatMap { pool in
                (0..<(ready[plane.name]?[pool.name] ?? 0)).map { _ in
                    number += 1
                    return ReplicaReport(
                        id: ReplicaID(plane: plane.name, workload: "chat", incarnation: number), pool: pool.name,
                        accelerator: pool.accelerator, address: nil, state: .ready, stateAgeMilliseconds: 60_000)
                }
            }
            _ = observation.receive(
                PlaneReport(
                    plane: plane.name, planeStart: 1, sequence: UInt64(seconds), assignment: nil, feedAddress: "127.0.0.1:1",
                    replicas: replicas, nodes: [],
                    history: plane.pools.map { PoolHistory(pool: $0.name, refused: $0.tier == .spot ? refused : 0) }), now: now)
        }
        return controller.decide(ControlInputs(fleet: fleet, observation: observation, secondsSince1970: 0), now: now)
    }

    private func count(_ decision: ControlDecision, _ tier: CapacityPool.Tier, _ fleet: Fleet) -> Int {
        RunningCost(of: decision.placement, fleet: fleet).lines.reduce(0) { $0 + ($1.tier == tier ? $1.replicas : 0) }
    }

    @Test("what scaling wants is bought on spot, and on demand once every pool has refused, with an event")
    func loop() {
        var workload = bought()
        workload.scaling.minReplicas = 3
        let declared = fleet(regions, [workload])
        var controller = FleetController()
        let first = decide(&controller, declared, seconds: 1)
        #expect(count(first, .spot, declared) >= 3)
        #expect(count(first, .onDemand, declared) == 0)
        #expect(controller.isUnderWay)
        var last = first
        for second in 2...10 { last = decide(&controller, declared, seconds: second, refused: UInt64(second)) }
        #expect(count(last, .onDemand, declared) == 3)
        var again = FleetController()
        var events: [FleetEvent] = []
        for second in 1...10 {
            events += decide(&again, declared, seconds: second, refused: UInt64(second)).events
        }
        #expect(events.map(\.reason) == ["SpotFallback"])
    }

    @Test("a plan in force is the floor of what is bought")
    func plan() {
        var workload = bought()
        workload.scaling.minReplicas = 4
        let plan = PlacementPlan(
            metadata: Metadata(name: "default"), blocks: ["all"], hours: Array(repeating: 0, count: 24),
            replicas: [.init(workload: "chat", plane: "b", pool: "steady", block: "all", count: 2)])
        let declared = Fleet(fleet(regions, [workload]).resources + [.placementPlan(plan)])
        var controller = FleetController()
        let decision = decide(&controller, declared, seconds: 1)
        #expect(count(decision, .onDemand, declared) == 2)
        #expect(count(decision, .spot, declared) >= 2)
        #expect(decision.placement.placement(of: "chat")?.plan?.placed == 2)
    }

    @Test("after a restart spot that was bought as a hedge makes the workload no smaller than it was")
    func restartOnSpot() {
        var workload = bought(PurchaseRules(spotPolicy: .spotHedge, overProvision: Share(0.25)))
        workload.scaling.minReplicas = 1
        let declared = fleet(regions, [workload])
        var controller = FleetController()
        // SpotHedge holds 11 for the 10 that are wanted: of which of them it is one more is not known any more.
        let decision = decide(
            &controller, declared, seconds: 1, ready: ["a": ["spot": 4], "b": ["spot": 4], "c": ["spot": 3]])
        #expect(decision.scaling["chat"]?.replicas == 11)
        #expect(count(decision, .spot, declared) >= 11)
    }

    @Test("after a restart one forwarder stands for as many replicas as may be counted on there")
    func restartBesideEndpoint() {
        var api = plane("api", Self.singapore, pools: [pool("h100", tier: .onDemand, price: 9, nodes: 8, perNode: 1)])
        api.driver = .endpoint(EndpointDriver(url: "https://api.example.com", key: nil))
        let local = plane("a", Self.toronto, pools: [pool("steady", tier: .onDemand, price: 3, nodes: 3, perNode: 1)])
        var workload = bought(most: 8, demand: [(Self.toronto, 1)])
        workload.scaling.minReplicas = 1
        let declared = fleet([api, local], [workload])
        var controller = FleetController()
        let decision = decide(
            &controller, declared, seconds: 1, ready: ["a": ["steady": 3], "api": ["h100": 1]])
        #expect(decision.scaling["chat"]?.replicas == 8)
        #expect(decision.placement.placements(of: "chat", on: "a").map(\.count) == [3])
        #expect(decision.placement.placements(of: "chat", on: "api").map(\.count) == [5])
        var alone = FleetController()
        #expect(
            decide(&alone, declared, seconds: 1, ready: ["a": ["steady": 3]]).scaling["chat"]?.replicas == 3,
            "no forwarder runs, so none was counted on")
    }
}
