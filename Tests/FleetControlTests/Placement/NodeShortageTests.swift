import FleetControl
import FleetModel
import Testing

@Suite struct NodeShortageTests: PlacementFleetBuilding {
    /// Two planes of two nodes with two accelerators each, the nearer one dearer to nobody.
    private func twoPlanes() -> Fleet {
        fleet(
            [
                plane("near", Self.toronto, pools: [pool("spot", tier: .spot, price: 1, nodes: 2, perNode: 2)]),
                plane("far", Self.frankfurt, pools: [pool("spot", tier: .spot, price: 1, nodes: 2, perNode: 2)]),
            ],
            // 32 req/s at 10 req/s per replica, four fifths of it planned with: four replicas.
            [workload(demand: [(Self.toronto, 32)])])
    }

    private func counts(_ fleet: Fleet, _ shortage: NodeShortage) -> [PlaneName: Int] {
        let decision = Placement.decide(PlacementInputs(fleet: fleet, shortage: shortage))
        return Dictionary(
            decision.workloads[0].chosen.map { ($0.plane, $0.placement.count) }, uniquingKeysWith: +)
    }

    private let near = PoolKey(plane: "near", pool: "spot")

    @Test("nodes that cannot be had are not counted on")
    func unavailable() {
        #expect(counts(twoPlanes(), .none) == ["near": 4])
        #expect(counts(twoPlanes(), NodeShortage(unavailable: [near: 1], advised: [:])) == ["near": 2, "far": 2])
        #expect(counts(twoPlanes(), NodeShortage(unavailable: [near: 9], advised: [:])) == ["far": 4])
        #expect(counts(twoPlanes(), NodeShortage(unavailable: [near: .max], advised: [near: 9])) == ["far": 4])
    }

    @Test("nodes at risk are left for others")
    func advised() {
        #expect(counts(twoPlanes(), NodeShortage(unavailable: [:], advised: [near: 1])) == ["near": 2, "far": 2])
    }

    @Test("nodes at risk are kept where nothing else has room: advice loses nobody a replica")
    func advisedWithoutRoom() {
        var planes = twoPlanes()
        planes = fleet(planes.planes.filter { $0.name == "near" }, planes.workloads)
        #expect(counts(planes, NodeShortage(unavailable: [:], advised: [near: 1])) == ["near": 4])
        #expect(counts(planes, NodeShortage(unavailable: [near: 1], advised: [:])) == ["near": 2])
    }

    @Test("it follows from what planes report")
    func reports() {
        var observation = FleetObservation(start: .origin)
        let nodes = [
            NodeReport(pool: "spot", index: 0, state: .reclaiming, reclaimInMilliseconds: 9_000),
            NodeReport(pool: "spot", index: 1, state: .reclaiming),
        ]
        _ = observation.receive(
            PlaneReport(
                plane: "near", planeStart: 1, sequence: 1, assignment: nil, feedAddress: "", replicas: [], nodes: nodes,
                history: [PoolHistory(pool: "spot", unavailable: 1)]), now: .origin)
        #expect(
            NodeShortage(twoPlanes(), observation) == NodeShortage(unavailable: [near: 1], advised: [near: 1]))
    }

    @Test("the loop places by what planes report, and back once the nodes can be had again")
    func controller() {
        var observation = FleetObservation(start: .origin)
        var controller = FleetController()
        func planes(unavailable: Int, sequence: UInt64) -> [PlaneName] {
            _ = observation.receive(
                PlaneReport(
                    plane: "near", planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "", replicas: [], nodes: [],
                    history: [PoolHistory(pool: "spot", unavailable: unavailable)]), now: .origin)
            let inputs = ControlInputs(fleet: twoPlanes(), observation: observation, secondsSince1970: 0)
            return controller.decide(inputs, now: .origin).placement.workloads[0].planes
        }
        #expect(planes(unavailable: 2, sequence: 1) == ["far"])
        #expect(planes(unavailable: 0, sequence: 2) == ["near"])
    }

    @Test("a batch workload finds no place beside real-time ones, unless the pool is shared or has a node more")
    func classes() {
        func placed(_ pool: CapacityPool) -> [Int] {
            var batch = workload("batch", demand: [(Self.toronto, 8)])
            batch.workloadClass = .batch
            let fleet = fleet([plane("near", Self.toronto, pools: [pool])], [batch, workload(demand: [(Self.toronto, 8)])])
            return Placement.decide(PlacementInputs(fleet: fleet)).workloads.map(\.replicas)
        }
        var shared = pool("h100", tier: .onDemand, nodes: 1, perNode: 4)
        #expect(placed(shared) == [0, 1])
        shared.sharing = .any
        #expect(placed(shared) == [1, 1])
        #expect(placed(pool("h100", tier: .onDemand, nodes: 2, perNode: 4)) == [1, 1])
    }

    /// 80 req/s are ten replicas; `near` alone has room for eight.
    private func tooLittle() -> Fleet {
        fleet(
            [plane("near", Self.toronto, pools: [pool("spot", tier: .spot, price: 1, nodes: 4, perNode: 2)])],
            [workload(demand: [(Self.toronto, 80)])])
    }

    @Test("advice takes nobody's place where there is too little with and without it")
    func advisedWhileShort() {
        #expect(counts(tooLittle(), NodeShortage(unavailable: [:], advised: [near: 1])) == ["near": 8])
        let wanted = Placement.decide(
            PlacementInputs(
                fleet: tooLittle(), wanted: ["chat": 10], shortage: NodeShortage(unavailable: [:], advised: [near: 1])))
        #expect(wanted.workloads[0].replicas == 8 && wanted.workloads[0].unplaced == 2)
    }

    @Test("advice takes no planned place that nothing stands in for")
    func advisedWhilePlanned() {
        var declared = tooLittle()
        declared = fleet(declared.planes, [workload(demand: [(Self.toronto, 1)])])
        let planned = PlannedReplicas(
            plan: "default", block: "all", targets: ["chat": [.init(plane: "near", pool: "spot", count: 8)]])
        let decision = Placement.decide(
            PlacementInputs(fleet: declared, planned: planned, shortage: NodeShortage(unavailable: [:], advised: [near: 1])))
        #expect(decision.workloads[0].plan?.placed == 8)
    }

    @Test("advice takes nobody's place where two planes together have too little")
    func advisedWhileBothAreFull() {
        var declared = twoPlanes()
        declared = fleet(declared.planes, [workload(demand: [(Self.toronto, 80)])])
        #expect(counts(declared, NodeShortage(unavailable: [:], advised: [near: 1])) == ["near": 4, "far": 4])
    }

    @Test("advice is followed where something else binds, however much is lacking")
    func advisedWhileBound() {
        var workload = workload(demand: [(Self.toronto, 80)])
        workload.scaling = ScalingPolicy(minReplicas: 1, maxReplicas: 4)
        let declared = fleet(twoPlanes().planes, [workload])
        #expect(counts(declared, .none) == ["near": 4])
        #expect(counts(declared, NodeShortage(unavailable: [:], advised: [near: 1])) == ["near": 2, "far": 2])
    }

    @Test("a plane that says that more is gone than there can be has nothing left, and stops nobody")
    func hostile() {
        for gone in [Int.max, Int.min] {
            let shortage = NodeShortage(unavailable: [near: gone], advised: [near: 3])
            #expect(counts(twoPlanes(), shortage) == ["far": 4])
        }
    }
}
