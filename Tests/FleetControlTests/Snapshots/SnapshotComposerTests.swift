import FleetControl
import FleetModel
import Testing

@Suite("Snapshot composer")
struct SnapshotComposerTests {
    private static let toronto = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
    private static let frankfurt = Location(coordinates: Coordinates(latitude: 50.11, longitude: 8.68), country: "DE")
    private static let singapore = Location(coordinates: Coordinates(latitude: 1.35, longitude: 103.82), country: "SG")

    private func plane(_ name: String, _ location: Location, networks: [String] = []) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: "onprem", region: name, location: location, driver: .local, pools: [],
            networks: networks)
    }

    private func gateway(_ name: String, _ location: Location) -> Gateway {
        Gateway(metadata: Metadata(name: name), location: location)
    }

    private func workload(_ data: DataRules = DataRules()) -> Workload {
        Workload(
            metadata: Metadata(name: "chat", generation: 3), models: ["chat"],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(11))]),
            data: data)
    }

    private func fleet(_ workload: Workload, policies: [CompliancePolicy] = [], routes: [Route] = []) -> Fleet {
        Fleet(
            [
                .provider(Provider(metadata: Metadata(name: "onprem"), kind: .onPremises)),
                .workloadPlane(plane("toronto", Self.toronto, networks: ["10.0.0.0/8"])),
                .workloadPlane(plane("singapore", Self.singapore)),
                .gateway(gateway("door-frankfurt", Self.frankfurt)), .gateway(gateway("door-singapore", Self.singapore)),
                .workload(workload),
            ] + policies.map(Resource.compliancePolicy) + routes.map(Resource.route))
    }

    private func decision(_ planes: PlaneName...) -> PlacementDecision {
        PlacementDecision(workloads: [
            PlacementDecision.WorkloadPlacement(
                workload: "chat",
                chosen: planes.map {
                    PlacementDecision.Choice(
                        plane: $0,
                        placement: PlaneAssignment.Placement(
                            pool: "h100", accelerator: "H100-80GB", acceleratorsPerReplica: 1, count: 2),
                        because: "")
                },
                rejected: [], shortfalls: [])
        ])
    }

    private func snapshot(_ fleet: Fleet, _ gateway: GatewayName, placed: PlaneName...) throws -> RoutingSnapshot {
        let decision = decision(placed.first ?? "toronto")
        let composer = SnapshotComposer(fleet: fleet, decision: decision)
        return try #require(composer.snapshots.first { $0.gateway == gateway })
    }

    @Test("balancing of a workload and of a route reach the gateway as they were declared")
    func balancing() throws {
        var chat = workload()
        chat.balancing = BalancingRules(policy: .engineLoad, planes: [.init(plane: "toronto", weight: 70)])
        let rules = BalancingRules(policy: .maglev, hashOn: .header, header: "x-user")
        let fleet = fleet(
            chat,
            routes: [
                Route(metadata: Metadata(name: "by-user"), paths: ["/u/"], balancing: rules),
                Route(metadata: Metadata(name: "plain"), paths: ["/v1/"]),
            ])
        let snapshot = try snapshot(fleet, "door-singapore")
        #expect(snapshot.workloads.map(\.balancing) == [chat.balancing])
        #expect(snapshot.routes.map(\.balancing) == [rules, nil])
    }

    @Test("gateways are told which workloads requests wake: those that may go to zero")
    func wakesOnDemand() throws {
        for (after, wakes) in [(.seconds(300), true), (nil, nil)] as [(Duration?, Bool?)] {
            var workload = workload()
            workload.scaling = ScalingPolicy(minReplicas: 0, queuedRequestsPerReplica: 4)
            workload.scaling.scaleToZeroAfter = after
            let snapshot = try snapshot(fleet(workload), "door-frankfurt", placed: "toronto")
            #expect(snapshot.workloads[0].wakesOnDemand == wakes)
        }
    }

    @Test("every plane is either allowed or excluded with the rule that excludes it")
    func residency() throws {
        let rules = DataRules(classification: .phi, residency: ["CA", "EU"])
        let chat = try #require(try snapshot(fleet(workload(rules)), "door-singapore").workloads.first)
        #expect(chat.allowedPlanes == ["toronto"])
        #expect(chat.excludedPlanes.map(\.plane) == ["singapore"])
        #expect(chat.excludedPlanes[0].because == "residency of workload chat allows CA, EU; it stands in SG")
        #expect(chat.refusal == nil)
    }

    @Test("a policy for users of one jurisdiction fences the gateway that stands there and no other")
    func perGateway() throws {
        let policy = CompliancePolicy(
            metadata: Metadata(name: "gdpr"), appliesTo: CompliancePolicy.Scope(jurisdictions: ["EU"]),
            requires: CompliancePolicy.Requirements(jurisdictions: ["CA", "EU"]))
        let fleet = fleet(workload(), policies: [policy])
        #expect(try snapshot(fleet, "door-frankfurt").workloads[0].allowedPlanes == ["toronto"])
        #expect(try snapshot(fleet, "door-singapore").workloads[0].allowedPlanes == ["singapore", "toronto"])
    }

    @Test("built-in policies fence gateways as they fence placement, and leave internal data alone")
    func builtInPolicies() throws {
        var personal = workload(DataRules(classification: .pii))
        personal.demand = [Demand(from: "Frankfurt", location: Self.frankfurt, peak: RequestsPerSecond(1))]
        let open = fleet(personal)
        let chat = try snapshot(open, "door-frankfurt").workloads[0]
        // Neither plane declares that it encrypts.
        #expect(chat.allowedPlanes.isEmpty)
        #expect(
            chat.excludedPlanes.map(\.because) == [
                "built-in policy gdpr allows EEA, AD, AR, BR, CA, CH, FO, GG, IL, IM, JE, JP, KR, NZ, UK, UY; it stands in SG",
                "built-in policy gdpr requires encryption in transit, which the plane does not declare",
            ])
        let rejected = try #require(Placement.decide(PlacementInputs(fleet: open)).placement(of: "chat")).rejected
        #expect(rejected.map(\.because) == chat.excludedPlanes.map(\.because))
        // Users in Singapore are under none of the laws that are built in.
        #expect(try snapshot(open, "door-singapore").workloads[0].allowedPlanes == ["singapore", "toronto"])
        #expect(try snapshot(fleet(workload()), "door-frankfurt").workloads[0].allowedPlanes == ["singapore", "toronto"])
    }

    @Test("a plane that is placed for others' users but outside this gateway's fence is not waited for")
    func placed() throws {
        let rules = DataRules(residency: ["CA"])
        #expect(try snapshot(fleet(workload(rules)), "door-singapore", placed: "singapore").workloads[0].placedPlanes.isEmpty)
        #expect(
            try snapshot(fleet(workload(rules)), "door-singapore", placed: "toronto").workloads[0].placedPlanes == ["toronto"])
    }

    @Test("transit: deny makes a gateway outside the fence refuse, with the reason, and leaves one inside alone")
    func transit() throws {
        let rules = DataRules(residency: ["CA", "EU"], transit: .deny, maxSnapshotAge: .seconds(60))
        let fleet = fleet(workload(rules))
        let outside = try snapshot(fleet, "door-singapore").workloads[0]
        #expect(outside.refusal?.contains("residency of workload chat allows CA, EU") == true)
        #expect(outside.maxSnapshotAgeMilliseconds == 60_000)
        #expect(try snapshot(fleet, "door-frankfurt").workloads[0].refusal == nil)
    }

    @Test("without a route everything under /v1/ goes by model; a declared route replaces that")
    func routes() throws {
        #expect(try snapshot(fleet(workload()), "door-frankfurt").routes == [SnapshotComposer.defaultRoute])
        #expect(SnapshotComposer.defaultRoute.paths == ["/v1/"])
        #expect(SnapshotComposer.defaultRoute.target == .workloadByModel)
        let route = Route(
            metadata: Metadata(name: "mine"), hosts: ["a.example"], paths: ["/x/"], target: .workload("chat"),
            timeouts: Route.Timeouts(firstByte: .seconds(5)), maxAttempts: 2, upgrades: [.websocket])
        let declared = try snapshot(fleet(workload(), routes: [route]), "door-frankfurt").routes
        #expect(declared.map(\.name) == ["mine"])
        #expect(declared[0].firstByteTimeoutMilliseconds == 5_000)
        #expect(declared[0].maxAttempts == 2)
        #expect(declared[0].upgrades == [.websocket])
    }

    @Test("planes carry declared networks or loopback, their feed where known, and whether they are drained")
    func planes() throws {
        let composer = SnapshotComposer(
            fleet: fleet(workload()), decision: decision("toronto"), drained: ["singapore"],
            feedAddresses: ["toronto": "10.0.0.5:7000"])
        let planes = try #require(composer.snapshots.first).planes
        #expect(planes.map(\.name) == ["singapore", "toronto"])
        #expect(planes.map(\.networks) == [loopbackNetworks, ["10.0.0.0/8"]])
        #expect(planes.map(\.isDrained) == [true, false])
        #expect(planes.map(\.feedAddress) == [nil, "10.0.0.5:7000"])
    }

    @Test("a gateway is told of its own certificates, and no other's")
    func certificates() throws {
        let tls = GatewayTLS(certificates: [.init(certificateFile: "/tls.crt", keyFile: "/tls.key")])
        var fleet = fleet(workload())
        let name = try #require(fleet.gateways.first?.name)
        fleet = Fleet(
            fleet.resources.map { resource in
                guard case .gateway(var gateway) = resource, gateway.name == name else { return resource }
                gateway.tls = tls
                return .gateway(gateway)
            })
        let snapshots = SnapshotComposer(fleet: fleet, decision: decision("toronto")).snapshots
        #expect(snapshots.count > 1 && snapshots.allSatisfy { ($0.tls == tls) == ($0.gateway == name) })
    }

    @Test("engines that serve TLS are told to gateways, and planes whose replicas are forwarders")
    func upstreamTLS() throws {
        let tls = ReplicaTLS(serverName: "engine.test", caFile: "/ca.crt")
        var chat = workload()
        chat.replica.engine = .command(CommandEngineSpec(command: ["serve"], tls: tls))
        let declared = fleet(chat)
        let first = try #require(declared.planes.first?.name)
        let changed = Fleet(
            declared.resources.map { resource in
                guard case .workloadPlane(var plane) = resource, plane.name == first else { return resource }
                plane.driver = .endpoint(EndpointDriver(url: "https://api.example.com"))
                return .workloadPlane(plane)
            })
        let snapshot = try #require(SnapshotComposer(fleet: changed, decision: decision("toronto")).snapshots.first)
        #expect(snapshot.workloads.map(\.tls) == [tls])
        #expect(snapshot.planes.allSatisfy { ($0.hasForwarders == true) == ($0.name == first) })
    }

    @Test("equal fleets compose equal snapshots, whatever order they were declared in")
    func deterministic() {
        let one = fleet(workload())
        let other = Fleet(one.resources.reversed())
        let decision = decision("toronto")
        #expect(
            SnapshotComposer(fleet: one, decision: decision).snapshots
                == SnapshotComposer(fleet: other, decision: decision).snapshots)
        #expect(SnapshotComposer(fleet: one, decision: decision).snapshots.allSatisfy { $0.version == .zero })
    }

    @Test("an assignment holds what was chosen for its plane, the workload's generation and the plane's feed peers")
    func assignments() throws {
        let peers = [PlaneAssignment.FeedPeer(gateway: "b", key: "2"), PlaneAssignment.FeedPeer(gateway: "a", key: "1")]
        let composer = AssignmentComposer(
            fleet: fleet(workload()), decision: decision("toronto"), drained: ["toronto"], feedPeers: ["toronto": peers])
        let assignments = composer.assignments
        #expect(assignments.map(\.plane) == ["singapore", "toronto"])
        #expect(assignments[0].workloads.isEmpty)
        #expect(assignments[0].feedPeers.isEmpty)
        #expect(assignments[1].workloads.map(\.generation) == [3])
        #expect(assignments[1].workloads[0].placements.map(\.count) == [2])
        #expect(assignments[1].workloads[0].drainMilliseconds == 30_000)
        #expect(assignments[1].feedPeers.map(\.gateway) == ["a", "b"])
        #expect(assignments[1].isDrained)
    }
}

@Suite("Snapshot composer: resilience")
struct SnapshotResilienceTests {
    @Test("carries what a fleet says of resilience, and nothing where it says nothing")
    func carries() throws {
        let place = Location(coordinates: Coordinates(latitude: 43.65, longitude: -79.38), country: "CA")
        let guarded = WorkloadResilience(
            circuitBreakers: CircuitBreakers(maxRequests: 7), fallback: [Fallback(workload: "small", model: "s")])
        let patient = RouteResilience(totalTimeoutMilliseconds: 9_000, hedging: Hedging(delayMilliseconds: 50))
        func workload(_ name: String, _ resilience: WorkloadResilience) -> Resource {
            .workload(
                Workload(
                    metadata: Metadata(name: name), models: [name], replica: ReplicaRequirement(profile: []),
                    resilience: resilience))
        }
        let fleet = Fleet([
            .gateway(Gateway(metadata: Metadata(name: "door"), location: place)), workload("chat", guarded),
            workload("small", .standard),
            .route(Route(metadata: Metadata(name: "a"), paths: ["/a/"], resilience: patient)),
            .route(Route(metadata: Metadata(name: "b"), paths: ["/b/"])),
        ])
        let composer = SnapshotComposer(fleet: fleet, decision: PlacementDecision(workloads: []))
        let snapshot = try #require(composer.snapshots.first)
        #expect(snapshot.workloads.map(\.resilience) == [guarded, nil])
        #expect(snapshot.routes.map(\.resilience) == [patient, nil])
    }
}
