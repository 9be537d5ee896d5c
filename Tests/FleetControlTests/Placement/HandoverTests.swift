import FleetControl
import FleetModel
import Testing

@Suite("Handover")
struct HandoverTests {
    private static let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
    private static let singapore = Location(coordinates: Coordinates(latitude: 1.35, longitude: 103.82), country: "SG")
    private static let start = Moment.origin

    private func plane(_ name: String, _ location: Location, nodes: Int = 1, driver: PlaneDriver = .local) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: "onprem", region: name, location: location, driver: driver,
            pools: [
                CapacityPool(name: "h100", accelerator: "H100-80GB", acceleratorsPerNode: 2, tier: .reserved, maxNodes: nodes)
            ])
    }

    private func workload(_ name: String, residency: [Jurisdiction]? = nil) -> Workload {
        Workload(
            metadata: Metadata(name: name, generation: 1), models: [name],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(10))],
                engine: .simulated(SimulatedEngineSpec())),
            data: DataRules(residency: residency))
    }

    private func fleet(_ planes: [WorkloadPlane], _ workloads: [Workload]) -> Fleet {
        Fleet(
            [
                .provider(Provider(metadata: Metadata(name: "onprem"), kind: .onPremises)),
                .gateway(Gateway(metadata: Metadata(name: "door"), location: Self.toronto)),
            ] + planes.map(Resource.workloadPlane) + workloads.map(Resource.workload))
    }

    private func decision(_ chosen: [(workload: WorkloadName, plane: PlaneName, count: Int)]) -> PlacementDecision {
        let names = Set(chosen.map(\.workload)).sorted()
        return PlacementDecision(
            workloads: names.map { name in
                PlacementDecision.WorkloadPlacement(
                    workload: name,
                    chosen: chosen.filter { $0.workload == name && $0.count > 0 }.map {
                        PlacementDecision.Choice(
                            plane: $0.plane,
                            placement: PlaneAssignment.Placement(
                                pool: "h100", accelerator: "H100-80GB", acceleratorsPerReplica: 1, count: $0.count),
                            because: "")
                    }, rejected: [], shortfalls: [])
            })
    }

    private func observe(
        _ observation: inout FleetObservation, _ plane: PlaneName, sequence: UInt64 = 1, now: Moment,
        _ replicas: [(workload: WorkloadName, state: ReplicaReport.State)], in pools: [PoolName] = []
    ) {
        let reports = replicas.enumerated().map { index, replica in
            ReplicaReport(
                id: ReplicaID(plane: plane, workload: replica.workload, incarnation: UInt64(index + 1)),
                pool: pools.isEmpty ? "h100" : pools[index],
                accelerator: "H100-80GB", address: nil, state: replica.state)
        }
        _ = observation.receive(
            PlaneReport(
                plane: plane, planeStart: 1, sequence: sequence, assignment: nil, feedAddress: "127.0.0.1:7000",
                replicas: reports), now: now)
    }

    private func at(_ seconds: Int) -> Moment { Self.start.advanced(by: .seconds(seconds)) }

    private func counts(_ handover: Handover) -> [String] {
        handover.kept.map { "\($0.workload) \($0.placement.count) on \($0.plane)" }
    }

    @Test("a plane keeps what it serves until all of it has served elsewhere for a while, then gives it up")
    func handsOver() {
        let fleet = fleet([plane("toronto", Self.toronto), plane("singapore", Self.singapore)], [workload("chat")])
        let moved = decision([("chat", "singapore", 2)])
        var observation = FleetObservation(start: Self.start)
        var handover = Handover()
        observe(&observation, "toronto", now: at(1), [("chat", .ready), ("chat", .unready), ("chat", .starting)])
        observe(&observation, "singapore", now: at(1), [("chat", .ready), ("chat", .starting)])
        handover.update(fleet, moved, observation, now: at(1))
        #expect(counts(handover) == ["chat 2 on toronto"])
        #expect(handover.extend(moved).placements(of: "chat", on: "toronto").map(\.count) == [2])
        #expect(handover.extend(moved).placements(of: "chat", on: "singapore").map(\.count) == [2])

        observe(&observation, "singapore", sequence: 2, now: at(5), [("chat", .ready), ("chat", .ready)])
        handover.update(fleet, moved, observation, now: at(5))
        #expect(counts(handover) == ["chat 2 on toronto"], "gateways need a moment to trust the new ones")
        handover.update(fleet, moved, observation, now: at(8))
        #expect(handover.kept.isEmpty)
        #expect(handover.extend(moved) == moved)
    }

    @Test("patience ends a handover that never completes, and does not begin again")
    func patience() {
        let fleet = fleet([plane("toronto", Self.toronto)], [workload("chat")])
        let nowhere = decision([("chat", "toronto", 0)])
        var observation = FleetObservation(start: Self.start)
        var handover = Handover()
        observe(&observation, "toronto", now: at(1), [("chat", .ready)])
        handover.update(fleet, nowhere, observation, now: at(1))
        #expect(counts(handover) == ["chat 1 on toronto"])
        let end = at(1).advanced(by: Handover.patience)
        handover.update(fleet, nowhere, observation, now: end)
        #expect(handover.kept.isEmpty)
        handover.update(fleet, nowhere, observation, now: end.advanced(by: .seconds(1)))
        #expect(handover.kept.isEmpty)
    }

    @Test("nothing is kept where the fence lets no gateway send, and nothing of a workload that is gone")
    func fence() {
        let planes = [plane("toronto", Self.toronto), plane("singapore", Self.singapore)]
        var observation = FleetObservation(start: Self.start)
        observe(&observation, "singapore", now: at(1), [("phi", .ready), ("deleted", .ready)])
        var handover = Handover()
        handover.update(
            fleet(planes, [workload("phi", residency: ["CA"])]), decision([("phi", "toronto", 1)]), observation, now: at(1))
        #expect(handover.kept.isEmpty)
    }

    @Test("what is kept takes only the room the placement leaves")
    func room() {
        let planes = [plane("toronto", Self.toronto), plane("singapore", Self.singapore)]
        var observation = FleetObservation(start: Self.start)
        observe(&observation, "toronto", now: at(1), [("chat", .ready), ("chat", .ready)])
        var handover = Handover()
        handover.update(
            fleet(planes, [workload("chat"), workload("other")]), decision([("chat", "singapore", 2), ("other", "toronto", 1)]),
            observation, now: at(1))
        #expect(counts(handover) == ["chat 1 on toronto"])
        let assigned = handover.extend(decision([("chat", "singapore", 2), ("other", "toronto", 1)]))
        #expect(assigned.placements(of: "other", on: "toronto").map(\.count) == [1])
    }

    @Test("a lower count on a plane waits for the rest as well, and an endpoint plane is there with one forwarder")
    func lowerCount() {
        let endpoint = PlaneDriver.endpoint(EndpointDriver(url: "https://api.example.com", key: nil))
        let fleet = fleet(
            [plane("toronto", Self.toronto), plane("api", Self.toronto, driver: endpoint)], [workload("chat")])
        let moved = decision([("chat", "toronto", 1), ("chat", "api", 2)])
        var observation = FleetObservation(start: Self.start)
        observe(&observation, "toronto", now: at(1), [("chat", .ready), ("chat", .ready)])
        var handover = Handover()
        handover.update(fleet, moved, observation, now: at(1))
        #expect(counts(handover) == ["chat 1 on toronto"])
        #expect(handover.extend(moved).placements(of: "chat", on: "toronto").map(\.count) == [2])
        observe(&observation, "api", now: at(2), [("chat", .ready)])
        handover.update(fleet, moved, observation, now: at(6))
        #expect(handover.kept.isEmpty)
    }

    @Test("a move from one pool of a plane to another one is waited for as any other")
    func betweenPools() {
        var toronto = plane("toronto", Self.toronto)
        toronto.pools = ["spot", "steady"].map {
            CapacityPool(name: $0, accelerator: "H100-80GB", acceleratorsPerNode: 1, tier: .spot, maxNodes: 4)
        }
        let fleet = fleet([toronto], [workload("chat")])
        var moved = decision([("chat", "toronto", 4)])
        moved.workloads[0].chosen[0].placement.pool = "steady"
        var observation = FleetObservation(start: Self.start)
        var handover = Handover()
        func see(_ sequence: UInt64, at seconds: Int, steady: [ReplicaReport.State]) {
            observe(
                &observation, "toronto", sequence: sequence, now: at(seconds),
                (Array(repeating: .ready, count: 4) + steady).map { ("chat", $0) },
                in: Array(repeating: "spot", count: 4) + steady.map { _ in "steady" })
            handover.update(fleet, moved, observation, now: at(seconds + 4))
        }
        see(1, at: 1, steady: [])
        #expect(handover.kept.map(\.placement.pool) == ["spot"] && counts(handover) == ["chat 4 on toronto"])
        #expect(handover.extend(moved).placements(of: "chat", on: "toronto").map(\.count) == [4, 4])
        see(2, at: 60, steady: [.ready, .ready, .ready, .starting])
        #expect(counts(handover) == ["chat 4 on toronto"], "three of four serve")
        see(3, at: 90, steady: [.ready, .ready, .ready, .ready])
        #expect(handover.kept.isEmpty)
    }

    @Test("room that is kept for a standby is free for nobody but the workload it stands by for")
    func reservedRoom() {
        let planes = [plane("toronto", Self.toronto), plane("singapore", Self.singapore)]
        var observation = FleetObservation(start: Self.start)
        observe(&observation, "toronto", now: at(1), [("chat", .ready), ("chat", .ready)])
        func kept(_ owner: WorkloadName) -> [String] {
            var moved = decision([("chat", "singapore", 2), ("other", "singapore", 0)])
            let index = owner == "chat" ? 0 : 1
            moved.workloads[index].passive = PlacementDecision.Passive(
                primary: "onprem/singapore", planes: ["singapore"],
                reserved: [
                    PlacementDecision.Choice(
                        plane: "toronto",
                        placement: PlaneAssignment.Placement(
                            pool: "h100", accelerator: "H100-80GB", acceleratorsPerReplica: 1, count: 1), because: "")
                ])
            var handover = Handover()
            handover.update(fleet(planes, [workload("chat"), workload("other")]), moved, observation, now: at(1))
            return counts(handover)
        }
        #expect(kept("other") == ["chat 1 on toronto"])
        #expect(kept("chat") == ["chat 2 on toronto"])
    }
}
